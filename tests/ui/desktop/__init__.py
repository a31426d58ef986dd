"""The window on its desktop."""
