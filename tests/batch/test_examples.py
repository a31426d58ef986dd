"""The examples for clusters hold what they say: parsed as their readers do, and the commands as ours does."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import yaml

from musicgen_studio.cli.main import build_parser

EXAMPLES = Path(__file__).resolve().parents[2] / "installers" / "cluster"


def _options(command: str) -> Any:
    words = shlex.split(command)
    return build_parser().parse_args(words[words.index("musicgen-studio") + 1 :])


def test_the_slurm_array() -> None:
    script = EXAMPLES / "batch.slurm"
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8")
    told = dict(re.findall(r"^#SBATCH --([\w-]+)(?:=(\S+))?$", text, re.MULTILINE))
    assert set(re.findall(r"^#SBATCH.*$", text, re.MULTILINE)) != set()
    assert re.fullmatch(r"\d+-\d+", told["array"])
    assert {"cpus-per-task", "mem", "time", "requeue"} <= set(told)
    options = _options(next(line for line in text.splitlines() if "musicgen-studio batch" in line and "#" not in line))
    assert (options.command, options.workers, options.ray) == ("batch", 1, None)


def test_the_rayjob() -> None:
    job = yaml.safe_load((EXAMPLES / "batch-rayjob.yaml").read_text(encoding="utf-8"))
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    options = _options(job["spec"]["entrypoint"])
    assert (options.command, options.ray, options.shared) == ("batch", "auto", True)
    spec = job["spec"]["rayClusterSpec"]
    pods = [group["template"]["spec"] for group in [spec["headGroupSpec"], *spec["workerGroupSpecs"]]]
    for pod in [*pods, job["spec"]["submitterPodTemplate"]["spec"]]:
        (container,) = pod["containers"]
        named = {entry["name"]: entry.get("value") for entry in container["env"]}
        assert named["RAY_AUTH_MODE"] == "token"
        assert "RAY_AUTH_TOKEN" in named
    for pod in pods:
        mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
        assert str(options.out).startswith(mounts["batch"])
        assert [volume["name"] for volume in pod["volumes"]] == ["batch"]
