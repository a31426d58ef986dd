"""The net that hears beats."""
