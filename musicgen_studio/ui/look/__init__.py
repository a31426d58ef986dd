"""How the program looks: theme and icons."""
