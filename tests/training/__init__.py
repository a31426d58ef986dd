"""Tests of the training: composer, corpus, codec, language model, checkpoint, examination."""
