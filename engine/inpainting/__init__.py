"""What is not in a photo: beside its border, and behind its person."""
