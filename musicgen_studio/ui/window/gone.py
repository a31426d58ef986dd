"""Work on a clip that may be deleted for good before its turn comes: then it is stopped, and no fault of the program.

Not for work that has to be told of the clip's end: it looks for itself.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from musicgen_studio.errors import StoppedError
from musicgen_studio.library.library import Library

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def unless_gone(library: Library, clip_id: str, work: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return the same work, which is stopped where the clip is gone from the library.

    Args:
        library: Which has the clip.
        clip_id: Which one.
        work: Looks it up, and meets a KeyError if it is not there.
    """

    def act(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return work(*args, **kwargs)
        except KeyError as error:
            if library.has(clip_id):
                raise
            raise StoppedError from error

    return act
