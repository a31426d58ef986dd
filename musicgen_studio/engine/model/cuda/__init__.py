"""The language model on NVIDIA's GPUs: steps that are recorded once and replayed. `decoder.py` holds the model."""
