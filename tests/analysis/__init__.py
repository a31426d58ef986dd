"""What a clip is."""
