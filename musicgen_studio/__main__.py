"""`python -m musicgen_studio`: the window, or the command line if there are arguments."""

import sys

from musicgen_studio.app import main

if __name__ == "__main__":
    sys.exit(main())
