"""Tests of `musicgen_studio.ui.window`."""
