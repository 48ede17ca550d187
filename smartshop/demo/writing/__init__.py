"""Writing the simulated shop into the database, table by table, inside the loader's unit of work."""
