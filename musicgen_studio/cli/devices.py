"""`musicgen-studio devices`: where sound can come out, and what can compute."""

import argparse
import json
from dataclasses import asdict

from musicgen_studio.cli.options import Commands
from musicgen_studio.errors import UserProblem


def add_parser(commands: Commands) -> None:
    """Add this command to the command line."""
    parser = commands.add_parser(
        "devices",
        help="list sound devices and compute devices",
        description="List the sound devices and the compute devices of this computer.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the devices. A computer without sound is no error: the compute devices are listed all the same."""
    from musicgen_studio.compute.device import devices

    sound, problem = _sound_devices()
    compute = devices()
    if args.json:
        print(json.dumps({"sound": sound, "sound_problem": problem, "compute": compute}))
        return 0
    print("sound devices")
    print("\n".join(f"  {_sound_line(device)}" for device in sound) or f"  none. {problem or ''}".rstrip())
    print("compute devices")
    print("\n".join(f"  {device['device']:<5} {device['description']}" for device in compute))
    return 0


def _sound_devices() -> tuple[list[dict[str, object]], str | None]:
    from musicgen_studio.sound.devices import list_devices

    try:
        return [asdict(device) for device in list_devices()], None
    except UserProblem as problem:
        return [], str(problem)


def _sound_line(device: dict[str, object]) -> str:
    marks = [
        *(["default output"] if device["is_default_output"] else []),
        *(["default input"] if device["is_default_input"] else []),
    ]
    line = f"{device['name']} ({device['host_api']}): {device['outputs']} out, {device['inputs']} in"
    line += f", {device['default_rate']:g} Hz"
    return f"{line} [{', '.join(marks)}]" if marks else line
