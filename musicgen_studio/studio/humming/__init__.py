"""From a hum to a melody: recording, takes, hearing the notes, the sketch that is worked on."""
