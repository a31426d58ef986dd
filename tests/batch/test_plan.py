"""What is made together, and with which seeds: by the table alone."""

import shutil
from pathlib import Path

import pytest

from musicgen_studio.batch.plan import BatchPlan, BatchSettings, read_plan
from musicgen_studio.core.melody import Melody, Note
from musicgen_studio.errors import UserProblem
from musicgen_studio.files.midi import write_midi
from tests.batch.conftest import CHECKPOINT, MakePlan


def _rows(plan: BatchPlan) -> list[tuple[int, ...]]:
    return [group.rows for group in plan.groups]


def test_rows_that_differ_in_the_prompt_alone_come_together_wherever_they_stand(make_plan: MakePlan) -> None:
    plan = make_plan("prompt,seconds", "a,1", "b,2", "c,1", "d,1", "e,1", "f,1", "g,2")
    assert _rows(plan) == [(1, 3, 4, 5), (2, 7), (6,)]
    assert [group.order.prompts for group in plan.groups] == [("a", "c", "d", "e"), ("b", "g"), ("f",)]
    assert [group.order.together for group in plan.groups] == [4, 2, 1]
    assert (plan.clip_count, plan.music_s) == (7, 9.0)


def test_takes_seeds_and_empty_prompts_part_groups(make_plan: MakePlan) -> None:
    plan = make_plan("prompt,takes,seed", "a,,", "b,2,", "c,,9", ",,5", "d,,5", "e,2,", "f,3,")
    assert _rows(plan) == [(1,), (2, 6), (3,), (4,), (5,), (7,)]


def test_so_many_are_made_together_as_asked_and_sixteen_clips_at_most(make_plan: MakePlan) -> None:
    lines = ["prompt", *"abcdefgh"]
    assert [len(rows) for rows in _rows(make_plan(*lines, together=3))] == [3, 3, 2]
    assert [len(rows) for rows in _rows(make_plan(*lines, together=8, takes=4))] == [4, 4]


def test_rows_that_are_alike_never_sound_the_same(make_plan: MakePlan) -> None:
    plan = make_plan("prompt,takes,seed", "a,,", "a,,", "b,,", "a,2,", "a,2,", "a,,7", seed=100)
    seeds = {row: group.order.seed for group in plan.groups for row in group.rows}
    assert seeds == {1: 100, 2: 101, 3: 100, 4: 102, 5: 104, 6: 7}


def test_clips_are_named_by_row_prompt_seed_and_take(make_plan: MakePlan) -> None:
    plan = make_plan("prompt,takes", *["a,"] * 9, "Sad Jazz!,2")
    last = plan.groups[-1]
    assert [last.clip_name(*clip) for clip in last.clips()] == ["10-sad-jazz-0-take1", "10-sad-jazz-0-take2"]
    assert plan.groups[0].clip_name(0, 0) == "01-a-0"


def _written(folder: Path, pitch: int = 60) -> Path:
    folder.mkdir()
    write_midi(folder / "tune.mid", Melody.of([Note(0.0, 1.0, pitch)]))
    (folder / "t.jsonl").write_text(
        '{"prompt": "a", "melody": "tune.mid"}\n{"passages": ["0:00 | cut | b | tune.mid", "0:02 | c"], "seconds": 4}\n'
    )
    return folder / "t.jsonl"


def test_the_same_table_elsewhere_is_the_same_plan_and_other_content_is_not(tmp_path: Path) -> None:
    first = read_plan(_written(tmp_path / "one"), CHECKPOINT)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert read_plan(tmp_path / "two" / "t.jsonl", CHECKPOINT).orders_sha256 == first.orders_sha256
    other = read_plan(_written(tmp_path / "three", 61), CHECKPOINT)
    assert other.orders_sha256 != first.orders_sha256
    assert (
        read_plan(tmp_path / "one" / "t.jsonl", CHECKPOINT, BatchSettings(top_k=9)).orders_sha256 != first.orders_sha256
    )


def test_passages_say_prompt_melody_and_length(tmp_path: Path) -> None:
    with_own, with_passages = read_plan(_written(tmp_path / "one"), CHECKPOINT).groups
    assert with_own.is_melody_open
    assert not with_passages.is_melody_open
    order = with_passages.order
    assert (order.prompts, order.duration_s, order.passages[0].prompt) == (("b",), 4.0, "c")
    assert order.melody is not None
    assert len(list(with_passages.sources())) == 1


def test_a_row_that_cannot_be_is_named_by_its_line(make_plan: MakePlan) -> None:
    with pytest.raises(UserProblem, match=r"orders\.csv, line 2, column temperature: must be 0 to 5"):
        make_plan("prompt", "a", temperature=9.0)


def test_a_passage_after_the_end_is_named_by_its_line(tmp_path: Path) -> None:
    table = tmp_path / "t.jsonl"
    table.write_text('{"prompt": "x"}\n{"passages": ["0:00 | b", "0:09 | c"], "seconds": 4}\n')
    with pytest.raises(UserProblem, match=r"t\.jsonl, line 2, column passages?: 1 must begin before"):
        read_plan(table, CHECKPOINT)
