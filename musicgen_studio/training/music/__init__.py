"""The music to learn from: composed by rule, described in words, played by a synthesizer."""
