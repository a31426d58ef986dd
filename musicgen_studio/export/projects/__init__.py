"""Projects of other programs: one file for each kind."""
