"""Tests of naming and hashing checkpoints."""
