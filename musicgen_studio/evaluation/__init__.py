"""How good and how fast: figures, for people and for the tests."""
