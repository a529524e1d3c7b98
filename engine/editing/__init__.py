"""What the user does to appearances: which region is meant, what of it is taken from another photo."""
