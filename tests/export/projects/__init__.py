"""Tests of projects of other programs."""
