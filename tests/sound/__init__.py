"""Tests of the sound devices, against a real PulseAudio server with a sink that goes nowhere."""
