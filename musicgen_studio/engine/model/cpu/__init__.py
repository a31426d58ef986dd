"""The decoding step for CPUs, compiled: int8 weights and cache, one pass over memory, every core on the same step.

Read `decoder.py` first. Not for GPUs, for training, or for exact float32: that is `engine.decoder`.
"""
