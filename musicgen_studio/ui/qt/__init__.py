"""Where the program meets Qt: threads, events, dragging, the first paint."""
