"""Widgets that know sound and values (`core`, `dsp`), and nothing else of the program."""
