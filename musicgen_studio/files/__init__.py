"""Sound and MIDI files: read with care, written whole or not at all. The only room that uses soundfile and mido."""
