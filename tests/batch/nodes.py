"""A Ray cluster of several node processes on this computer: `python -m tests.batch.nodes`, obeying words on stdin.

It tells its address, then does what it is told, a word a line, and says when it is done:

    kill    a worker, chosen by chance, without a warning (SIGKILL)
    lose    a node with all that runs on it
    add     a node
    quit    or the end of stdin: everything ends

Ray is imported here and in no test: what it warns of is its own matter.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "5" * 64
STORE_BYTES = 80_000_000


class Nodes:
    """The cluster as a test sees it.

    Args:
        process: That runs `main`.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.address = self._said()

    def tell(self, word: str) -> str:
        """Say a word and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self._said()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def environment(scratch: Path, token: str = TOKEN) -> dict[str, str]:
    """Return the environment of a cluster, or of a driver that may use it.

    Args:
        scratch: Where caches go.
        token: What the cluster is to ask for, or the driver has.
    """
    own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token, "RAY_USAGE_STATS_ENABLED": "0"}
    return os.environ | own | {"XDG_CACHE_HOME": str(scratch / "cache"), "PYTHONPATH": str(ROOT)}


@contextmanager
def cluster(scratch: Path, nodes: int = 2) -> Iterator[Nodes]:
    """Run a cluster of a head without processors and nodes of one processor each."""
    command = [sys.executable, "-m", "tests.batch.nodes", str(nodes)]
    with (
        (scratch / "nodes.log").open("w") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(scratch),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield Nodes(process)
            process.communicate("quit\n", timeout=60)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for each in below:
            each.kill()


def main() -> int:
    """Run the cluster."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what Ray prints is not an answer
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": STORE_BYTES}
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False} | small)
    nodes = [made.add_node(num_cpus=1, **small) for _ in range(int(sys.argv[1]))]
    dice = random.Random(0)  # noqa: S311
    print(made.address, file=out, flush=True)
    for word in map(str.strip, sys.stdin):
        match word:
            case "kill":
                workers = [each for each in psutil.Process().children(recursive=True) if _is_worker(each)]
                if workers:
                    dice.choice(workers).kill()
                print(len(workers), file=out, flush=True)
            case "lose":
                made.remove_node(nodes.pop(dice.randrange(len(nodes))), allow_graceful=False)
                print("lost", file=out, flush=True)
            case "add":
                nodes.append(made.add_node(num_cpus=1, **small))
                print("added", file=out, flush=True)
            case "quit":
                break
    made.shutdown()
    return 0


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "ray::RayWorker" in " ".join(process.cmdline())
    except psutil.Error:
        return False


if __name__ == "__main__":
    sys.exit(main())
