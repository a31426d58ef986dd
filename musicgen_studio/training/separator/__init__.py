"""The separator's training: pieces as stems, mixes of them, the network's learning, and an examination."""
