"""Tests of `musicgen_studio.engine.checkpoint`."""
