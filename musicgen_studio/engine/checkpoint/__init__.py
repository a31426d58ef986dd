"""A MusicGen checkpoint on disk: both layouts, read with care, as values. Nothing in it is ever executed."""
