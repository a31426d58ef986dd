"""Tests of the int8 step."""
