"""What a training step minimises, one module a model."""
