"""Tests of `musicgen_studio.engine.conditions`."""
