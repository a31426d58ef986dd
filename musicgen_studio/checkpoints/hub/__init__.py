"""Checkpoints from the Hugging Face Hub: what there is, downloading that survives anything, verifying, removing.

`files.py` asks the Hub, `cache.py` knows where things lie on the disk, `download.py` brings them there. Nothing that is
downloaded is ever executed.
"""
