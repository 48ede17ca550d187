"""What e-mails say and when they are tried again. Pure."""
