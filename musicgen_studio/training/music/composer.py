"""The rule-based composer: a style, a mood and a seed in, a score out.

    style, mood → key, tempo, instruments → form: intro, A, B, A …, each closed by a fill, an ending → parts

The same seed and wishes make the same score, on every machine (numpy's PCG64). Not for sound: that is `synth`.
"""

from dataclasses import dataclass, replace

import numpy as np

from musicgen_studio.training.music import lead
from musicgen_studio.training.music.accompaniment import Sounding, bass_bar, chord_bar, own_version
from musicgen_studio.training.music.drums import DRUM_PITCHES, PATTERNS, VELOCITY, Hit, bar_hits, fill_hits, with_extras
from musicgen_studio.training.music.harmony import IS_MAJOR, Chord, Tonality, nearest_pitch, progression
from musicgen_studio.training.music.instruments import BOWED_OR_BLOWN, HUMMING, KITS, PROGRAMS
from musicgen_studio.training.music.moods import MOODS, Mood
from musicgen_studio.training.music.score import Facts, Part, Role, Score, ScoreNote
from musicgen_studio.training.music.styles import STYLES, Style
from musicgen_studio.training.settings import FRAME_MS, FRAMES_PER_SIXTEENTH

KINDS = ("band", "solo", "lead alone", "drums alone")
_KIND_SHARES = (0.84, 0.08, 0.05, 0.03)
_HUMMING_SHARE = 0.12
_ANY_TEMPO_SHARE = 0.5
"""Of pieces at any tempo, whatever their style: what words for it mean is learned where nothing else tells."""

_DRUMLESS_AT_LEAST = 0.25
"""Of a style's bands, for the same reason."""

