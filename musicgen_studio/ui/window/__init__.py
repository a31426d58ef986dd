"""The window and what its parts do together."""
