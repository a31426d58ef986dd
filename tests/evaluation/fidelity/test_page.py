"""The page of a judgement: whole in itself, safe against what names hold, its players play."""

import base64
from dataclasses import replace

import numpy as np
import pytest
from lxml import html

from musicgen_studio.core.audio import Audio
from musicgen_studio.evaluation.fidelity.embedders.musicnn import MusicnnEmbedder
from musicgen_studio.evaluation.fidelity.judging import Judgement, compared
from musicgen_studio.evaluation.fidelity.measures import JudgedClip, MeasuredClip, measured

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def _tone(hz: float, channels: int = 1) -> Audio:
    samples = 0.3 * np.sin(2 * np.pi * hz * np.arange(64000) / 32000)
    return Audio(np.repeat(samples.astype(np.float32)[:, None], channels, axis=1), 32000)


@pytest.fixture(scope="module")
def judgement() -> Judgement:
    by = MusicnnEmbedder()
    clips = [JudgedClip(HOSTILE, _tone(220), f"piano {HOSTILE}"), JudgedClip("two", _tone(440, channels=2), "rock")]
    made = [measured(clip, by) for clip in clips]
    return compared(made, made, by.info)


def test_it_needs_nothing_else_and_runs_nothing_from_outside(judgement: Judgement) -> None:
    page = html.fromstring(judgement.to_html(HOSTILE))
    assert len(page.xpath("//script")) == 1
    assert page.xpath("//img") == []
    assert page.xpath("//*[@onerror or @onclick]") == []
    addresses = page.xpath("//@src | //@href | //@data | //@action")
    assert len(addresses) == 4
    assert all(address.startswith("data:audio/ogg;base64,") for address in addresses)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    assert page.xpath("//h1")[0].text == HOSTILE


def test_its_players_hold_the_clips(judgement: Judgement, tmp_path_factory: pytest.TempPathFactory) -> None:
    from musicgen_studio.files.untrusted import read_untrusted

    page = html.fromstring(judgement.to_html("x", players=1))
    addresses = page.xpath("//audio/@src")
    assert len(addresses) == 2  # one of each set
    file = tmp_path_factory.mktemp("sound") / "clip.ogg"
    file.write_bytes(base64.b64decode(addresses[0].partition(",")[2]))
    heard = read_untrusted(file)
    assert heard.duration_s == pytest.approx(2, abs=0.01)
    spectrum = np.abs(np.fft.rfft(heard.samples[:, 0]))
    assert np.argmax(spectrum) * heard.sample_rate / heard.frames == pytest.approx(220, abs=2)


def test_it_has_a_dot_for_each_clip_and_measure(judgement: Judgement) -> None:
    page = html.fromstring(judgement.to_html("x"))
    clips_map, strips = page.xpath("//div[@class='plots']/svg")
    assert len(clips_map.xpath(".//circle/*")) == 4  # with a title; the legend's have none
    known = [value for row in judgement.rows() for value in row.values() if isinstance(value, float)]
    assert len(strips.xpath(".//circle")) == len(known)
    assert len(page.xpath("//td[@data-value]")) == 4 * len(strips.xpath("./text[@x='0']"))


def test_a_set_of_equal_clips_is_drawn(judgement: Judgement) -> None:
    same: list[MeasuredClip] = [judgement.made[0], replace(judgement.made[0])]
    page = html.fromstring(compared(same, [], judgement.embedder).to_html("x", players=0))
    places = page.xpath("//circle[title]/@cx")
    assert places == [places[0]] * 2
    assert page.xpath("//audio") == []


def test_a_notebook_shows_the_figures(judgement: Judgement) -> None:
    shown = html.fromstring(judgement._repr_html_())
    ids = [code.text for code in shown.xpath("//td/code")]
    assert ids == [figure.id for figure in judgement.figures]


def test_the_rows_are_a_dataframe(judgement: Judgement) -> None:
    pandas = pytest.importorskip("pandas")
    frame = judgement.dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == 4
    assert frame["lufs"].tolist() == [row["lufs"] for row in judgement.rows()]
