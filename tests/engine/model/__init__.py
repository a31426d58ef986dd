"""Tests of `musicgen_studio.engine.model`."""
