"""Tests of the functions on sound arrays."""
