"""Sound files of any origin, decoded by whichever reader is right for them; only ever in a process of its own."""
