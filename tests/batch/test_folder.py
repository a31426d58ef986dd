"""What holds when processes die, sleep or meet in one folder."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from musicgen_studio.batch.claims import Claims, Owner
from musicgen_studio.batch.folder import BatchFolder, Failure
from musicgen_studio.batch.plan import Group
from musicgen_studio.batch.work import make_group
from musicgen_studio.errors import UserProblem
from musicgen_studio.studio.making.order import CheckpointRecord
from tests.batch.conftest import CHECKPOINT, MakePlan
from tests.fake_engine import FakeEngine


def _make(folder: BatchFolder, group: Group) -> bool:
    claim = folder.claim(group)
    assert claim is not None
    assert make_group(FakeEngine(), CHECKPOINT, group, folder.work_folder(claim), threading.Event())
    is_ours = folder.publish(group, claim)
    folder.release(claim)
    return is_ours


def _dead() -> Owner:
    child = subprocess.Popen([sys.executable, "-c", ""])
    owner = Owner(Owner.this().place, child.pid, 0.0)
    child.wait()
    return owner


# --- claims ---


def test_one_of_many_who_want_a_group_gets_it(tmp_path: Path) -> None:
    barrier, taken = threading.Barrier(8), []

    def want() -> None:
        claims = Claims(tmp_path)
        barrier.wait()
        taken.append(claims.take("000001"))

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (claim,) = [claim for claim in taken if claim is not None]
    claim.release()
    assert list(tmp_path.iterdir()) == []


def test_a_dead_owners_group_goes_to_one_other_at_once(tmp_path: Path) -> None:
    dead = Claims(tmp_path, owner=_dead()).take("000001")
    assert dead is not None
    over = list[str]()
    claim = Claims(tmp_path).take("000001", over.append)
    assert claim is not None
    assert over == ["000001.1"]
    assert not dead.is_held()
    assert Claims(tmp_path).take("000001") is None
    claim.release()
    dead.release()


def test_an_owner_on_another_computer_counts_as_long_as_it_is_touched(tmp_path: Path) -> None:
    claim = Claims(tmp_path, lease_s=1000, owner=Owner("elsewhere", 1, 0.0)).take("000001")
    assert claim is not None
    assert Claims(tmp_path, lease_s=1000).take("000001") is None
    os.utime(claim.path, (0, 0))
    after = Claims(tmp_path, lease_s=1000).take("000001")
    assert after is not None
    after.release()
    claim.release()


def test_a_claim_is_touched_while_it_is_held(tmp_path: Path) -> None:
    claim = Claims(tmp_path, lease_s=0.06).take("000001")
    assert claim is not None
    os.utime(claim.path, (0, 0))
    while claim.path.stat().st_mtime == 0:
        assert claim.is_held()
    claim.release()


def test_a_claim_that_was_killed_before_it_could_say_whose_it_is_ends_with_its_lease(tmp_path: Path) -> None:
    (tmp_path / "000001.1").touch()
    assert Claims(tmp_path).take("000001") is None
    os.utime(tmp_path / "000001.1", (0, 0))
    claim = Claims(tmp_path).take("000001")
    assert claim is not None
    claim.release()


# --- the folder ---


def test_what_is_made_is_not_claimed_again(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan("prompt", "a", "b", together=1)
    folder = BatchFolder(tmp_path / "out", plan)
    assert _make(folder, plan.groups[0])
    assert folder.claim(plan.groups[0]) is None
    assert list(folder.open_groups(plan.groups)) == [plan.groups[1]]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.*")) == [".batch", "1-a-0.json", "1-a-0.wav"]
    assert list((tmp_path / "out" / ".batch" / "work").iterdir()) == []
    assert list((tmp_path / "out" / ".batch" / "claims").iterdir()) == []


@pytest.mark.parametrize("harm", ["no record", "no sound", "cut sound", "other record", "cut record"])
def test_a_clip_that_is_not_whole_is_made_again_and_the_others_of_its_group_are_kept(
    make_plan: MakePlan, tmp_path: Path, harm: str
) -> None:
    plan = make_plan("prompt", "a", "b", "c")
    folder = BatchFolder(tmp_path / "out", plan)
    (group,) = plan.groups
    _make(folder, group)
    sound, record = folder.files(group, 1, 0)
    whole = sound.read_bytes()
    others = [folder.files(group, number, 0)[0] for number in (0, 2)]
    before = [path.stat().st_ino for path in others]
    match harm:
        case "no record":
            record.unlink()
        case "no sound":
            sound.unlink()
        case "cut sound":
            sound.write_bytes(whole[: len(whole) // 2])
        case "cut record":
            record.write_bytes(record.read_bytes()[:100])
        case "other record":
            record.write_bytes(folder.files(group, 0, 0)[1].read_bytes())
    folder.inspect()
    assert not folder.is_made(group)
    assert not sound.exists()
    assert _make(folder, group)
    assert [path.stat().st_ino for path in others] == before
    assert len(sound.read_bytes()) == len(whole)


def test_what_the_dead_left_is_cleared_and_what_the_living_do_is_not(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan("prompt", "a", "b", together=1)
    folder = BatchFolder(tmp_path / "out", plan)
    claims, work = tmp_path / "out" / ".batch" / "claims", tmp_path / "out" / ".batch" / "work"
    (claims / "000001.1").write_text(json.dumps(asdict(_dead())))
    (work / "000001.1").mkdir()
    living = folder.claim(plan.groups[1])
    assert living is not None
    folder.work_folder(living)
    folder.fail(plan.groups[0], Failure("because"))
    folder.inspect()
    assert [path.name for path in claims.iterdir()] == ["000002.1"]
    assert [path.name for path in work.iterdir()] == ["000002.1"]
    assert folder.failure(plan.groups[0]) is None
    living.release()


def test_who_slept_through_its_lease_puts_nothing_in_place(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan("prompt", "a")
    folder = BatchFolder(tmp_path / "out", plan, lease_s=1000)
    sleeper = folder.claim(plan.groups[0])
    assert sleeper is not None
    os.utime(sleeper.path, (0, 0))
    assert _make(folder, plan.groups[0])
    assert not folder.publish(plan.groups[0], sleeper)
    sleeper.release()


def test_a_failure_is_not_tried_again_in_the_same_run(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan("prompt", "a")
    folder = BatchFolder(tmp_path / "out", plan)
    folder.fail(plan.groups[0], Failure("because", "do that"))
    assert folder.claim(plan.groups[0]) is None
    assert folder.failure(plan.groups[0]) == Failure("because", "do that")


def test_the_folder_of_another_batch_is_refused_and_why_is_said(make_plan: MakePlan, tmp_path: Path) -> None:
    BatchFolder(tmp_path / "out", make_plan("prompt", "a"))
    BatchFolder(tmp_path / "out", make_plan("prompt", "a"))
    with pytest.raises(UserProblem, match="another table"):
        BatchFolder(tmp_path / "out", make_plan("prompt", "b"))
    other = CheckpointRecord("other", "e" * 64, "free", "other")
    with pytest.raises(UserProblem, match=r"another checkpoint \(fake\)"):
        BatchFolder(tmp_path / "out", make_plan("prompt", "a", checkpoint=other))
