"""Tests of what the musician does, with a fake engine."""
