"""Tests of `musicgen_studio.studio.making`."""
