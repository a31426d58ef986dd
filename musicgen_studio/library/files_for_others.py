"""Files of a library's clips for other programs: a clip, a part of it, its stems, each written once and handed out.

Not for how they are written and where they lie (`drag`), nor for exports, which go where the musician says (`export`).
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock, RLock

from musicgen_studio.core.clip import Clip
from musicgen_studio.errors import UserProblem
from musicgen_studio.library import drag
from musicgen_studio.library.at_hand import ClipsAtHand
from musicgen_studio.library.files import Places


class FilesForOthers(ClipsAtHand):
    """Clips that can be handed out. Any thread may ask.

    Args:
        clips: Those that are there.
        find: See `ClipsAtHand`.
        changing: See `ClipsAtHand`.
        places: Of the library.
        there: Returns where the sound of a clip is, or raises UserProblem.
    """

    def __init__(
        self,
        clips: Iterable[Clip],
        find: Callable[[str], set[str]],
        changing: RLock,
        places: Places,
        there: Callable[[Clip], Path],
    ) -> None:
        ClipsAtHand.__init__(self, clips, find, changing)
        self._places = places
        self._sound_of = there
        self._rendering = Lock()  # of its own: writing a long file must not hold up the list

    def drag_file(self, clip_id: str) -> Path:
        """Return a 24-bit WAV file of a clip for another program, named as the clip is called now.

        Call it when a drag begins, not before: from then on the file stays for good. Mostly it was written when the
        clip was finished and is there at once; after a rename it is written anew. Any thread.

        Raises:
            UserProblem: If the sound is missing, or the file cannot be written.
            KeyError: If there is no such clip.
        """
        clip = self.get(clip_id)
        with self._rendering:
            return drag.hand_out(self._places, clip, self._sound_of(clip))

    def prepare_drag(self, clip_id: str) -> None:
        """Write the file that `drag_file` returns, with what is known of the clip now, unless it is there. Any thread.

        Nothing is raised where that is not possible: `drag_file` tries again and tells.
        """
        with suppress(UserProblem, KeyError), self._rendering:
            clip = self.get(clip_id)
            drag.prepare(self._places, clip, self._sound_of(clip))

    def drag_file_if_ready(self, clip_id: str) -> Path | None:
        """Return what `drag_file` returns if that needs no reading, writing or waiting, else None. Any thread.

        Raises:
            UserProblem: If the file cannot be moved to its place.
            KeyError: If there is no such clip.
        """
        clip = self.get(clip_id)
        if not self._rendering.acquire(blocking=False):
            return None
        try:
            return drag.take_ready(self._places, clip)
        finally:
            self._rendering.release()

    def selection_file(self, clip_id: str, start_frame: int, end_frame: int) -> Path:
        """Return a 24-bit WAV file of a part of a clip, from `start_frame` up to, not with, `end_frame`. Any thread.

        Raises:
            UserProblem: If the sound is missing, or the file cannot be written.
            KeyError: If there is no such clip.
            ValueError: If that is no part of the clip.
        """
        clip = self.get(clip_id)
        with self._rendering:
            return drag.hand_out_selection(self._places, clip, self._sound_of(clip), start_frame, end_frame)

    def stem_files(self, clip_id: str) -> list[Path]:
        """Return 24-bit WAV files of a clip and of its stems, which add up to it to the last bit. Any thread.

        All begin together and are equally long; if one would go beyond full scale, all are turned down alike. Call it
        when a drag or an export begins, like `drag_file`.

        Returns:
            The clip's file, then one for each stem in their order.

        Raises:
            UserProblem: If it has no stems, a sound is missing, or a file cannot be written.
            KeyError: If there is no such clip.
        """
        clip, stems = self.get(clip_id), self.stems(clip_id)
        if len(stems) < 2:
            raise UserProblem(f'"{clip.title}" has no stems.', "They have not been made yet.", "Press Stems first.")
        with self._rendering:
            masters = [self._sound_of(each) for each in (clip, *stems)]
            return drag.hand_out_stems(self._places, clip, stems, masters)

    def drag_folder(self, clip_id: str) -> Path:
        """Return the folder for what is made of a clip for other programs: what is put there stays for good."""
        return self._places.drag / self.get(clip_id).id
