"""Tests of the command line, in process, with a fake engine."""
