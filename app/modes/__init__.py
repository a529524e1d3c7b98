"""What a click and a drag on the canvas mean: a mode a module; the canvas knows none by name."""
