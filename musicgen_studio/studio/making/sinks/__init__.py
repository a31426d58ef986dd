"""What becomes of music while it is made; see `sink.Sink`. One sink a file."""
