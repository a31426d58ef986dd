"""Tests of `musicgen_studio.studio.program`."""
