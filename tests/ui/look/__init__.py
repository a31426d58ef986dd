"""Tests of `musicgen_studio.ui.look`."""
