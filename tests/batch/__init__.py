"""Thousands of orders."""
