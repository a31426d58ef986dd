"""Tests of `musicgen_studio.training.codec`."""
