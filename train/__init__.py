"""Makes weights and proves them: render people, fit a network, evaluate it, export it."""
