"""How loud finished music is, unless something else is asked for: what streaming services play it at, and ask of it.

Source: https://artists.spotify.com/help/article/loudness-normalization. Not for measuring it (`dsp.loudness`).
"""

STREAMING_LUFS = -14.0
STREAMING_CEILING_DB = -1.0
"""True peak in dBTP."""
