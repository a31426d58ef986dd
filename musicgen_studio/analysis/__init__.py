"""What a clip is: tempo, beats, bars, key, notes, tags.

The values are `core`'s (`core.analysis`, `core.tempo_map`), the models small and shipped in `resources/`. Not for
making music (`engine`), parting it (`separation`), or judging how good a checkpoint is (`evaluation`).
"""
