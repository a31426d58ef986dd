"""The examination of a checkpoint: what generated music should do, measured."""
