"""Putting a file in place whole or not at all, and saying why it cannot be done.

Writing goes through a temporary file in the same folder, so under the final name there is either the old file or the
whole new one, whatever happens. Not for what is in the files.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO

from musicgen_studio.errors import UserProblem

_NO_SUCH_CALL = frozenset({errno.EINVAL, errno.EBADF, errno.ENOTSUP})
"""What a disk says to the syncing of a folder that it cannot do; databases pass over it, too."""


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all. A file already there is replaced.

    Args:
        path: Where to.
        text: What to write; line ends are kept as they are. What stands for bytes of a name that is no text becomes a
            question mark; JSON keeps it by `core.names.writable_json`.

    Raises:
        UserProblem: If the folder is missing, full or not to be written.
    """
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, content: bytes | bytearray) -> None:
    """Write a file of any kind, whole or not at all. A file already there is replaced.

    Args:
        path: Where to.
        content: What to write.

    Raises:
        UserProblem: If the folder is missing, full or not to be written.
    """
    with replacing(path) as file:
        file.write(content)


def ensure_folder(path: Path) -> None:
    """Make a folder for output, with those above it, if it is not there yet.

    Args:
        path: The folder.

    Raises:
        UserProblem: If it cannot be made, is a file, or cannot be written to.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    except OSError as error:
        why, what_to_do = explain(error, path)
        raise UserProblem(f'The folder "{path}" cannot be used.', why, what_to_do) from error


@contextmanager
def replacing(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the place of `path` once it is safely on the disk."""
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _put_in_place(part, path, replace=replace)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        why, what_to_do = explain(error, path.parent)
        raise UserProblem(f'The file "{path.name}" could not be written.', why, what_to_do) from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a new folder beside where it goes; once all of it is there, it gets its name.

    Args:
        path: Where to: nothing is there yet, or an empty folder. What is above it is there.

    Yields:
        The folder to fill. What is left of one that was filled when the program was killed is removed first.

    Raises:
        UserProblem: If it cannot be made, the disk is full, or something has got the name in the meantime. Then, and
            when anything else ends the filling, nothing of it is left.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            if part.exists():
                rmtree(part)
            part.mkdir()
            yield part
            sync_folder(part)
            part.rename(path)
        except BaseException:
            rmtree(part, ignore_errors=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        why, what_to_do = explain(error, path.parent)
        raise UserProblem(f'The folder "{path.name}" could not be written.', why, what_to_do) from error


def _put_in_place(part: Path, path: Path, *, replace: bool) -> None:
    if replace:
        part.replace(path)
        return
    # Of all who want the name only one can make the empty file, on every kind of disk; that one may replace it.
    path.touch(exist_ok=False)
    try:
        part.replace(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut, as far as its disk can.

    Windows cannot open folders and needs no such call; shares of SMB and of virtual machines do not know it.

    Raises:
        OSError: If the system cannot.
    """
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_SUCH_CALL:
                raise
        finally:
            os.close(descriptor)


def explain(error: OSError, folder: Path) -> tuple[str, str]:
    """Return why writing failed and what to do about it."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk that holds {folder} is full.", "Free some space, or choose another folder."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return (
                f"Writing in {folder} is not allowed, or another program holds the file.",
                "Choose another folder, or close the program that uses the file.",
            )
        case errno.ENOENT | errno.ENOTDIR | errno.EEXIST:
            return f"{folder} is not a folder, or is not there any more.", "Make the folder, or choose another."
        case errno.ENOTEMPTY:
            return "There is something of that name by now.", "Choose another name, or do it once more."
        case errno.EFBIG:
            return f"The file is larger than the disk that holds {folder} allows.", "Choose another folder."
        case errno.ENAMETOOLONG:
            return "The name is too long.", "Choose a shorter name."
        case _:
            return f"The system says: {error.strerror or error}.", "Choose another folder or name."
