"""Compile the step now and measure how fast it is: `python -m musicgen_studio.engine.model.cpu`.

The installer does, so that the first music waits for neither. What was compiled is kept beside the source, or in the
user's cache folder where that cannot be written, for this processor.
"""

import sys
from dataclasses import replace

from musicgen_studio.compute.precision import int8_is_available
from musicgen_studio.engine.checkpoint.random import SHAPES, RandomCheckpoint


def main() -> int:
    """Compile by making one step of a very small model; its sizes do not matter to the code."""
    if not int8_is_available():
        return 0
    from musicgen_studio.engine.model.cpu.decoder import CpuDecoder
    from musicgen_studio.engine.model.cpu.probe import processor_speed

    small = SHAPES["small"]
    config = replace(small.decoder, width=64, layers=1, heads=1, feed_forward=64, card=32)
    checkpoint = RandomCheckpoint(replace(small, decoder=config))
    CpuDecoder(config, checkpoint.outer(), [checkpoint.layer(0)], threads=1)
    processor_speed()
    return 0


if __name__ == "__main__":
    sys.exit(main())
