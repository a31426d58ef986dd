"""Playing live for hours, and killed at random moments."""
