"""What every feature needs and none owns: settings, database, money, time, errors, permissions, audit."""
