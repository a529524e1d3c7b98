"""Dialogs that only tell something."""
