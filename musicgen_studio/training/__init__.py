"""How the starter checkpoint is made, from nothing: music, codec, language model, checkpoint, and its examination.

    composer.py → score.py → synth.py       a style, a mood and a seed → notes → sound
    corpus.py                               shards of music with descriptions
    codec.py                                sound → tokens → sound
    dataset.py → language.py                tokens, words and melody → the language model
    listener.py                             what it is asked besides: style, key, tempo, place in the bar
    publish.py, card.py                     a checkpoint that plain transformers loads, and its model card
    evaluate.py                             what generated music does, in figures

`run.py` shows how they hang together. Everything lies in one folder, goes on after a kill at any point, and is decided
by seeds; the same settings serve CPU and CUDA. The steps, in order:

    musicgen-studio train corpus --work WORK --preset starter    # needs fluidsynth and a soundfont
    musicgen-studio train codec --work WORK
    musicgen-studio train lm --work WORK
    musicgen-studio train publish --work WORK --to FOLDER
    musicgen-studio evaluate --checkpoint FOLDER --work WORK

A GPU that is lent for half an hour. `--minutes` plans a stage, learning rate and all, for that time over all runs;
`--stop-after` ends a run so that its state is safe. Make the corpus beforehand, or there on all cores:

    musicgen-studio train corpus --work WORK --preset starter --hours 20
    musicgen-studio train codec --work WORK --minutes 4          # each of its stages gets 4 minutes
    musicgen-studio train lm --work WORK --minutes 13
    musicgen-studio train publish --work WORK --to FOLDER

On a CPU under Linux much time goes into handing large pieces of memory out and back. With these words before a command,
tokens take two thirds of the time, and a step of the language model nine tenths:

    GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=8589934592

To train a checkpoint further on music of one's own (each sound file with a .txt beside it that describes it):

    musicgen-studio train lm --work WORK --preset starter --from CHECKPOINT --music FOLDER --minutes 60
    musicgen-studio train publish --work WORK --from CHECKPOINT --to FOLDER

Not for making music with a checkpoint: that is `engine`.
"""
