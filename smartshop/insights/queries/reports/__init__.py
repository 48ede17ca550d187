"""The reports that leave the admin as CSV: what each column is, its rows one by one, and how they are written."""
