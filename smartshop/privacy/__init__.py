"""What the shop holds of a person: shown, handed out, and erased."""
