"""Values: frozen, checked once when made, standard library and numpy only, no input or output."""
