"""Tests of `musicgen_studio.training.judge`."""
