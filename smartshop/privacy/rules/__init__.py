"""What is handed out and what becomes of it."""
