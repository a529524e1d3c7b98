"""What a user does to appearances, between engines and compositing."""
