"""Tests of the recorded step."""
