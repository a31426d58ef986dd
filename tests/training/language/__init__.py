"""Tests of `musicgen_studio.training.language`."""
