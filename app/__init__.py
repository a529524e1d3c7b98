"""The window: everything that knows Qt. It talks to `engine` only."""
