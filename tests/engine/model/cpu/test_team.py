"""Threads that help: they come, they may be late, and they go home."""

import gc
import threading
import weakref

from musicgen_studio.engine.model.cpu.team import Team


def test_everybody_works_and_the_caller_is_number_0() -> None:
    team = Team(3)
    seen: dict[int, int] = {}
    all_there = threading.Barrier(3, timeout=60)

    def work(number: int) -> None:
        seen[number] = threading.get_ident()
        all_there.wait()

    for _ in range(20):
        seen.clear()
        team.run(work)
        assert seen.keys() == {0, 1, 2}
        assert seen[0] == threading.get_ident()
        assert len(set(seen.values())) == 3


def test_the_caller_does_not_wait_for_those_who_are_late() -> None:
    team = Team(2)
    held_up, begun = threading.Event(), threading.Event()

    def work(number: int) -> None:
        if number == 1:
            begun.set()
            held_up.wait(60)
        else:
            assert begun.wait(60)

    team.run(work)
    done: list[int] = []
    team.run(done.append)
    assert done == [0]
    held_up.set()


def test_a_team_of_one_is_the_caller() -> None:
    done: list[int] = []
    Team(1).run(done.append)
    assert done == [0]


def test_the_caller_may_do_it_alone() -> None:
    done: list[int] = []
    Team(3).run(done.append, alone=True)
    assert done == [0]


def test_nothing_of_the_work_is_kept() -> None:
    team = Team(2)
    room = _Room()
    gone = threading.Event()
    weakref.finalize(room, gone.set)
    team.run(room.work)
    del room
    gc.collect()
    assert gone.wait(60)


def test_the_helpers_go_home_with_the_team() -> None:
    before = set(threading.enumerate())
    team = Team(3)
    helpers = set(threading.enumerate()) - before
    assert len(helpers) == 2
    del team
    gc.collect()
    for helper in helpers:
        helper.join(60)
        assert not helper.is_alive()


class _Room:
    """Something that work holds on to."""

    def work(self, number: int) -> None:
        pass