_SECTION_BARS = 8
_SHORTEST_NOTE_MS = 60
_BASE_VELOCITY = {Role.BASS: 100, Role.CHORDS: 84, Role.PAD: 70, Role.LEAD: 100}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a piece must be; None leaves it to chance.

    Args:
        style: Name in `styles.STYLES`.
        mood: Name in `moods.MOODS`.
        kind: One of `KINDS`: everything the style has, one instrument, a melody alone, drums alone.
        tonic: Pitch class of the key.
        drums: Whether there are drums; only for bands.
        humming: Whether the lead is like a hum.
        frames_per_sixteenth: The tempo: k, 5 to 10.
    """

    style: str | None = None
    mood: str | None = None
    kind: str | None = None
    tonic: int | None = None
    drums: bool | None = None
    humming: bool | None = None
    frames_per_sixteenth: int | None = None


@dataclass(frozen=True, slots=True)
class FormSection:
    """A stretch of the form.

    Args:
        name: `intro`, `A`, `B` or `ending`.
        first_bar: Where it begins.
        bars: How long it is.
    """

    name: str
    first_bar: int
    bars: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that is decided once for a piece."""

    style: Style
    mood: Mood
    kind: str
    tonality: Tonality
    k: int
    swing: int
    humming: bool
    instruments: dict[Role, str]
    form: tuple[FormSection, ...]

    @property
    def step_ms(self) -> int:
        return self.k * FRAME_MS

    def start_ms(self, bar: int, step: int) -> int:
        """Return when a step of a bar sounds; swing makes every second eighth late, by whole frames."""
        late = (0, self.swing // 2, self.swing, self.swing // 2)[step % 4]
        return (bar * self.style.steps + step) * self.step_ms + late * FRAME_MS


def is_held_out(style: str, tonic: int) -> bool:
    """Tell whether a style in a key is kept for validation: one key of twelve, another for each style."""
    return (5 * list(STYLES).index(style) + tonic) % 12 == 0


def compose(seed: int, duration_s: float, wish: Wish | None = None) -> Score:
    """Write a piece.

    Args:
        seed: What decides everything that is not wished for.
        duration_s: About how long; the form is made of whole bars.
        wish: What it must be.
    """
    rng = np.random.default_rng(seed)
    plan = _plan(rng, duration_s, wish or Wish())
    chords = _chords(plan, rng)
    parts = [_part(plan, chords, role, rng) for role in plan.instruments]
    parts = [part for part in parts if part.notes]
    end_ms = max(note.start_ms + note.duration_ms for part in parts for note in part.notes)
    facts = Facts(
        style=plan.style.name,
        mood=plan.mood.name,
        key=plan.tonality.key,
        frames_per_sixteenth=plan.k,
        instruments={part.role: part.instrument for part in parts},
        swing=plan.swing,
        is_humming=plan.humming and Role.LEAD in plan.instruments,
    )
    return Score(facts, tuple(parts), end_ms)


def _plan(rng: np.random.Generator, duration_s: float, wish: Wish) -> _Plan:
    style = STYLES[wish.style or str(rng.choice(list(STYLES)))]
    suits = style.moods if rng.random() < 0.65 else tuple(MOODS)
    mood = MOODS[wish.mood or str(rng.choice(suits))]
    kind = wish.kind or (str(rng.choice(KINDS, p=_KIND_SHARES)) if wish.drums is None else "band")
    if kind == "drums alone" and not style.drums:
        kind = "solo"
    k = wish.frames_per_sixteenth or _tempo(style, mood, rng)
    scales = [scale for scale in style.scales if mood.is_major in (None, IS_MAJOR[scale])] or list(style.scales)
    tonic = int(rng.integers(12)) if wish.tonic is None else wish.tonic
    humming = bool(rng.random() < _HUMMING_SHARE) if wish.humming is None else wish.humming
    plan = _Plan(
        style=style,
        mood=mood,
        kind=kind,
        tonality=Tonality(tonic, str(rng.choice(scales))),
        k=k,
        swing=round(style.swing * 2 * k),
        humming=humming,
        instruments={},
        form=_form(duration_s, style.steps * k * FRAME_MS / 1000, rng),
    )
    return replace(plan, instruments=_instruments(plan, wish, rng))


def _tempo(style: Style, mood: Mood, rng: np.random.Generator) -> int:
    if rng.random() < _ANY_TEMPO_SHARE:
        return int(rng.choice(FRAMES_PER_SIXTEENTH))
    tempi = sorted(style.tempi)
    half = (len(tempi) + 1) // 2
    if mood.speed and rng.random() < 0.8:
        tempi = tempi[:half] if mood.speed > 0 else tempi[-half:]
    return int(rng.choice(tempi))


def _form(duration_s: float, bar_s: float, rng: np.random.Generator) -> tuple[FormSection, ...]:
    """Lay out intro, A, B, A … and an ending of one bar."""
    bars = max(round(duration_s / bar_s), 3)
    sections = list[FormSection]()
    if bars >= 8 and rng.random() < 0.6:
        sections.append(FormSection("intro", 0, 2))
    first, names = sum(section.bars for section in sections), "ABAB" if rng.random() < 0.7 else "AABA"
    while first < bars - 1:
        length = min(_SECTION_BARS if bars >= 20 else 4, bars - 1 - first)
        sections.append(FormSection(names[len(sections) % 4], first, length))
        first += length
    return (*sections, FormSection("ending", bars - 1, 1))


def _instruments(plan: _Plan, wish: Wish, rng: np.random.Generator) -> dict[Role, str]:
    """Choose who plays."""
    style = plan.style
    lead_name = str(rng.choice(HUMMING if plan.humming else style.leads))
    if plan.kind == "lead alone":
        return {Role.LEAD: lead_name}
    if plan.kind == "drums alone":
        return {Role.DRUMS: str(rng.choice(style.kits))}
    comp = str(rng.choice(style.comps))
    if plan.kind == "solo":
        return {Role.CHORDS: comp} | ({} if rng.random() < 0.3 else {Role.LEAD: comp})
    drumless = max(style.drumless, _DRUMLESS_AT_LEAST)
    has_drums = rng.random() >= drumless if wish.drums is None else wish.drums
    chosen = {Role.DRUMS: str(rng.choice(style.kits))} if style.drums and has_drums else {}
    if style.bass and rng.random() < 0.94:
        chosen[Role.BASS] = str(rng.choice(style.basses))
    chosen[Role.CHORDS] = comp
    if style.pads and rng.random() < 0.6:
        chosen[Role.PAD] = str(rng.choice(style.pads))
    if plan.humming or rng.random() < 0.8:
        chosen[Role.LEAD] = lead_name
    return chosen


def _chords(plan: _Plan, rng: np.random.Generator) -> list[Chord]:
    """Return a chord for every bar: one progression for A, perhaps another for B, the tonic at the end."""
    options = plan.style.progressions
    degrees = {"A": str(rng.choice(options)), "B": str(rng.choice(options))}
    chords = list[Chord]()
    for section in plan.form:
        cycle = progression(plan.tonality, degrees["B" if section.name == "B" else "A"], sevenths=plan.style.sevenths)
        chords.extend(cycle[bar % len(cycle)] for bar in range(section.bars))
    chords[-1] = plan.tonality.chord(0, seventh=False)
    return chords


def _part(plan: _Plan, chords: list[Chord], role: Role, rng: np.random.Generator) -> Part:
    name = plan.instruments[role]
    if role is Role.DRUMS:
        return Part(role, KITS[name], name, _drum_notes(plan, rng))
    notes = _lead_notes(plan, chords, rng) if role is Role.LEAD else _figure_notes(plan, chords, role, rng)
    bends = lead.hum_bends(notes, rng) if role is Role.LEAD and plan.humming else ()
    return Part(role, PROGRAMS[name], name, notes, bends)


def _drum_notes(plan: _Plan, rng: np.random.Generator) -> tuple[ScoreNote, ...]:
    names = rng.choice(plan.style.drums, size=2)
    lines = {
        place: with_extras(PATTERNS[str(name)], plan.style.ghosts, rng) for place, name in zip("AB", names, strict=True)
    }
    notes = list[ScoreNote]()
    for section in plan.form:
        for bar in range(section.bars):
            is_last = bar == section.bars - 1 and section.bars > 1
            hits = _section_hits(plan, section, lines, rng, is_last=is_last)
            if bar == 0 and section.name != "intro" and section.first_bar:
                hits.append(Hit(0, DRUM_PITCHES["A"], VELOCITY["x"]))
            notes.extend(_drum_note(plan, section.first_bar + bar, hit) for hit in hits)
    return _in_order(notes)


def _section_hits(
    plan: _Plan, section: FormSection, lines: dict[str, dict[str, str]], rng: np.random.Generator, *, is_last: bool
) -> list[Hit]:
    """Return a bar's hits: the quiet drums in the intro, one stroke in the ending, a fill before the next section."""
    pattern = lines["B" if section.name == "B" else "A"]
    if section.name == "ending":
        return [Hit(0, DRUM_PITCHES["K"], VELOCITY["X"])]
    if section.name == "intro":
        return bar_hits(pattern, only="HDOPYNVRK")
    if is_last and rng.random() < 0.7 and plan.style.drumless < 0.5:
        steps = plan.style.steps
        return [hit for hit in bar_hits(pattern) if hit.step < steps // 2] + fill_hits(steps, rng)
    return bar_hits(pattern)


def _drum_note(plan: _Plan, bar: int, hit: Hit) -> ScoreNote:
    return ScoreNote(plan.start_ms(bar, hit.step), 2 * FRAME_MS, hit.pitch, _velocity(hit.velocity * plan.mood.force))


def _figure_notes(plan: _Plan, chords: list[Chord], role: Role, rng: np.random.Generator) -> tuple[ScoreNote, ...]:
    """Return the notes of bass, chords or pad: a figure for A, one for B, a held note at the end."""
    options = {Role.BASS: plan.style.bass, Role.CHORDS: plan.style.chords}.get(
        role, ("X" + "=" * (plan.style.steps - 1),)
    )
    figures = {place: own_version(str(rng.choice(options)), rng) for place in "AB"}
    enters = 2 if role is not Role.CHORDS and plan.form[0].name == "intro" else 0
    notes = list[ScoreNote]()
    for section in plan.form:
        for bar in range(max(section.first_bar, enters), section.first_bar + section.bars):
            figure = figures["B" if section.name == "B" else "A"]
            if section.name == "ending":
                figure = ("1" if role is Role.BASS else "X") + ("-" if role is Role.BASS else "=") * (
                    plan.style.steps - 1
                )
            sounding = _sounding(plan, role, figure, chords[bar], chords[min(bar + 1, len(chords) - 1)])
            notes.extend(note for item in sounding for note in _notes(plan, role, bar, item))
    return _in_order(notes)


def _sounding(plan: _Plan, role: Role, figure: str, chord: Chord, following: Chord) -> list[Sounding]:
    if role is Role.BASS:
        return bass_bar(figure, plan.tonality, chord, following)
    return chord_bar(figure, plan.tonality, chord, plan.mood.register + (7 if role is Role.PAD else 0))


def _lead_notes(plan: _Plan, chords: list[Chord], rng: np.random.Generator) -> tuple[ScoreNote, ...]:
    """Return the melody: the same in every A, another, higher one in B, the tonic at the end."""
    steps = plan.style.steps
    centre = (lead.HUM_CENTRE if plan.humming else lead.LEAD_CENTRE) + plan.mood.register
    density = float(np.clip(plan.mood.density + rng.uniform(-0.15, 0.15), 0, 1))
    seeds = {"A": int(rng.integers(2**32)), "B": int(rng.integers(2**32))}
    notes = list[ScoreNote]()
    for section in plan.form:
        if section.name == "intro" and plan.kind != "lead alone":
            continue
        place = "B" if section.name == "B" else "A"
        own = chords[section.first_bar : section.first_bar + section.bars]
        higher = 3 if place == "B" else 0
        tones = lead.melody(plan.tonality, own, steps, density, centre + higher, np.random.default_rng(seeds[place]))
        if section.name == "ending":
            tones = [lead.Tone(0, steps, nearest_pitch(plan.tonality.tonic, centre))]
        for tone in tones:
            bar, step = section.first_bar + tone.step // steps, tone.step % steps
            notes.extend(_notes(plan, Role.LEAD, bar, (step, tone.steps, (tone.pitch,))))
    return _in_order(notes)


def _notes(plan: _Plan, role: Role, bar: int, sounding: Sounding) -> list[ScoreNote]:
    """Turn what sounds on a step into notes: their length by articulation, their velocity by place and mood."""
    step, steps, pitches = sounding
    hold = plan.mood.hold
    if role is Role.PAD or plan.instruments[role] in BOWED_OR_BLOWN or (role is Role.LEAD and plan.humming):
        hold = max(hold, 0.92)
    length_ms = steps * plan.step_ms * (min(hold, 1.0) if steps > 1 or role is Role.LEAD else min(hold, 0.9))
    accent = 8 if step % 8 == 0 else 0
    velocity = _velocity((_BASE_VELOCITY[role] + accent) * plan.mood.force)
    start_ms = plan.start_ms(bar, step)
    return [
        ScoreNote(start_ms, max(round(length_ms), _SHORTEST_NOTE_MS), min(max(p, 0), 127), velocity) for p in pitches
    ]


def _velocity(value: float) -> int:
    """Return one of few velocities, so that the same stroke comes again as the same sound."""
    return int(np.clip(4 * round(value / 4), 16, 124))


def _in_order(notes: list[ScoreNote]) -> tuple[ScoreNote, ...]:
    """Sort notes and end each before its pitch is struck again."""
    ordered = sorted(set(notes), key=lambda note: (note.start_ms, note.pitch))
    following = dict[int, int]()
    ended = list[ScoreNote]()
    for note in reversed(ordered):
        room = following.get(note.pitch, note.start_ms + note.duration_ms) - note.start_ms
        if room > 0:
            ended.append(replace(note, duration_ms=min(note.duration_ms, room)))
        following[note.pitch] = note.start_ms
    return tuple(reversed(ended))
