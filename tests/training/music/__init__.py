"""Tests of `musicgen_studio.training.music`."""
