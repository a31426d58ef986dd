"""From a score to sound: FluidSynth plays each part, which are then levelled, mixed, and put into a gentle room.

Everything here is linear and begins at a fixed sample, so that a drum on the same beat is the same samples in every
bar: no chorus, no modulated reverb, no compressor. The room is a short fixed response by convolution.

Needs the program `fluidsynth` and a General MIDI soundfont; the project's own are FluidR3 GM (MIT licence, Debian
`fluid-soundfont-gm`) and its smaller mono version (`fluidr3mono-gm-soundfont`).
"""

import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen_studio.core.audio import Samples, mono_mix
from musicgen_studio.errors import UserProblem
from musicgen_studio.files import sound as audiofile
from musicgen_studio.training.music.midi import midi_bytes
from musicgen_studio.training.music.score import Role, Score

SAMPLE_RATE = 32_000
TAIL_MS = 1_600
"""How long the last notes ring on."""

SOUNDFONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf3/FluidR3Mono_GM.sf3"),
    Path("/opt/homebrew/share/soundfonts/FluidR3_GM.sf2"),
)
HOW_TO_INSTALL = "Install both: on Debian and Ubuntu `apt install fluidsynth fluid-soundfont-gm`."

_LEVELS = {Role.DRUMS: 0.9, Role.BASS: 0.7, Role.CHORDS: 0.45, Role.PAD: 0.22, Role.LEAD: 1.1}
"""The melody is in front: of the moments in which it sounds, it is what the chroma hears of the mix in five of six."""
_STEM_ROLES = (Role.DRUMS, Role.BASS, Role.LEAD)
_TARGET_RMS = 0.12
_HIGHEST_PEAK = 0.9
_AUDIBLE = 1e-3
_FADE_MS = 200
_ROOMS = 4


@dataclass(frozen=True, slots=True)
class Rendered:
    """The sound of a score.

    Args:
        mix: All parts, float32 `[frames]`, 32 kHz.
        lead: The melody alone and dry, as long; silence where there is none.
    """

    mix: Samples
    lead: Samples


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """A part, dry, at its level in the mix: float32 `[frames]`."""

    role: Role
    sound: Samples


@dataclass(frozen=True, slots=True)
class Synthesizer:
    """Renders scores. May be used from several threads.

    Args:
        program: The `fluidsynth` program.
        soundfont: A General MIDI soundfont.
    """

    program: Path
    soundfont: Path

    @property
    def origin(self) -> dict[str, str]:
        """Which soundfont it was, for the record."""
        with self.soundfont.open("rb") as file:
            return {"soundfont": self.soundfont.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}

    def render(self, score: Score, seed: int) -> Rendered:
        """Render a score.

        Args:
            score: What is played.
            seed: Chooses the room and small differences in level.

        Raises:
            UserProblem: If the synthesizer fails.
        """
        rng = np.random.default_rng(seed)
        parts = self._parts(score, rng)
        frames = len(parts[0].sound)
        mix, lead = np.zeros(frames, np.float32), np.zeros(frames, np.float32)
        for part in parts:
            mix += part.sound
            if part.role is Role.LEAD:
                lead = part.sound
        mix = _in_room(mix, int(rng.integers(_ROOMS)))
        gain, fade = _mix_gain(mix), _fade_out(frames)
        return Rendered(mix * gain * fade, lead * gain * fade)

    def stems(self, score: Score, seed: int) -> Samples:
        """Render a score in stems. Everything is linear, so their sum is the mix of `render`.

        Args:
            score: What is played.
            seed: As for `render`.

        Returns:
            float32 `[4, frames]`: drums, bass, lead, and chords and pad together; silence for what is not there.

        Raises:
            UserProblem: If the synthesizer fails.
        """
        rng = np.random.default_rng(seed)
        parts = self._parts(score, rng)
        stems = np.zeros((len(_STEM_ROLES) + 1, len(parts[0].sound)), np.float32)
        for part in parts:
            stems[_STEM_ROLES.index(part.role) if part.role in _STEM_ROLES else -1] += part.sound
        room = int(rng.integers(_ROOMS))
        stems = np.stack([_in_room(stem, room) if stem.any() else stem for stem in stems])
        return stems * _mix_gain(stems.sum(0)) * _fade_out(stems.shape[1])

    def _parts(self, score: Score, rng: np.random.Generator) -> list[_Played]:
        """Play each part alone, at its level in the mix."""
        slot_ms = score.duration_ms + TAIL_MS
        heard = self._play(midi_bytes(score, slot_ms))
        slot = slot_ms * SAMPLE_RATE // 1000
        played = []
        for index, part in enumerate(score.parts):
            stem = _levelled(heard[index * slot : (index + 1) * slot], slot)
            level = _LEVELS[part.role] * float(rng.choice([0.85, 1.0, 1.18]))
            played.append(_Played(part.role, level * stem))
        return played

    def _play(self, midi: bytes) -> Samples:
        """Return what FluidSynth makes of a MIDI file: float32 `[frames]`, the mean of left and right."""
        with tempfile.TemporaryDirectory(prefix="musicgen-studio-") as folder:
            score, sound = Path(folder) / "score.mid", Path(folder) / "sound.wav"
            score.write_bytes(midi)
            argv = [
                str(self.program), "-q", "-n", "-i", "-r", str(SAMPLE_RATE), "-g", "0.5", "-R", "0", "-C", "0",
                "-o", "synth.dynamic-sample-loading=1", "-o", "synth.polyphony=512", "-o", "synth.cpu-cores=1",
                "-T", "wav", "-O", "float", "-F", str(sound), str(self.soundfont), str(score),
            ]  # fmt: skip
            done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - a program the person installed, arguments of our own
            # It ends with 0 also when it could not read the soundfont, and then writes silence.
            if done.returncode or "error" in done.stderr or not sound.is_file():
                said = " ".join(done.stderr.split())[:300]
                raise UserProblem("FluidSynth could not play a score.", f"It says: {said}.", HOW_TO_INSTALL)
            return mono_mix(audiofile.read(sound).samples)


