"""The net that hears beats and downbeats: music whose every beat is known, training, examination.

Not for using it (`analysis`).
"""
