"""File names that every system takes, made from what people write. Not for putting files in place (`files.sound`).

Two kinds. `clean_name` keeps what a person typed as far as Windows, macOS and Linux allow; `slug` makes a plain name
out of words nobody meant as a name, such as a prompt.

Sources: "Naming Files, Paths, and Namespaces" (Microsoft Learn) for forbidden characters and reserved names; the
Unicode property Default_Ignorable_Code_Point for characters that cannot be seen.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

MAX_STEM_BYTES = 200
"""Of the 255 that a file name may have on Linux; number, ending and the marks of a temporary file need theirs."""
MAX_SLUG_CHARACTERS = 60
MAX_SLUG_BYTES = 160  # seed and take come behind it
UNTITLED = "untitled"

_FORBIDDEN = re.compile(r'[/\\:*?"<>|\s]+')
# Letters and marks that show nothing; the rest of what cannot be seen is in the categories that begin with C.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(COM|LPT)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
_NO_TEXT = re.compile("[\ud800-\udfff]")


def clean_name(title: str, max_units: int = MAX_STEM_BYTES) -> str:
    """Turn a title into a file name without ending that every system takes.

    Cleaning a clean name changes nothing. What cannot be in a name becomes a space, what cannot be seen is left out.

    Args:
        title: Any text.
        max_units: Greatest length in UTF-16 units, at least 16.

    Returns:
        One part of a path, in NFC; "untitled" if nothing of the title is left.
    """
    seen = (" " if character.isspace() else character for character in title)
    text = "".join(character for character in seen if unicodedata.category(character)[0] != "C")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _FORBIDDEN.sub(" ", text).strip(" .")
    text = _shortened(text, max_units).strip(" .")
    if _RESERVED.match(text):
        text = _shortened(f"_{text}", max_units).strip(" .")
    return text or UNTITLED


def _shortened(text: str, max_units: int) -> str:
    units = size = 0
    for index, character in enumerate(text):
        units += 1 + (character > "\uffff")
        size += len(character.encode())
        if units > max_units or size > MAX_STEM_BYTES:
            # A letter goes together with its accents.
            letters = (place for place in range(index, 0, -1) if unicodedata.category(text[place])[0] != "M")
            return text[: next(letters, 0)]
    return text


def slug(text: str) -> str:
    """Return the words of a text joined by hyphens, such as `happy-rock`, or "untitled".

    Args:
        text: Letters, digits and marks of any script are kept, in lower case; everything else parts words.
    """
    text = unicodedata.normalize("NFC", text.lower()).replace("'", "").replace("’", "")
    words = "".join(character if unicodedata.category(character)[0] in "LMN" else " " for character in text).split()
    short = "-".join(words)[:MAX_SLUG_CHARACTERS].encode()[:MAX_SLUG_BYTES].decode("utf-8", "ignore")
    return short.strip("-") or UNTITLED


def series(pattern: str, count: int) -> list[str]:
    """Return so many titles from one that was typed: `#` stands for the number, `##` for one of two digits or more.

    Args:
        pattern: What was typed; without `#` the number stands behind it.
        count: How many.
    """
    place = re.search("#+", pattern)
    if place is None:
        return [f"{pattern.rstrip()} {number}" for number in range(1, count + 1)]
    before, behind = pattern[: place.start()], pattern[place.end() :]
    return [f"{before}{number:0{len(place.group())}d}{behind}" for number in range(1, count + 1)]


def numbered(stem: str, separator: str) -> Iterator[str]:
    """Yield a name, and then the same with numbers from 2 behind the separator, without end."""
    yield stem
    for number in count(2):
        yield f"{stem}{separator}{number}"


def folded(name: str) -> str:
    """Return what two file names have in common that some system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def writable_json(text: str) -> str:
    """Return JSON that any file can hold: what stands for bytes of a name that is no text becomes an escape.

    Reading it gives the same name again, and the file that it is of is found.
    """
    return _NO_TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
