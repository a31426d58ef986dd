"""Clips to files for other programs, one file per subject."""
