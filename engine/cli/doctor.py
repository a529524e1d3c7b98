"""`doctor`: what this machine and this installation offer, what is known to break, one timed frame."""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import dataclass

import numpy as np

from engine import detect, hands, pose_model
from engine.errors import InputError
from engine.pose.kinematics import move_person, t_pose
from engine.setup import guards, system
from engine.version import VERSION

_PACKAGES = (
    "torch",
    "numpy",
    "PySide6-Essentials",
    "pyqtgraph",
    "opencv-python",
    "pillow",
    "safetensors",
    "platformdirs",
)
_OPTIONAL_PACKAGES = ("mediapipe",)


@dataclass(frozen=True)
class Finding:
    """A line of the report; `fault`: whether something needs mending."""

    subject: str
    text: str
    fault: bool = False


def run(argv: list[str]) -> int:
    """Print the report; 0 when all is well, 1 when something needs mending. Raises InputError."""
    parser = argparse.ArgumentParser(prog="poseloom doctor", description=__doc__)
    parser.add_argument("--weights", metavar="W", help="another weights file than the one in the box")
    parser.add_argument("--device", metavar="D", default="auto", help="auto, cpu, cuda or mps")
    options = parser.parse_args(argv)

    faults = []
    parts = (versions, guarded, window, lambda: devices(options.device), detection)
    for part in (*parts, lambda: frame(options.weights, options.device)):
        for finding in part():
            print(f"{'!' if finding.fault else ' '} {finding.subject:<20}{finding.text}", flush=True)
            faults += [finding] if finding.fault else []
    count = f"{len(faults)} line{'s' if len(faults) > 1 else ''} marked with ! above"
    print(f"\n{f'Something needs mending: {count}.' if faults else 'All is well.'}")
    return 1 if faults else 0


def versions() -> list[Finding]:
    """Poseloom, the system, Python and every package."""
    found = [
        Finding("poseloom", VERSION),
        Finding("system", f"{platform.platform()}, {platform.machine()}"),
        Finding("Python", f"{platform.python_version()} in {sys.prefix}"),
    ]
    for name in _PACKAGES:
        version = guards.installed(name)
        found.append(Finding(name, version or "not installed", fault=version is None))
    for name in _OPTIONAL_PACKAGES:
        found.append(Finding(name, guards.installed(name) or "not installed (optional)"))
    return found


def guarded() -> list[Finding]:
    """Combinations of versions that are known to break."""
    return [Finding("guard", problem, fault=True) for problem in guards.problems()] or [
        Finding("guards", "no known fault in these versions")
    ]


def window() -> list[Finding]:
    """The display and the libraries Qt loads."""
    shown = {"": "none: the window's demo is played offscreen and leaves pictures"}
    where = system.display()
    absent = system.missing(system.wanted(window=True))
    libraries = f"missing: {', '.join(absent)} (apt-get install {' '.join(absent.values())})"
    return [
        Finding("display", shown.get(where, where)),
        Finding("system libraries", libraries if absent else "all found", fault=bool(absent)),
    ]


def devices(device: str) -> list[Finding]:
    """What torch can compute on, and what is chosen. Raises InputError for a device that is not here."""
    try:
        import torch

        from engine.plan import has_fast_bfloat16, make_plan
    except Exception as error:  # a broken torch fails in many ways; to tell them is this command's purpose
        return [Finding("torch", f"cannot be imported: {_one_line(error)}", fault=True)]
    plan = make_plan(device)
    found = [
        Finding(
            "CPU", f"{plan.threads} threads, bfloat16 {'in hardware' if has_fast_bfloat16() else 'not used'}"
        )
    ]
    for index in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(index)
        found.append(Finding(f"cuda:{index}", f"{card.name}, {card.total_memory >> 20} MiB"))
    if torch.backends.mps.is_available():
        found.append(Finding("mps", "there"))
    return [*found, Finding("chosen", f"{plan.device}, preview in {plan.precision}")]


def detection() -> list[Finding]:
    """Whether photos are searched for a pose and its hands; never a fault, the skeleton can be laid by hand,
    and hands are told by the parsing network."""
    asked = (
        ("pose detection", detect.available(), pose_model.POSES),
        ("hand detection", hands.available(), pose_model.HANDS),
    )
    return [
        Finding(name, str(pose_model.find(bundle)) if can.available else f"no: {can.reason}")
        for name, can, bundle in asked
    ]


def frame(weights: str | None, device: str) -> list[Finding]:
    """The weights and one exact frame. Raises InputError for weights that were named."""
    try:
        from engine import Session

        session = Session.open(weights, device)
    except InputError as error:
        if weights:
            raise
        return [Finding("weights", _one_line(error), fault=True)]
    except ImportError as error:
        return [Finding("frame", f"cannot be rendered: {_one_line(error)}", fault=True)]
    height, width = session.size
    pose_18x3 = t_pose(session.size)
    session.set_reference(np.full((height, width, 3), 128, np.uint8), pose_18x3)
    session.set_pose(pose_18x3)
    session.render()  # the first one also pays for what is made once
    session.set_pose(move_person(pose_18x3, (1, 0)))
    ms = session.render().ms
    info = session.weights_info
    return [
        Finding("weights", f"{info['path']}, sha256 {info['sha256'][:12]}"),
        Finding("frame", f"{height}x{width} in {ms:.0f} ms on {session.device}"),
    ]


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
