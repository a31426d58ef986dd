"""Request in, audio blocks out. The only room that uses torch; start reading in `musicgen.py`."""
