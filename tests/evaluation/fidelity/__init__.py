"""Tests of `musicgen_studio.evaluation.fidelity`."""
