"""`python -m musicgen_studio`: the command line."""

import sys

from musicgen_studio.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
