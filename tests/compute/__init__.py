"""Tests of `musicgen_studio.compute`."""
