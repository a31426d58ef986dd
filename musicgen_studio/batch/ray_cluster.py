"""Many computers: actors of a Ray cluster that make groups, and a driver that hands them out.

    run_on_ray ─► actor, actor, …   each has one engine; a group goes to whoever is free
        ◄─ files of the group, or a word that they lie in the shared folder

Plain actors, no data pipeline: what costs is the engine, which an actor holds, and a lost actor costs one group. All
that lasts is in the folder and claimed there by the driver (`folder`): a driver that was killed goes on, and two
drivers share the work. Ray runs what it is sent, so it is used with its token authentication only.

Sources: Ray's documentation on actors, fault tolerance of actors, and token authentication (docs.ray.io, 2.60).
"""

import os
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from musicgen_studio.batch.claims import Claim
from musicgen_studio.batch.folder import LOOK_AGAIN_S, BatchFolder, Failure
from musicgen_studio.batch.plan import BatchPlan, Group
from musicgen_studio.batch.progress import BatchPace, BatchProgress
from musicgen_studio.batch.ray_worker import MadeGroup, RayWorker, Seat, versions
from musicgen_studio.batch.work import LoadEngine, where_it_was
from musicgen_studio.core.stopping import StopFlag
from musicgen_studio.errors import UserProblem

MAX_DEATHS = 5
"""So many actors may die with the same group until it is given up."""

_SOURCES_HELD = 64
_OPENING = 0  # no group has this number


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which cluster, and what each worker has there.

    Args:
        address: `HOST:PORT` of its head, or `auto` on one of its nodes.
        checkpoint: Name or folder of the checkpoint, on every node.
        load: Loads it.
        device: As in `load_engine`, like `precision`.
        precision: See there.
        workers: How many; None is one for each GPU, or one for each node where there is none.
        threads: Of each; None is what a node has, divided among its workers.
        is_shared: Whether all nodes see the batch's folder at the same place: then clips are not sent.
    """

    address: str
    checkpoint: str
    load: LoadEngine
    device: str = "auto"
    precision: str = "auto"
    workers: int | None = None
    threads: int | None = None
    is_shared: bool = False


@dataclass(slots=True)
class _Actor:
    """An actor as the driver knows it.

    Args:
        handle: Ray's.
        group: What it is making, under which claim; None while it loads or waits.
    """

    handle: Any
    group: tuple[Group, Claim] | None = None


@dataclass(slots=True)
class _Crew:
    """The actors, and what they are asked.

    Args:
        new: Starts an actor.
        asked: By Ray's reference, who was asked.
        free: Who could make something.
    """

    new: Callable[[], Any]
    asked: dict[Any, _Actor] = field(default_factory=dict)
    free: deque[_Actor] = field(default_factory=deque)

    def start(self) -> None:
        """Let one more actor load its engine."""
        actor = _Actor(self.new())
        self.asked[actor.handle.open.remote()] = actor


class _Sources:
    """The content of files that go in, in Ray's store; of those used last."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._held = OrderedDict[str, Any]()

    def of(self, group: Group) -> dict[str, Any]:
        """Return references by sha256. They are looked up by who lacks the file."""
        found = dict[str, Any]()
        for source in group.sources():
            if source.sha256 not in self._held:
                self._held[source.sha256] = self._ray.put(where_it_was(source).read_bytes())
            self._held.move_to_end(source.sha256)
            found[source.sha256] = self._held[source.sha256]
        while len(self._held) > max(_SOURCES_HELD, len(found)):
            self._held.popitem(last=False)
        return found


