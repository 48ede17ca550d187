"""What runs on a schedule, each due moment once, whatever the number of processes."""
