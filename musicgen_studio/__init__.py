"""MusicGen Studio: compose with MusicGen, hear it while it is made."""
