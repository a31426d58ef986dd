"""The listening test: blind, equally loud, in random order, filled in a real browser, and what its answers say."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html

from musicgen_studio.core.audio import Audio
from musicgen_studio.dsp.loudness import integrated_lufs
from musicgen_studio.errors import UserProblem
from musicgen_studio.evaluation.fidelity.listening import (
    ANCHOR,
    ANONYMOUS,
    COLUMNS,
    ListeningTest,
    TestKind,
    analysed,
    answers_table,
    listening_page,
)
from musicgen_studio.evaluation.fidelity.measures import JudgedClip
from musicgen_studio.files.untrusted import read_untrusted
from tests.evaluation.fidelity import browser

HOSTILE = '</script><script>window.harmed = 1</script>, "quoted"'


def _tone(hz: float, level: float, seconds: float = 0.5) -> Audio:
    tone = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * 32000)) / 32000)
    return Audio(tone.astype(np.float32)[:, None], 32000)


def _clips(level: float, count: int = 4, seconds: float = 0.5) -> list[JudgedClip]:
    return [
        JudgedClip(f"clip {number}", _tone(220 * number, level, seconds), "sad jazz") for number in range(1, count + 1)
    ]


def _data(page: str) -> dict[str, Any]:
    (data,) = html.fromstring(page).xpath("//script[@id='data']/text()")
    told: dict[str, Any] = json.loads(base64.b64decode(data))
    return told


def _in_browser(page: str, tmp_path: Path, *scripts: str) -> list[Any]:
    pytest.importorskip("PySide6.QtWebEngineCore", exc_type=ImportError)
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, browser.__file__, str(tmp_path / "page.html"), *scripts],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert "console:" not in done.stderr, done.stderr
    given: list[Any] = json.loads(done.stdout)
    return given


def test_it_is_blind_and_in_a_random_order_by_its_seed() -> None:
    clips = _clips(0.2, count=20), _clips(0.1, count=20)
    page = listening_page(ListeningTest(HOSTILE), *clips, ("one", "other"))
    told = _data(page)
    firsts = [trial["sets"][0] for trial in told["trials"]]
    assert 4 <= firsts.count("one") <= 16
    assert [trial["clip"] for trial in told["trials"]] != [clip.name for clip in clips[0]]
    assert page == listening_page(ListeningTest(HOSTILE), *clips, ("one", "other"))
    assert _data(listening_page(ListeningTest("x", seed=1), *clips, ("one", "other")))["trials"] != told["trials"]
    seen = html.fromstring(page)
    assert len(seen.xpath("//script")) == 2
    assert seen.xpath("//h1")[0].text == HOSTILE
    assert "one" not in seen.xpath("//body")[0].text_content().replace(seen.xpath("//script")[1].text, "").split()


def test_clips_are_equally_loud_long_and_whole(tmp_path: Path) -> None:
    one, other = [JudgedClip("a", _tone(300, 0.7, 2.0))], [JudgedClip("a", _tone(500, 0.05, 1.5))]
    test = ListeningTest("x", TestKind.RATING, has_anchor=True)
    (trial,) = _data(listening_page(test, one, other, ("one", "other")))["trials"]
    assert sorted(trial["sets"]) == [ANCHOR, "one", "other"]
    sounds = {}
    for name, sound in zip(trial["sets"], trial["sounds"], strict=True):
        (tmp_path / f"{name}.flac").write_bytes(base64.b64decode(sound))
        sounds[name] = read_untrusted(tmp_path / f"{name}.flac")
    assert {sound.frames for sound in sounds.values()} == {48000}
    loudness = [integrated_lufs(sounds[name]) or 0.0 for name in ("one", "other")]
    assert loudness[0] == pytest.approx(loudness[1], abs=0.1)
    assert loudness[0] == pytest.approx(integrated_lufs(_tone(500, 0.05, 1.5)) or 0.0, abs=0.1)


def test_what_makes_no_test_is_told() -> None:
    with pytest.raises(UserProblem, match="None of 1 and 2"):
        listening_page(ListeningTest("x"), _clips(0.1, 1), [JudgedClip(n, _tone(9, 0.1)) for n in "ab"], ("a", "b"))
    silent = [JudgedClip("clip 1", Audio(np.zeros((32000, 1), np.float32), 32000))]
    with pytest.raises(UserProblem, match="“clip 1” is silent"):
        listening_page(ListeningTest("x"), _clips(0.1, 1), silent, ("a", "b"))
    with pytest.raises(ValueError, match="two different ones"):
        listening_page(ListeningTest("x"), _clips(0.1), _clips(0.1), ("a", "a"))
    with pytest.raises(ValueError, match="trials must be 1 to 200, got 0"):
        ListeningTest("x", trials=0)


_PLAY_ALL = """(() => {
  const players = [...document.querySelectorAll('audio')];
  if (window.played !== at) { window.played = at; players.forEach(each => each.load()); window.next = 0; }
  while (window.next < players.length && players[window.next].ended) window.next += 1;
  if (window.next === players.length) return 'heard';
  if (players[window.next].paused) players[window.next].play();
  return 'wait';
})()"""


def test_two_clips_are_compared_in_a_browser(tmp_path: Path) -> None:
    names = (HOSTILE, "=other")
    page = listening_page(ListeningTest(HOSTILE), _clips(0.2, 2), _clips(0.1, 2), names)
    prefer = f"""(() => {{
      if (!byId('next').disabled) throw new Error('unanswered');
      const place = test.trials[at].sets.indexOf({json.dumps(HOSTILE)});
      byId('choices').querySelector(place ? '[data-choice=second]' : '[data-choice=first]').click();
      const could = byId('next').disabled; byId('next').click(); return could;
    }})()"""
    begin = "byId('listener').value = 'Eve, \"1\"'; byId('begin').click(); byId('count').textContent"
    early = "byId('choices').querySelector('[data-choice=same]').click(); byId('next').disabled"
    forget = "answers[at] = {}; refresh(); true"
    end = "JSON.stringify([byId('end').hidden, window.harmed === undefined, asCsv()])"
    given = _in_browser(page, tmp_path, begin, early, forget, _PLAY_ALL, prefer, _PLAY_ALL, prefer, end)
    assert given[:3] == ["1 of 2", True, True]  # not before both were heard
    assert given[4] is False
    is_hidden, is_safe, csv = json.loads(given[-1])
    assert (is_hidden, is_safe) == (False, True)
    found = analysed([csv])
    assert [(each.name, each.points.value) for each in found] == [(HOSTILE, 1.0), ("'=other", 0.0)]
    assert found[0].listeners == 1
    assert found[0].answers == 2


def test_clips_are_rated_in_a_browser(tmp_path: Path) -> None:
    test = ListeningTest("x", TestKind.RATING, has_anchor=True)
    page = listening_page(test, _clips(0.2, 1), _clips(0.1, 1), ("one", "other"))
    rate = """(() => {
      const points = { one: 80, other: 60, anchor: 10 };
      [...document.querySelectorAll('input[type=range]')].forEach((slider, place) => {
        slider.value = points[test.trials[at].sets[place]];
        slider.dispatchEvent(new Event('input'));
      });
      byId('next').click();
      return asCsv();
    })()"""
    *_, csv = _in_browser(page, tmp_path, "byId('begin').click(); at", _PLAY_ALL, rate)
    assert [(each.name, each.points.value) for each in analysed([csv])] == [("one", 80), ("other", 60), (ANCHOR, 10)]


def test_what_has_been_heard_is_marked_and_the_middle_can_be_meant(tmp_path: Path) -> None:
    page = listening_page(ListeningTest("x", TestKind.RATING), _clips(0.2, 1), _clips(0.1, 1), ("one", "other"))
    said = "[...document.querySelectorAll('.heard, output')].map(each => each.textContent).join('|')"
    middle = """(() => {
      const [one, other] = document.querySelectorAll('input[type=range]');
      one.click();
      other.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
      return byId('next').disabled;
    })()"""
    *_, before, _, is_disabled, after = _in_browser(
        page, tmp_path, "byId('begin').click(); at", said, _PLAY_ALL, middle, said
    )
    assert before == "|not rated||not rated"
    assert is_disabled is False
    assert after == "✓ heard|50|✓ heard|50"


def _answers(listener: str, *preferred: str) -> str:
    lines = [
        f"{listener},ab,{number},clip {number},one,other,{choice},,"
        for number, choice in enumerate(preferred, start=1)
    ]  # fmt: skip
    return "\r\n".join([",".join(COLUMNS), *lines, ""])


def test_answers_have_intervals_over_listeners() -> None:
    texts = [_answers(f"p{number}", *("first",) * number, *("second",) * (8 - number)) for number in (5, 6, 7, 8)]
    one, other = analysed(texts)
    assert (one.name, one.listeners, one.answers) == ("one", 4, 32)
    assert one.points.value == pytest.approx(26 / 32)
    assert 5 / 8 <= one.points.low < one.points.value < one.points.high <= 1
    assert other.points.value == pytest.approx(1 - one.points.value)
    told = answers_table([one, other])
    assert told.splitlines()[0].split() == ["set", "points", "95", "%", "interval", "listeners", "answers"]
    nameless = [text.replace(f"p{number},", f"{ANONYMOUS},") for number, text in zip((5, 6, 7, 8), texts, strict=True)]
    assert analysed(nameless) == [one, other]  # four people, not one
    same = analysed([_answers("p", "same", "same")])
    assert [each.points.value for each in same] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,b\n1,2\n", "first line"),
        (",".join(COLUMNS) + "\n", "no answer"),
        (_answers("p", "maybe"), "a choice is 'maybe'"),
        (",".join(COLUMNS) + "\np,rating,1,c,,,,one,101\n", "points are '101'"),
        (",".join(COLUMNS) + "\np,rating,1\n", "too few"),
        (",".join(COLUMNS) + '\np,rating,1,"' + "x" * 200_000, "it is no CSV"),
        (",".join(COLUMNS) + "\np,other,1,c,,,,one,1\n", "a kind is none of"),
        (_answers("p", "same") + "p,rating,1,c,,,,one,1\n", "it mixes ab and rating"),
    ],
)
def test_other_files_are_refused(text: str, why: str) -> None:
    with pytest.raises(UserProblem, match=f"(?i){why}"):
        analysed([text])
