"""Tests of taking clips apart."""
