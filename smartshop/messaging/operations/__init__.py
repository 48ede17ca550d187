"""What changes messaging, each inside one unit of work."""
