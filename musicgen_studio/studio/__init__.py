"""What the musician does, without a face: serves the command line and the window alike."""
