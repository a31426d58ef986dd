"""Tests of the separator's training."""
