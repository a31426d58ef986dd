"""Which checkpoints exist and where they lie: names, licences, hashes. Loading them is the engine's work."""
