"""Tests of `musicgen_studio.files.decoding`."""
