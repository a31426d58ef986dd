"""Tests of `musicgen_studio.studio.humming`."""
