"""Errands in the background thread: results, failures, and the end."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from musicgen_studio.errors import StoppedError, UserProblem
from musicgen_studio.studio.program.background import Background, Errand, ErrandDone, ErrandView, Lane

PROBLEM = UserProblem("It is full.", "No room.", "Make room.")


def _raise(error: BaseException) -> None:
    raise error


def test_results_come_back_in_order() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    for number in range(3):
        background.run(f"errand {number}", lambda number=number: (number, threading.current_thread().name))  # type: ignore[misc]
    results = [done.get(timeout=10) for _ in range(3)]
    background.close()
    assert [errand.name for errand in results] == ["errand 0", "errand 1", "errand 2"]
    assert all(str(errand.result).find("background") > 0 for errand in results)


def test_what_is_found_out_about_clips_is_not_waited_for_without_end() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    began, go_on, edited = threading.Event(), threading.Event(), threading.Event()

    def load() -> None:
        began.set()
        assert go_on.wait(20)

    background.run("loading", load, lane=Lane.HEARING)
    assert began.wait(20)
    background.run("edit", edited.set)
    assert edited.wait(20)
    assert not background.close(0.05)
    go_on.set()
    assert background.close()


@pytest.mark.parametrize("error", [PROBLEM, RuntimeError("odd")])
def test_a_failure_is_told_and_the_next_errand_runs(error: Exception) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    background.run("bad", lambda: _raise(error))
    background.run("good", lambda: 1)
    bad, good = done.get(timeout=10), done.get(timeout=10)
    background.close()
    assert good.result == 1
    assert bad.problem is (error if error is PROBLEM else None)
    assert (bad.bug is None) == (error is PROBLEM)
    assert bad.bug is None or "odd" in bad.bug


def test_closing_lets_the_running_errand_end_and_drops_the_rest() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    began = threading.Event()

    def until_stopped() -> str:
        began.set()
        background.stop.wait(10)
        return "ended"

    background.run("long", until_stopped)
    background.run("never", lambda: 1)
    assert began.wait(10)
    background.close()
    dropped, ended = done.get(timeout=10), done.get(timeout=10)
    assert (dropped.name, dropped.is_stopped) == ("never", True)
    assert ended.result == "ended"
    assert done.empty()


def _left_s(told: list[tuple[float, float | None]], now_s: float) -> float | None:
    """What is left at a moment, of an errand that told shares at moments; it began at 0."""
    clock = [0.0]
    errand = Errand(1, "Stems", threading.Event(), lambda: clock[0])
    errand.begin()
    for clock[0], share in told:
        errand.tell(share)
    clock[0] = now_s
    return errand.view().left_s


def test_the_time_left_follows_from_the_pace_and_is_not_guessed() -> None:
    assert _left_s([(2.0, 0.05), (10.0, 0.25)], 10.0) == pytest.approx(30.0)
    assert _left_s([(2.0, None)], 10.0) is None
    assert _left_s([(2.0, 0.05)], 10.0) is None  # the first word says nothing of the pace
    assert _left_s([(2.0, 0.05), (2.1, 0.5)], 2.1) is None
    assert _left_s([(2.0, 0.05), (10.0, 0.06)], 10.0) is None


def test_getting_ready_is_not_in_the_time_left() -> None:
    """Loading took 8 s, the work takes 0.2 s a hundredth: “250 s left” was said of what took 20."""
    left_s = _left_s([(0.0, 0.0), (8.0, 0.01), (8.8, 0.05)], 8.8)
    assert left_s == pytest.approx(19.0)


def test_the_time_left_counts_down_between_two_words() -> None:
    told: list[tuple[float, float | None]] = [(0.0, 0.1), (4.0, 0.3)]
    assert [_left_s(told, now_s) for now_s in (4.0, 6.0, 100.0)] == pytest.approx([14.0, 12.0, 0.0])


def test_a_long_errand_tells_how_far_it_is_and_does_not_hold_up_a_short_one() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    now_s = [100.0]
    background = Background(done.put, clock=lambda: now_s[0])
    told, go_on = threading.Event(), threading.Event()

    def work(errand: Errand) -> str:
        errand.tell(0.5, 2, 4)
        told.set()
        assert go_on.wait(10)
        return "long"

    first = background.start("Export", work)
    second = background.start("Import", lambda _errand: "next")
    assert told.wait(10)
    now_s[0] = 104.0
    assert background.views() == [
        ErrandView(first, "Export", True, 0.5, 2, 4, 4.0, False),
        ErrandView(second, "Import", False, None, 1, 1, 0.0, False),
    ]
    background.run("short", lambda: "short")
    assert done.get(timeout=10).result == "short"
    go_on.set()
    assert [done.get(timeout=10).result for _ in range(2)] == ["long", "next"]
    assert background.views() == []
    background.close()


def test_cancelling_ends_what_runs_and_keeps_what_waits_from_beginning() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    began = threading.Event()
    results: list[object] = []

    def work(errand: Errand) -> None:
        began.set()
        assert errand.stop.wait(10)
        errand.check()

    first = background.start("Export", work, results.append)
    second = background.start("never", lambda _errand: results.append("began"))
    assert began.wait(10)
    background.cancel(second)
    background.cancel(first)
    background.cancel(77)
    ended = [done.get(timeout=10) for _ in range(2)]
    background.close()
    assert [(each.id, each.name, each.is_stopped) for each in ended] == [
        (first, "Export", True),
        (second, "never", True),
    ]
    for each in ended:
        each.tell_owner()
    assert results == []


def test_a_long_errand_may_return_what_it_has_when_it_is_stopped() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    began = threading.Event()

    def work(errand: Errand) -> list[int]:
        began.set()
        errand.stop.wait(10)
        return [1, 2]

    background.start("Export", work)
    assert began.wait(10)
    background.close()
    assert done.get(timeout=10).result == [1, 2]


@pytest.mark.parametrize("error", [PROBLEM, RuntimeError("odd"), StoppedError(), SystemExit(1)])
@pytest.mark.parametrize("is_long", [False, True])
def test_whatever_ends_an_errand_its_owner_hears_of_it_once(error: BaseException, is_long: bool) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    heard: list[object] = []
    background = Background(done.put)
    bad = (
        background.start("bad", lambda _errand: _raise(error), lambda _result: heard.append("result"), heard.append)
        if is_long
        else background.run("bad", lambda: _raise(error), lambda _result: heard.append("result"), heard.append)
    )
    ended = done.get(timeout=10)
    background.close()
    ended.tell_owner()
    assert heard == [ended]
    assert ended.id == bad
    assert not ended.has_result
    assert (ended.problem, ended.is_stopped) == (
        error if error is PROBLEM else None,
        isinstance(error, StoppedError),
    )
    assert done.empty()


def test_the_end_tells_every_owner_whether_the_errand_had_begun_waited_or_came_too_late() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    began = threading.Event()

    def until_stopped() -> None:
        began.set()
        background.stop.wait(10)
        raise StoppedError

    def never(*_errand: object) -> None:
        raise AssertionError("it must not begin")

    sent = {background.run("at work", until_stopped)}
    sent |= {background.run("waits", never) for _ in range(5)}
    assert began.wait(10)
    sent |= {background.start("long", until_stopped_long(background))}
    sent |= {background.start("waits", never) for _ in range(5)}
    background.close()
    sent.add(background.run("too late", never))
    ended = [done.get(timeout=10) for _ in range(len(sent))]
    assert {each.id for each in ended} == sent
    assert all(each.is_stopped for each in ended)
    assert done.empty()
    assert background.views() == []


def until_stopped_long(background: Background) -> Callable[[Errand], None]:
    def work(errand: Errand) -> None:
        background.stop.wait(10)
        errand.check()

    return work


@pytest.mark.parametrize("urgent", [Lane.SOUND, Lane.EDITS, Lane.IMPORTS])
@pytest.mark.parametrize("giving_way", [Lane.PICTURES, Lane.HEARING])
def test_what_nobody_asked_for_gives_way_to_what_is_waited_for(urgent: Lane, giving_way: Lane) -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    may_end = threading.Event()
    background.run("opening", lambda: may_end.wait(10), lane=urgent)
    background.run("picture", lambda: None, lane=giving_way)
    background.run("next", lambda: None)  # nobody else waits
    assert done.get(timeout=10).name == "next"
    assert done.empty()
    may_end.set()
    assert [done.get(timeout=10).name for _ in range(2)] == ["opening", "picture"]
    background.close()


def test_a_clip_that_has_come_in_is_opened_before_it_is_listened_to() -> None:
    """The window sends the opening when it hears of the import's end; what waited for the import waits for it, too."""
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    begun, may_end = list[str](), threading.Event()

    def importing() -> None:
        may_end.wait(10)

    background.run("import", importing, lane=Lane.IMPORTS)
    background.run("listening", lambda: begun.append("listening"), lane=Lane.HEARING)
    may_end.set()
    assert done.get(timeout=10).name == "import"
    background.run("opening", lambda: begun.append("opening"), lane=Lane.SOUND)
    assert {done.get(timeout=10).name for _ in range(2)} == {"opening", "listening"}
    assert begun == ["opening", "listening"]
    background.close()


