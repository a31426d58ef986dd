"""The codec: its network, its losses and its training."""
