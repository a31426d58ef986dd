"""Tests of `musicgen_studio.studio.arranging`."""
