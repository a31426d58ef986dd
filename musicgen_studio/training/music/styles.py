"""The styles: tempi, scales, progressions, drums, bass and chord figures, instruments. A table, no code.

Figures are text, one character per sixteenth (see `drums` and `accompaniment`). What a style means is taken from
general knowledge of popular music; no piece is copied.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Style:
    """A style.

    Args:
        name: What it is called.
        words: Other words for it.
        tempi: Values of k (frames per sixteenth) from fast to slow.
        scales: Names in `harmony.SCALES`.
        progressions: Degrees, one a bar.
        drums: Names in `drums.PATTERNS`; empty means never any drums.
        kits: Names in `instruments.KITS`.
        bass: Bass figures, and the instruments that play them; no figure means no bass.
        basses: Instruments.
        chords: Chord figures.
        comps: Instruments that play them.
        leads: Instruments of the melody.
        pads: Instruments behind everything; empty means none.
        moods: Moods that suit it best.
        sevenths: Whether chords have four notes.
        swing: Lateness of every second eighth as a share of the eighth, 0 to 0.34.
        ghosts: Ghost notes on the snare, at most.
        steps: Sixteenths in a bar: 16 in four, 12 in three.
        drumless: Share of pieces without drums.
    """

    name: str
    words: tuple[str, ...]
    tempi: tuple[int, ...]
    scales: tuple[str, ...]
    progressions: tuple[str, ...]
    drums: tuple[str, ...]
    kits: tuple[str, ...]
    bass: tuple[str, ...]
    basses: tuple[str, ...]
    chords: tuple[str, ...]
    comps: tuple[str, ...]
    leads: tuple[str, ...]
    pads: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    sevenths: bool = False
    swing: float = 0.0
    ghosts: int = 0
    steps: int = 16
    drumless: float = 0.12


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",")) if text else ()


def _style(name: str, words: str, tempi: str, scales: str, progressions: str, **rest: Any) -> Style:
    """Build a style from a row; texts with commas become tuples."""
    split: dict[str, Any] = {key: _words(value) if isinstance(value, str) else value for key, value in rest.items()}
    return Style(
        name, _words(words), tuple(int(k) for k in tempi.split()), _words(scales), _words(progressions), **split
    )


_MAJOR_MINOR = "major, minor"

STYLES = {
    style.name: style
    for style in (
        _style(
            "rock", "rock music, guitar rock, rock song", "5 6 7", "major, minor, mixolydian",
            "1564, 1451, 6415, 1745",
            drums="rock, rock ride", kits="power drums, drums, room drums",
            bass="1.1.1.1.1.1.1.1., 1.1.5.1.1.1.8.1.",
            basses="picked bass, electric bass", chords="x.x.x.x.x.x.x.x., X===X=x.X===X=x.",
            comps="overdriven guitar, clean electric guitar",
            leads="distorted guitar, overdriven guitar, rock organ",
            moods="happy, energetic, aggressive, epic", ghosts=2, drumless=0.04,
        ),
        _style(
            "EDM", "electronic dance music, big room, festival house, dance music, house", "6", "minor, major",
            "6415, 1564, 1634",
            drums="house, house busy", kits="electronic drums, 808 drums",
            bass="..1...1...1...1., ..11..11..11..11",
            basses="synth bass, deep synth bass", chords="X..X..X...X..X.., ..X...X...X...X.",
            comps="saw synth, polysynth", leads="saw synth, square synth", pads="synth strings, sweep pad",
            moods="energetic, happy, epic", drumless=0.03,
        ),
        _style(
            "jazz", "swing jazz, jazz combo, jazz quartet", "6 7 8", "major, dorian, minor",
            "2511, 1625, 3625, 2514",
            drums="swing, brushes", kits="jazz drums, brushed drums", bass="1...3...5...a..., 1...5...3...a...",
            basses="double bass", chords="....x.....x....., ..x.......x.....",
            comps="piano, jazz guitar, vibraphone",
            leads="tenor saxophone, alto saxophone, muted trumpet, piano, clarinet",
            moods="sad, romantic, groovy, playful",
            sevenths=True, swing=0.33, ghosts=2, drumless=0.15,
        ),
        _style(
            "blues", "blues shuffle, twelve-bar blues, delta blues", "7 8 9", "mixolydian",
            "111144115415, 141144115411",
            drums="shuffle", kits="drums, room drums", bass="1.3.5.6.8.6.5.3., 1.1.3.3.5.5.6.5.",
            basses="electric bass, double bass",
            chords="x...x...x...x..., ..x...x...x...x.", comps="overdriven guitar, honky-tonk piano, organ",
            leads="harmonica, overdriven guitar, jazz guitar", moods="sad, groovy, dark", sevenths=True, swing=0.33,
            ghosts=1,
        ),
        _style(
            "pop", "pop song, radio pop, catchy pop music", "6 7", _MAJOR_MINOR, "1564, 6415, 1645, 4156",
            drums="pop, rock",
            kits="drums, electronic drums", bass="1..1..1.1..1..1., 1.....1.5.....1.",
            basses="electric bass, synth bass",
            chords="X===X===X===X===, x..x..x.x..x..x.",
            comps="piano, bright piano, electric piano, acoustic guitar",
            leads="square synth, bright piano, flute, voice", pads="strings, warm pad",
            moods="happy, romantic, energetic", ghosts=1,
        ),
        _style(
            "ballad", "slow ballad, piano ballad, love song", "9 10", _MAJOR_MINOR, "1564, 1645, 6415",
            drums="ballad", kits="room drums, drums",
            bass="1-------5-------, 1---------5-1---", basses="electric bass, fretless bass",
            chords="0.1.2.3.2.1.0.1., X=======X=======",
            comps="piano, electric piano", leads="alto saxophone, violin, voice, flute",
            pads="slow strings, strings",
            moods="sad, romantic, calm", drumless=0.25,
        ),
        _style(
            "hip hop", "hip-hop beat, rap beat, boom bap, trap beat", "8 9", "minor, dorian", "1111, 1616, 1141",
            drums="hip hop, hip hop trap",
            kits="808 drums, electronic drums", bass="1-----1...1-----, 1---....5---1...",
            basses="deep synth bass, electric bass",
            chords="X=======........, x.......x.......", comps="electric piano, piano, plucked strings",
            leads="flute, bells, muted trumpet, square synth",
            moods="dark, groovy, tense", ghosts=1, drumless=0.04,
        ),
        _style(
            "lo-fi", "lofi, chillhop, lo-fi hip hop, study beats", "9 10", "major, dorian", "2511, 1625, 4361",
            drums="lo-fi", kits="brushed drums, 808 drums",
            bass="1-----5---1-----", basses="electric bass, fretless bass", chords="X=====..X===....",
            comps="electric piano, jazz guitar",
            leads="vibraphone, electric piano, flute", pads="warm pad", moods="calm, dreamy, sad", sevenths=True,
            swing=0.2,
        ),
        _style(
            "techno", "minimal techno, club techno, warehouse techno", "6 5", "minor", "1111, 1111, 1161",
            drums="techno", kits="electronic drums, 808 drums",
            bass="..1...1...1...1., 1.1.1.1.1.1.1.1.", basses="synth bass, deep synth bass",
            chords="...x.....x......, ......x.......x.",
            comps="polysynth, saw synth", leads="square synth, saw synth", moods="dark, energetic, tense",
            drumless=0.03,
        ),
        _style(
            "trance", "uplifting trance, progressive trance, rave", "5 6", "minor", "6415, 1676, 1637",
            drums="trance", kits="electronic drums",
            bass=".111.111.111.111", basses="synth bass, deep synth bass",
            chords="0120121001201210, 0213021302130213", comps="saw synth, polysynth",
            leads="saw synth, polysynth", pads="synth strings, halo pad", moods="epic, energetic, dreamy",
            drumless=0.05,
        ),
        _style(
            "drum and bass", "dnb, jungle, drum'n'bass", "5", "minor, dorian", "1616, 1144, 6411",
            drums="breakbeat, breakbeat two",
            kits="electronic drums, power drums", bass="1---------1-----, 1-----5-----1---",
            basses="deep synth bass, synth bass",
            chords="X===============", comps="warm pad, space pad, electric piano",
            leads="square synth, bells, saw synth", moods="energetic, dark, tense",
            ghosts=3, drumless=0.03,
        ),
        _style(
            "reggae", "roots reggae, dub reggae, jamaican reggae", "9 10 8", _MAJOR_MINOR, "1414, 1544, 1656",
            drums="reggae, reggae steppers", kits="room drums, drums",
            bass="1..1..5.1...3.5., ....1.3.5...1...", basses="electric bass",
            chords="....x.......x..., ..x...x...x...x.", comps="muted guitar, organ, clean electric guitar",
            leads="organ, trombone, harmonica", moods="happy, calm, groovy", drumless=0.05,
        ),
        _style(
            "ska", "ska punk, upbeat ska, two-tone", "5 6", "major, mixolydian", "1451, 1564, 1144", drums="ska",
            kits="drums, room drums", bass="1.3.5.3.1.3.5.6.",
            basses="picked bass, electric bass", chords="..x...x...x...x.", comps="clean electric guitar, organ",
            leads="trumpet, trombone, brass section, tenor saxophone",
            moods="happy, playful, energetic", drumless=0.04,
        ),
        _style(
            "funk", "funky groove, slap funk, funk band", "7 6", "dorian, mixolydian", "1111, 1141, 1414",
            drums="funk", kits="drums, room drums",
            bass="1..1..8.1.5.8.1., 1.8.1..1..5.7.8.", basses="slap bass, electric bass",
            chords="..x..xx...x..x.., x..x..x.....x.x.", comps="muted guitar, clean electric guitar, rock organ",
            leads="brass section, alto saxophone, trumpet", moods="groovy, energetic, happy", sevenths=True,
            ghosts=4, drumless=0.03,
        ),
        _style(
            "disco", "70s disco, disco funk, nu-disco", "6", "minor, major, dorian", "1474, 1645, 6251",
            drums="disco", kits="drums, electronic drums",
            bass="1.8.1.8.1.8.1.8.", basses="electric bass, slap bass", chords="..xx..xx..xx..xx, x..x..x...x.x...",
            comps="muted guitar, clean electric guitar, electric piano",
            leads="strings, brass section", pads="strings", moods="happy, groovy, energetic", drumless=0.03,
        ),
        _style(
            "metal", "heavy metal, thrash metal, hard rock", "5 6", "minor", "1167, 1611, 1176",
            drums="metal, metal half", kits="power drums",
            bass="1.11.11.1.11.11., 1111111111111111", basses="picked bass",
            chords="x.xx.xx.x.xx.xx., xxxxxxxxX===X===", comps="distorted guitar",
            leads="distorted guitar, overdriven guitar",
            moods="aggressive, dark, epic", ghosts=0, drumless=0.02,
        ),
        _style(
            "punk", "punk rock, skate punk, garage punk", "5", "major", "1451, 1564, 1415", drums="punk",
            kits="power drums, drums", bass="1111111111111111", basses="picked bass",
            chords="xxxxxxxxxxxxxxxx, x.x.x.xxx.x.x.xx", comps="distorted guitar, overdriven guitar",
            leads="overdriven guitar, distorted guitar", moods="energetic, aggressive, happy", drumless=0.02,
        ),
        _style(
            "country", "country music, bluegrass, nashville", "6 7", "major", "1415, 1451, 1145", drums="country",
            kits="drums, brushed drums", bass="1...5...1...5...", basses="double bass, electric bass",
            chords="..x...x...x...x., 0.2.1.2.0.2.1.2.", comps="acoustic guitar, banjo",
            leads="fiddle, banjo, harmonica", moods="happy, playful, romantic", drumless=0.2,
        ),
        _style(
            "folk", "acoustic folk, singer-songwriter, indie folk", "7 8 9", "major, dorian, minor",
            "1541, 1645, 1474", drums="folk", kits="brushed drums", bass="1-------5-------",
            basses="double bass, electric bass", chords="0.2.1.2.0.2.1.2., x.xxx.xxx.xxx.xx",
            comps="acoustic guitar, nylon guitar", leads="harmonica, recorder, violin, voice, acoustic guitar",
            moods="calm, happy, sad", drumless=0.5,
        ),
        _style(
            "bossa nova", "bossa, brazilian jazz, lounge bossa", "7 8", "major, dorian", "2511, 1625, 1421",
            drums="bossa", kits="jazz drums, brushed drums", bass="1-----5-5-----1-",
            basses="double bass, electric bass", chords="x..x..x...x..x.., x...x..x..x...x.", comps="nylon guitar",
            leads="flute, alto saxophone, nylon guitar", moods="calm, romantic, dreamy", sevenths=True,
            drumless=0.15,
        ),
        _style(
            "samba", "brazilian samba, carnival samba, batucada", "6 7", "major, minor", "1625, 1451, 2511",
            drums="samba", kits="drums", bass="1.....5.5.....1.", basses="electric bass",
            chords="x.x..x.x.x.x..x.", comps="nylon guitar, acoustic guitar",
            leads="flute, trombone, whistle, trumpet", moods="happy, energetic, playful", sevenths=True,
            drumless=0.03,
        ),
        _style(
            "salsa", "latin, salsa dance, cuban son, mambo", "6 7", "minor, major", "1451, 1454, 2511",
            drums="salsa", kits="drums", bass="......5.....1..., ...1..5.....1...",
            basses="double bass, electric bass", chords="x.x.xx.x.x.x.xx., 0.13.21.0.13.21.",
            comps="piano, bright piano", leads="trumpet, trombone, brass section",
            moods="energetic, happy, romantic", drumless=0.03,
        ),
        _style(
            "tango", "argentine tango, tango nuevo, milonga", "6 7 8", "minor", "1145, 1451, 4151", drums="tango",
            kits="orchestral drums", bass="1...1...1...5.5.", basses="bowed double bass, double bass",
            chords="X...x...X...x.x.", comps="piano, accordion", leads="bandoneon, violin, accordion",
            pads="strings", moods="romantic, tense, sad", drumless=0.6,
        ),
        _style(
            "waltz", "viennese waltz, ballroom waltz, three-four time", "5 6 7", "major, minor", "1155, 1451, 1625",
            drums="waltz", kits="brushed drums, orchestral drums", bass="1...........",
            basses="bowed double bass, double bass", chords="....x...x...",
            comps="piano, plucked strings, accordion", leads="violin, clarinet, flute, accordion", pads="strings",
            moods="romantic, happy, playful", steps=12, drumless=0.5,
        ),
        _style(
            "classical", "classical music, chamber music, sonata", "6 7 8", "major, minor",
            "1451, 1625, 4151, 1545", drums="", kits="", bass="1-------5-------, 1---3---5---3---",
            basses="cello, bowed double bass",
            chords="0.2.1.2.0.2.1.2., 0-1-2-3-2-1-0-1-", comps="piano, plucked strings, harp",
            leads="violin, oboe, flute, piano, clarinet", pads="strings", moods="calm, playful, romantic, epic",
        ),
        _style(
            "baroque", "baroque music, fugue, harpsichord music", "6 7", "minor, major", "1473, 1451, 1562",
            drums="", kits="", bass="1.3.5.3.1.3.5.a., 1...3...5...a...", basses="cello, bassoon",
            chords="0123210101232101, 0213021302130213", comps="harpsichord, church organ",
            leads="recorder, oboe, violin, harpsichord", moods="playful, sad, epic",
        ),
        _style(
            "ambient", "ambient music, drone, atmospheric soundscape, new age", "10 9", "major, dorian, minor",
            "1111, 1144, 1616", drums="", kits="", bass="1---------------", basses="deep synth bass, cello",
            chords="X===============", comps="space pad, warm pad, halo pad, choir",
            leads="bells, celesta, voice, pan flute", pads="sweep pad, slow strings",
            moods="calm, dreamy, dark, sad",
        ),
        _style(
            "cinematic", "film score, movie trailer, orchestral soundtrack, orchestral", "8 7 9", "minor",
            "1637, 1676, 1614", drums="epic, epic two", kits="orchestral drums",
            bass="1-------1-------, 1.1.1.1.1.1.1.1.",
            basses="bowed double bass, cello", chords="x.xxx.xxx.xxx.xx, X===============",
            comps="strings, synth strings", leads="french horn, trumpet, violin, choir",
            pads="choir, brass section", moods="epic, tense, dark, sad", drumless=0.3,
        ),
        _style(
            "chiptune", "8-bit, video game music, retro game", "5 6", _MAJOR_MINOR, "1564, 1451, 6415",
            drums="chip", kits="electronic drums, 808 drums", bass="1.8.1.8.1.8.1.8.", basses="synth bass",
            chords="0120120120120120, 0202131302021313", comps="square synth", leads="square synth",
            moods="happy, playful, energetic", drumless=0.1,
        ),
        _style(
            "synthwave", "retrowave, 80s synth, outrun", "7 8 6", "minor", "1637, 6415, 1674", drums="synthwave",
            kits="electronic drums, power drums", bass="1111111111111111, 1.111.111.111.11",
            basses="synth bass", chords="X=======X=======, 0.2.1.2.0.2.1.2.", comps="synth brass, polysynth",
            leads="saw synth, square synth", pads="warm pad, synth strings", moods="dreamy, dark, energetic",
            drumless=0.04,
        ),
        _style(
            "soul", "R&B, rhythm and blues, neo soul, motown", "8 9 7", "dorian, major", "2511, 1436, 4361",
            drums="soul", kits="drums, room drums", bass="1..1..3.5..5.6.., 1.....1.5...3...",
            basses="electric bass, fretless bass", chords="X===..x.X===..x.", comps="electric piano, organ",
            leads="tenor saxophone, voice, electric piano, brass section", moods="romantic, groovy, calm",
            sevenths=True, swing=0.15, ghosts=3, drumless=0.06,
        ),
        _style(
            "gospel", "gospel choir, church music, praise", "7 8", "major", "1451, 1625, 4156", drums="gospel",
            kits="drums, room drums", bass="1.1.3.5.6.5.3.a.", basses="electric bass",
            chords="x.xx..x.x.xx..x., X===X===X===X===", comps="organ, piano, rock organ",
            leads="choir, organ, voice", moods="happy, epic, calm", sevenths=True, drumless=0.1,
        ),
        _style(
            "march", "marching band, military march, parade", "6 7", "major", "1155, 1451, 1415", drums="march",
            kits="orchestral drums, drums", bass="1...5...1...5...", basses="tuba",
            chords="..x...x...x...x.", comps="brass section, french horn", leads="trumpet, piccolo, clarinet",
            moods="epic, happy, playful", drumless=0.05,
        ),
        _style(
            "celtic", "irish folk, celtic jig, scottish, irish reel", "6 5 7", "dorian, mixolydian, major",
            "1771, 1474, 1545", drums="celtic", kits="orchestral drums", bass="1-------5-------",
            basses="cello, double bass",
            chords="x.xxx.xxx.xxx.xx, 0.2.1.2.0.2.1.2.", comps="acoustic guitar, harp",
            leads="fiddle, whistle, bagpipe, recorder", moods="happy, playful, epic, sad", drumless=0.3,
        ),
        _style(
            "lullaby", "music box, baby music, bedtime music", "9 10", "major", "1451, 1415, 1625", drums="",
            kits="", bass="1-------5-------", basses="harp, cello",
            chords="0.1.2.1.0.1.2.1., 0...2...1...2...", comps="harp, celesta, music box",
            leads="music box, celesta, voice, ocarina", moods="calm, dreamy, romantic",
        ),
    )
}  # fmt: skip