def find_synthesizer(soundfont: str = "") -> Synthesizer:
    """Find FluidSynth and a soundfont.

    Args:
        soundfont: Its path; empty looks where systems install the project's own.

    Raises:
        UserProblem: If one of them is not there, with how to get it.
    """
    program = shutil.which("fluidsynth")
    if program is None:
        raise UserProblem(
            "The music for training cannot be played.", "The program fluidsynth was not found.", HOW_TO_INSTALL
        )
    candidates = (Path(soundfont).expanduser(),) if soundfont else SOUNDFONTS
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        looked = ", ".join(map(str, candidates))
        raise UserProblem("The music for training cannot be played.", f"No soundfont: {looked}.", HOW_TO_INSTALL)
    return Synthesizer(Path(program), found)


def _mix_gain(mix: Samples) -> float:
    return min(_TARGET_RMS / max(_rms(mix), 1e-6), _HIGHEST_PEAK / max(float(np.abs(mix).max()), 1e-6))


def _levelled(stem: Samples, frames: int) -> Samples:
    """Bring a part to an RMS of 0.1 where it is heard, and to a length."""
    stem = np.pad(stem[:frames], (0, max(frames - len(stem), 0)))
    audible = stem[np.abs(stem) > _AUDIBLE * max(float(np.abs(stem).max()), 1e-6)]
    quiet = _rms(audible) if len(audible) else 0.0
    return stem * np.float32(0.1 / quiet) if quiet > 1e-6 else stem


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _in_room(mix: Samples, room: int) -> Samples:
    """Add the reverberation of one of a few small rooms: 0.25 to 0.5 s, -26 to -20 dB."""
    rng = np.random.default_rng(1000 + room)
    decay_s, wet = rng.uniform(0.25, 0.5), rng.uniform(0.05, 0.1)
    return in_room(mix, decay_s, wet, rng)


def in_room(sound: Samples, decay_s: float, wet: float, rng: np.random.Generator) -> Samples:
    """Add a room's reverberation: decaying noise.

    Args:
        sound: Mono `[frames]`, 32 kHz.
        decay_s: After which it is 60 dB weaker, and ends.
        wet: Its level beside the sound's; 1 is as loud.
        rng: Decides the noise.

    Returns:
        As long as the sound.
    """
    from scipy.signal import oaconvolve

    times = np.arange(int(decay_s * SAMPLE_RATE)) / SAMPLE_RATE
    response = rng.standard_normal(len(times)) * 10 ** (-3 * times / decay_s)
    response = np.convolve(response, [0.25, 0.5, 0.25], mode="same")  # walls swallow the highest
    response *= wet / np.sqrt(np.sum(response**2))
    response[0] = 1.0
    room_sound: Samples = oaconvolve(sound, response.astype(np.float32))[: len(sound)].astype(np.float32)
    return room_sound


def _fade_out(frames: int) -> Samples:
    length = min(_FADE_MS * SAMPLE_RATE // 1000, frames)
    fade = np.ones(frames, np.float32)
    fade[frames - length :] = np.linspace(1, 0, length, dtype=np.float32)
    return fade
