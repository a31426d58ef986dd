"""The language model: its network, what it reads and its training."""