class _Driver:
    """Hands groups out and takes clips in."""

    def __init__(
        self, ray: Any, plan: BatchPlan, folder: BatchFolder, cluster: Cluster, pace: BatchPace, crew: _Crew
    ) -> None:
        self._ray, self._plan, self._folder, self._pace = ray, plan, folder, pace
        self._is_shared, self._crew = cluster.is_shared, crew
        self._sources = _Sources(ray)
        self._queue = deque(folder.open_groups(plan.groups))
        self._deaths = Counter[int]()
        self._refused = dict[str, int]()
        self._look_again_s = 0.0

    def run(self, workers: int, stop: StopFlag, on_progress: Callable[[BatchProgress], None]) -> None:
        """Return when nothing is left to be made, or it was stopped."""
        for _ in range(min(workers, len(self._queue))):
            self._crew.start()
        try:
            while not stop.is_set() and (self._queue or self._is_any_at_work()):
                self._hand_out()
                self._take_in()
                on_progress(self._pace.now())
        finally:
            for actor in [*self._crew.asked.values(), *self._crew.free]:
                self._let_go(actor)

    def _is_any_at_work(self) -> bool:
        return any(actor.group is not None for actor in self._crew.asked.values())

    def _hand_out(self) -> None:
        """Give each free actor a group that nobody else has."""
        if time.monotonic() < self._look_again_s:
            return
        for _ in range(len(self._queue)):
            if not self._crew.free:
                return
            group = self._queue.popleft()
            claim = self._folder.claim(group)
            if claim is not None:
                self._ask(self._crew.free.popleft(), group, claim)
            elif self._folder.is_made(group):
                self._pace.done(group.number)
            elif self._folder.failure(group) is None:
                self._queue.append(group)  # another batch is making it; should it die, it is our turn
        if self._crew.free:
            self._look_again_s = time.monotonic() + LOOK_AGAIN_S

    def _ask(self, actor: _Actor, group: Group, claim: Claim) -> None:
        folder = self._folder.work_folder(claim).resolve() if self._is_shared else None
        try:
            sources = self._sources.of(group)
        except OSError as error:
            self._fail(group, claim, Failure(f"A file that goes in cannot be read: {error}."))
            self._crew.free.append(actor)
            return
        actor.group = group, claim
        self._pace.began(group.number)
        self._crew.asked[actor.handle.make.remote(group, sources, folder)] = actor

    def _take_in(self) -> None:
        """Take what has been answered."""
        if not self._crew.asked:
            time.sleep(LOOK_AGAIN_S)  # others are making what is left
            return
        answered, _ = self._ray.wait(list(self._crew.asked), num_returns=1, timeout=LOOK_AGAIN_S)
        for reference in answered:
            actor = self._crew.asked.pop(reference)
            try:
                answer = self._ray.get(reference)
            except self._ray.exceptions.RayError as error:
                self._died(actor, error)
                continue
            if actor.group is None:
                self._opened(actor, answer)
            else:
                self._made(actor, answer)

    def _opened(self, actor: _Actor, why_not: str) -> None:
        if not why_not:
            self._deaths[_OPENING] = 0
            self._crew.free.append(actor)
            return
        self._refused[why_not] = self._refused.get(why_not, 0) + 1
        self._let_go(actor)
        if not self._crew.asked and not self._crew.free:
            raise UserProblem(
                "No node of the cluster can make this batch.",
                "; ".join(f"{why} ({count} workers)" for why, count in self._refused.items()) + ".",
                "Install the same versions and the same checkpoint on all nodes, and start Ray there with "
                "RAY_AUTH_MODE=token.",
            )

    def _made(self, actor: _Actor, made: MadeGroup) -> None:
        assert actor.group is not None
        (group, claim), actor.group = actor.group, None
        self._crew.free.append(actor)
        if made.failure is not None:
            self._fail(group, claim, made.failure)
            return
        if not self._is_shared:
            self._folder.put(claim, made.files)
        if self._folder.publish(group, claim):
            self._pace.done(group.number)
        else:
            self._pace.lost(group.number)
            self._queue.append(group)
        self._folder.release(claim)

    def _died(self, actor: _Actor, error: Exception) -> None:
        """Give the group of a lost actor to another one, and start one in its place."""
        if actor.group is not None:
            (group, claim), actor.group = actor.group, None
            self._deaths[group.number] += 1
            if self._deaths[group.number] < MAX_DEATHS:
                self._pace.lost(group.number)
                self._folder.release(claim)
                self._queue.appendleft(group)
            else:
                why = f"{MAX_DEATHS} workers died of it one after the other."
                self._fail(group, claim, Failure(why, "Look whether the memory of the nodes does.", str(error)))
        else:
            self._deaths[_OPENING] += 1
            if self._deaths[_OPENING] >= MAX_DEATHS:
                raise RuntimeError(f"{MAX_DEATHS} workers died before they were ready: {error}")
        self._let_go(actor)
        self._crew.start()

    def _fail(self, group: Group, claim: Claim, failure: Failure) -> None:
        self._folder.fail(group, failure)
        self._pace.failed(group.number)
        self._folder.release(claim)

    def _let_go(self, actor: _Actor) -> None:
        if actor.group is not None:
            self._folder.release(actor.group[1])
        self._ray.kill(actor.handle)