def test_listening_to_many_clips_gives_way_between_two_of_them() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    may_end, is_opening, steps = threading.Event(), threading.Event(), SimpleQueue[str]()

    def open_clip() -> None:
        is_opening.set()
        may_end.wait(10)
        steps.put("opened")

    def hear(errand: Errand) -> None:
        errand.check()
        steps.put("one")
        background.run("opening", open_clip, lane=Lane.SOUND)
        is_opening.wait(10)
        threading.Timer(0.05, may_end.set).start()
        errand.check()
        steps.put("two")

    background.start("hearing", hear, lane=Lane.HEARING)
    assert {done.get(timeout=10).name for _ in range(2)} == {"hearing", "opening"}
    assert [steps.get(timeout=10) for _ in range(3)] == ["one", "opened", "two"]
    background.close()


def test_a_short_errand_gives_way_between_two_pieces_and_is_ended_there() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    is_looking, is_opening, may_end = threading.Event(), threading.Event(), threading.Event()
    steps = SimpleQueue[str]()

    def open_clip() -> None:
        is_opening.set()
        may_end.wait(10)
        steps.put("opened")

    def look() -> None:
        background.give_way()
        is_looking.set()
        is_opening.wait(10)
        background.give_way()
        steps.put("looked on")
        while True:
            background.give_way()

    background.run("looking", look, lane=Lane.HEARING)
    assert is_looking.wait(10)
    background.run("opening", open_clip, lane=Lane.SOUND)
    assert is_opening.wait(10)
    may_end.set()
    assert [steps.get(timeout=10) for _ in range(2)] == ["opened", "looked on"]
    background.close()
    ended = {errand.name: errand.is_stopped for errand in (done.get(timeout=10) for _ in range(2))}
    assert ended == {"looking": True, "opening": False}


def test_the_end_waits_for_nobody_who_gives_way() -> None:
    done: SimpleQueue[ErrandDone] = SimpleQueue()
    background = Background(done.put)
    background.run("opening", lambda: background.stop.wait(10), lane=Lane.SOUND)
    background.run("picture", lambda: None, lane=Lane.PICTURES)
    background.close()
    assert {done.get(timeout=10).name for _ in range(2)} == {"opening", "picture"}
