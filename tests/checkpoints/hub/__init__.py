"""Tests of `musicgen_studio.checkpoints.hub`, against a real HTTP server that behaves like the Hub, or not."""
