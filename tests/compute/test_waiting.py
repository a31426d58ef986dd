"""Torch's threads let go of their cores soon where music is made live."""

import os
import subprocess
import sys

import pytest


def _said_of(**environment: str) -> str:
    """Return what GNU's OpenMP says of itself when the command loads torch; the checkpoint is none."""
    command = [sys.executable, "-m", "musicgen_studio", "live", "x", "--no-play", "--seconds", "1", "--checkpoint", "-"]
    inherited = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"}
    asked = inherited | environment | {"OMP_DISPLAY_ENV": "verbose"}
    said = subprocess.run(command, env=asked, capture_output=True, text=True, check=False, timeout=120).stderr
    if "GOMP_SPINCOUNT" not in said:
        pytest.skip("torch is built with another OpenMP")
    return said


def test_live_music_is_told_to_let_go_before_torch_is_loaded() -> None:
    assert "GOMP_SPINCOUNT = '2000'" in _said_of()


def test_what_the_user_has_said_stands() -> None:
    assert "GOMP_SPINCOUNT = '123'" in _said_of(GOMP_SPINCOUNT="123")
