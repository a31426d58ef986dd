"""PySide's switch for other spellings (`__feature__`), which nobody here uses, and what it costs.

Once PySide is loaded, it reads the source of every module that is imported and searches it for its own name: a tenth of
a second until the window is seen, and half a second with all lines kept in memory when torch and transformers come.
The program needs no other spelling, so nothing is read. Source: `shibokensupport/feature.py`, PySide6 6.10 to 6.11.
"""

import sys

import PySide6.QtCore  # noqa: F401 - loads what is changed here


def read_no_sources() -> None:
    """Let PySide take every module for one that may use it, which changes nothing without `__feature__`."""
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):  # a later PySide may have found another way
        setattr(feature, "_mod_uses_pyside", lambda _module: True)  # noqa: B010 - there is no public switch
