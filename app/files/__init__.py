"""What comes into the window and what leaves it."""
