"""The picture and the skeleton over it."""
