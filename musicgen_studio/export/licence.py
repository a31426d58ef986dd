"""What a clip's licence means for someone who wants to use the file. Not legal advice, and not for where it comes from.

A licence is a text as a model card or a person wrote it: "cc-by-nc-4.0", "CC BY-NC 4.0", "free to use for anything".
"""

import re


def forbids_commercial_use(licence: str) -> bool:
    """Tell whether a licence leaves out commercial use: the NC of Creative Commons, or words to that effect.

    Args:
        licence: Any text; empty means there is none, and nothing is forbidden.
    """
    words = re.findall(r"[a-z]+", licence.lower())
    text = " ".join(words)
    return "nc" in words or "non commercial" in text or "noncommercial" in text or "not for commercial" in text