def run_on_ray(
    plan: BatchPlan,
    folder: BatchFolder,
    cluster: Cluster,
    stop: StopFlag,
    on_progress: Callable[[BatchProgress], None] = lambda _progress: None,
) -> None:
    """Make a batch on a cluster. Returns when nothing is left to be made, or it was stopped.

    Args:
        plan: What to make.
        folder: Where to, on this computer.
        cluster: Who makes it.
        stop: Ends it early; what is whole by then stays.
        on_progress: Told several times a second.

    Raises:
        UserProblem: If Ray is not installed, the cluster cannot be reached or does not take the token, or no node has
            the same versions and the same checkpoint.
    """
    ray = _connected(cluster.address)
    try:
        workers, threads, cards = _divided(ray, cluster)
        seat = Seat(
            plan.checkpoint, cluster.checkpoint, cluster.device, cluster.precision, threads, cluster.load, versions()
        )
        options = {"num_cpus": threads, "num_gpus": cards, "max_restarts": 0, "max_task_retries": 0}
        kind = ray.remote(RayWorker).options(**options)
        pace = BatchPace(plan.groups, [group for group in plan.groups if folder.is_made(group)])
        crew = _Crew(lambda: kind.remote(seat))
        _Driver(ray, plan, folder, cluster, pace, crew).run(workers, stop, on_progress)
    finally:
        ray.shutdown()


def _connected(address: str) -> Any:
    os.environ["RAY_AUTH_MODE"] = "token"  # read when Ray is imported
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        what_to_do = 'Install it: pip install "musicgen-studio[ray]".'
        raise UserProblem("Ray is not installed.", f"{error}.", what_to_do) from error
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", namespace="musicgen-studio-batch")
    except ray.exceptions.AuthenticationError as error:
        raise UserProblem(
            "There is no token for the cluster.",
            "Ray would let anybody who reaches it run programs; so it is used with token authentication only.",
            "Make one with `ray get-auth-token --generate`, copy it to all nodes, and start Ray with "
            "RAY_AUTH_MODE=token.",
        ) from error
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UserProblem(
            f"The cluster {address} cannot be reached, or does not take this computer's token.",
            f"Ray says: {error!s:.200}",
            "Check the address, and that ~/.ray/auth_token is the same on all nodes.",
        ) from error
    return ray


def _divided(ray: Any, cluster: Cluster) -> tuple[int, int, int]:
    """Return how many workers there are to be, and how many threads and graphics cards each has."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    cards = int(sum(node.get("GPU", 0) for node in nodes)) if cluster.device in ("auto", "cuda") else 0
    if not nodes:
        raise UserProblem("The cluster has no processor to work with.", "No node offers one.", "Add a node.")
    workers = cluster.workers or cards or len(nodes)
    cores = int(min(node["CPU"] for node in nodes))
    on_each = -(-workers // len(nodes))
    threads = cluster.threads or max(cores // on_each, 1)
    return workers, threads, 1 if cards else 0
