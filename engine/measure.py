"""What `bench` measures: the work of every stage of an engine, the machine's peak and the memory of a
session.

Every stage is timed in turn, round after round, so that a busy machine slows all of them alike; ratios are of
medians.
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.api import Frame, GarmentSwap, Mix, RenderRequest
from engine.compositing.compose import EncodedReference, compose, encode_reference
from engine.contract import PoseTransferModel, ReferenceInput
from engine.cv import cv2
from engine.ops.fused import FusedConv
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pictures import to_tensor
from engine.plan import keep_freed_memory
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import RIGHT_WRIST
from engine.session import Session

TEXTBOOK_FULL, TEXTBOOK_POSE, ENCODE = "textbook full forward", "textbook pose-only", "encode reference"
TEXTBOOK_KEPT, DRAG, PREVIEW, SWAP = "textbook, memory kept", "drag full", "drag preview", "swap"
INSPECTED = "drag beside maps"  # as the window draws while Inspect is open: the maps are of the one before
GARMENT = "garment taken"  # from the click on an encoded photo to the first picture with its garment


@dataclass(frozen=True)
class Stage:
    """Measured stage. p50_ms, p95_ms: milliseconds. gmac: giga multiply-accumulates of its networks, all
    convolutions taken as direct ones.
    """

    network: str
    stage: str
    precision: str
    size: tuple[int, int]
    p50_ms: float
    p95_ms: float
    gmac: float


@dataclass(frozen=True)
class Task:
    """What a stage does in round `turn`. kept: whether the C library keeps freed memory meanwhile, as
    sessions have it. ready: what comes before it in a round, not timed.
    """

    work: Callable[[int], object]
    gmac: float
    kept: bool = True
    ready: Callable[[], object] = lambda: None


def pose(size: tuple[int, int], turn: int) -> np.ndarray:
    """A standing person whose right wrist moves on with every `turn`, so that nothing is answered from a
    cache.
    """
    pose_18x3 = t_pose(size)
    pose_18x3[RIGHT_WRIST, :2] += (10 * np.cos(0.7 * turn) + 0.01 * turn, 10 * np.sin(0.7 * turn))
    return pose_18x3


def photo(size: tuple[int, int], turn: int) -> np.ndarray:
    """A sample person, a little noisier with every `turn`."""
    ada_HWC = read_photo(RESOURCES / "samples" / "ada.jpg")
    rgb_HWC = cv2.resize(ada_HWC, size[::-1], interpolation=cv2.INTER_AREA)
    noise_HWC = np.random.default_rng(turn).integers(-3, 4, rgb_HWC.shape)
    return np.clip(rgb_HWC + noise_HWC, 0, 255).astype(np.uint8)


@torch.inference_mode()
def textbook_tasks(
    session: Session, slow: PoseTransferModel, macs: Mapping[str, float]
) -> dict[tuple[str, str], Task]:
    """The stages of an engine's textbook form, by (stage, precision). macs: giga multiply-accumulates of
    "full" and "drag"."""
    size, device = session.size, session.plan.device
    reference = session.add_reference(photo(size, 0), pose(size, 0))
    given = ReferenceInput(to_tensor(reference.image_HWC, device).contiguous(), pose(size, 0))
    kept = encode_reference(slow, given)

    def pose_only(turn: int, of: EncodedReference = kept) -> None:
        compose(slow, slow.render(of.appearance, pose(size, turn)), pose(size, turn), [of])

    def full(turn: int) -> None:
        pose_only(turn, encode_reference(slow, given))

    return {
        (TEXTBOOK_FULL, "float32"): Task(full, macs["full"], kept=False),
        (TEXTBOOK_POSE, "float32"): Task(pose_only, macs["drag"], kept=False),
        (TEXTBOOK_KEPT, "float32"): Task(full, macs["full"]),
    }


@torch.inference_mode()
def session_tasks(session: Session, macs: Mapping[str, float]) -> dict[tuple[str, str], Task]:
    """What a session does, by (stage, precision). macs: giga multiply-accumulates of "encode", "drag" and
    "drag <rows>" of every preview."""
    size, half = session.size, session.plan.precision
    reference = session.add_reference(photo(size, 0), pose(size, 0))
    other = session.add_reference(photo(size, 1), pose(size, 0))

    def encode(turn: int) -> None:
        session.forget(session.add_reference(photo(size, 100 + turn), pose(size, 0)).key)

    fresh = itertools.count()  # a pose no other stage has asked for, or its feature would come from the cache

    def drag(turn: int, level: int | None = None) -> None:
        session.respond(RenderRequest(reference.key, pose(size, next(fresh)), level=level))

    mapmaker, drawn = ThreadPoolExecutor(1), deque[Iterator[Frame]](maxlen=1)  # its maps are not made yet

    def draw() -> None:
        request = RenderRequest(reference.key, pose(size, next(fresh)), level=size[0], maps=True)
        drawn.append(session.frames(request))
        next(drawn[0])

    def inspect(turn: int) -> None:
        maps = mapmaker.submit(next, drawn[0])
        draw()
        maps.result()

    def swap(turn: int) -> None:
        mixes = (Mix(other.key, (turn % 10) / 10 + 0.05),)
        session.respond(RenderRequest(reference.key, pose(size, 0), mixes))

    clicked: list[RenderRequest] = []

    def show() -> None:
        clicked[:] = [RenderRequest(reference.key, pose(size, next(fresh)), level=size[0], pieces=True)]
        session.respond(clicked[0])

    def take(turn: int) -> None:
        session.respond(replace(clicked[0], swaps=(GarmentSwap(other.key, "top"),)))

    found = {
        (ENCODE, "float32"): Task(encode, macs["encode"]),
        (DRAG, "float32"): Task(drag, macs["drag"]),
    }
    if half != "float32":
        found[DRAG, half] = Task(partial(drag, level=size[0]), macs["drag"])
    for level in session.levels[:-1]:
        found[f"{PREVIEW} {level}", half] = Task(partial(drag, level=level), macs[f"drag {level}"])
    for photo_taken in (reference, other):
        session.garments(photo_taken)  # as Dress mode has asked by then
    found[GARMENT, half] = Task(take, macs["drag"], ready=show)
    if session.maps:
        found[INSPECTED, half] = Task(inspect, macs["drag"], ready=draw)
    found[SWAP, "float32"] = Task(swap, macs["drag"])
    return found


def counted_macs(session: Session) -> dict[str, float]:
    """Giga multiply-accumulates of a session's "encode" and "drag", its parser's included, as they run;
    less operators that torch does not count (`FlopCounterMode`).
    """

    def count(work: Callable[[], object]) -> float:
        with FlopCounterMode(display=False) as counter:
            work()
        return counter.get_total_flops() / 2e9

    references = []

    def encode() -> None:
        references.append(session.add_reference(photo(session.size, 0), pose(session.size, 0)))

    found = {"encode": count(encode)}
    request = RenderRequest(references[0].key, pose(session.size, 1))
    return found | {"drag": count(lambda: session.respond(request))}


def measure(name: str, session: Session, work: Mapping[tuple[str, str], Task], rounds: int) -> list[Stage]:
    """Time all stages of one network."""
    times: dict[tuple[str, str], list[float]] = {key: [] for key in work}
    with torch.inference_mode():
        torch.set_num_threads(session.plan.threads)
        for turn in range(-1, rounds):  # the round before the first is not counted
            for key, task in work.items():
                keep_freed_memory(task.kept)
                task.ready()
                begun = time.perf_counter()
                task.work(turn)
                settle(session.plan.device)
                if turn >= 0:
                    times[key].append(1e3 * (time.perf_counter() - begun))
    keep_freed_memory()
    return [
        Stage(
            name,
            *key,
            session.size,
            statistics.median(times[key]),
            float(np.percentile(times[key], 95)),
            task.gmac,
        )
        for key, task in work.items()
    ]


def settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def convolution_peak(device: torch.device, dtype: torch.dtype) -> float:
    """GFLOP/s of a direct 3x3 convolution with 256 channels, best of twenty: what the machine can do."""
    layer = FusedConv(torch.randn(256, 256, 3, 3).to(device, dtype), padding=1)
    x = torch.randn(1, 256, 64, 44).to(device, dtype).contiguous(memory_format=torch.channels_last)
    best = 0.0
    with torch.inference_mode():
        for _ in range(20):
            begun = time.perf_counter()
            layer(x)
            settle(device)
            best = max(best, 2 * 256 * 256 * 9 * 64 * 44 / (time.perf_counter() - begun) / 1e9)
    return best


def session_memory(keep: Callable[[str], None], device: str) -> dict[str, float]:
    """Most MB resident beyond the import of torch of a session that opens, encodes and drags, in a process of
    its own. keep: writes the weights to a file.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "w.safetensors")
        keep(path)
        code = f"from engine.measure import print_own_memory; print_own_memory({path!r}, {device!r})"
        root = str(Path(__file__).parents[1])
        answer = subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
        )
    return json.loads(answer.stdout.splitlines()[-1])


def print_own_memory(path: str, device: str) -> None:
    """The measurement of `session_memory`, of this process."""
    before = peak_resident_mb()
    session = Session.open(path, device)
    opened = peak_resident_mb()
    reference = session.add_reference(photo(session.size, 0), pose(session.size, 0))
    for turn in range(3):
        for level in (None, *session.levels):
            session.respond(RenderRequest(reference.key, pose(session.size, turn), level=level))
    found = {
        "session_mb": peak_resident_mb() - before,
        "open_mb": opened - before,
        "reference_mb": session.bytes_of(reference) / 1e6,
    }
    print(json.dumps({key: round(value, 2) for key, value in found.items()}))


def peak_resident_mb() -> float:
    """Most memory resident so far of this process; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if status.is_file():  # not from getrusage: there Linux counts what the parent had before the start
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return 0.0
