"""Notes of what was made before, to hold what is made against."""
