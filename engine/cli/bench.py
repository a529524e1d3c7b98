"""`bench`: time the network on this machine, textbook against ours, in one run.

Every stage is timed in turn, round after round, so that a busy machine slows all of them alike; ratios are of medians.
"""

from __future__ import annotations

import argparse
import copy
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine import weights
from engine.api import Mix, RenderRequest
from engine.models import nted
from engine.models.nted.network import textbook
from engine.paths import DEFAULT_WEIGHTS
from engine.pictures import to_tensor
from engine.plan import make_plan
from engine.pose.planes import pose_planes
from engine.session import Session

STANDING_18x2 = np.array(
    [(0.50, 0.12), (0.50, 0.21), (0.38, 0.21), (0.33, 0.35), (0.31, 0.48), (0.62, 0.21), (0.67, 0.35), (0.69, 0.48)]
    + [(0.43, 0.50), (0.42, 0.70), (0.42, 0.90), (0.57, 0.50), (0.58, 0.70), (0.58, 0.90)]
    + [(0.47, 0.10), (0.53, 0.10), (0.44, 0.11), (0.56, 0.11)],
    np.float32,
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """Measured stage. p50_ms, p95_ms: milliseconds. gmac: giga multiply-accumulates of the networks' part."""

    network: str
    stage: str
    precision: str
    size: tuple[int, int]
    p50_ms: float
    p95_ms: float
    gmac: float


def pose(size: tuple[int, int], turn: int) -> np.ndarray:
    """A standing person whose right wrist moves on with every `turn`, so that nothing is answered from a cache."""
    points = STANDING_18x2 * np.array(size[::-1], np.float32)
    points[4] += (10 * np.cos(0.7 * turn) + 0.01 * turn, 10 * np.sin(0.7 * turn))
    return np.concatenate([points, np.full((18, 1), 2, np.float32)], 1)


def photo(size: tuple[int, int], turn: int) -> np.ndarray:
    return np.random.default_rng(turn).integers(0, 256, (*size, 3), np.uint8)


@torch.inference_mode()
def stages(name: str, session: Session, network: nted.Nted) -> dict[tuple[str, str], Callable[[int], None]]:
    """The work of every stage of one network, by (stage, precision); the argument is the round."""
    size, device = session.size, session.plan.device
    slow = textbook(copy.deepcopy(network)).to(device)
    reference = session.add_reference(photo(size, 0), pose(size, 0))
    other = session.add_reference(photo(size, 1), pose(size, 0))
    picture_BCHW = to_tensor(reference.image_HWC, device).contiguous()
    textures = slow.reference_encoder(picture_BCHW).textures
    preview = session.plan.precision

    def planes(turn: int) -> torch.Tensor:
        return torch.from_numpy(pose_planes(pose(size, turn), size)).to(device)[None]

    def pose_only(turn: int) -> None:
        slow.target_image_renderer(slow.skeleton_encoder(planes(turn)), textures)

    def encode(turn: int) -> None:
        session.forget(session.add_reference(photo(size, 100 + turn), pose(size, 0)).key)

    def request(turn: int, **fields) -> None:
        session.respond(RenderRequest(reference.key, fields.pop("pose", pose(size, turn)), **fields))

    work = {
        ("textbook full forward", "float32"): lambda turn: slow(picture_BCHW, planes(turn)),
        ("textbook pose-only", "float32"): pose_only,
        ("encode reference", "float32"): encode,
        ("drag full", "float32"): request,
    }
    if preview != "float32":
        work["drag full", preview] = lambda turn: request(turn, level=size[0])
    for level in session.levels[:-1]:
        work[f"drag preview {level}", preview] = lambda turn, level=level: request(turn, level=level)
    work["swap", "float32"] = lambda turn: request(
        turn, pose=pose(size, 0), mixes=(Mix(other.key, (turn % 10) / 10 + 0.05),)
    )
    return work


def measure(name: str, session: Session, network: nted.Nted, rounds: int) -> list[Stage]:
    work = stages(name, session, network)
    gmacs, times = {}, {key: [] for key in work}
    with torch.inference_mode():
        torch.set_num_threads(session.plan.threads)
        for key, function in work.items():
            with FlopCounterMode(display=False) as counter:
                function(-1)
            gmacs[key] = counter.get_total_flops() / 2e9
            function(-2)
        for turn in range(rounds):
            for key, function in work.items():
                begun = time.perf_counter()
                function(turn)
                _settle(session.plan.device)
                times[key].append(1e3 * (time.perf_counter() - begun))
    return [
        Stage(name, stage, precision, session.size, statistics.median(ms), float(np.percentile(ms, 95)), gmacs[stage, precision])
        for (stage, precision), ms in times.items()
    ]


def _settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def convolution_peak(device: torch.device, dtype: torch.dtype) -> float:
    """Best of ten, GFLOP/s of a 3x3 convolution with 256 channels: what the machine can do at all."""
    layer = torch.nn.Conv2d(256, 256, 3, padding=1).to(device, dtype, memory_format=torch.channels_last)
    x = torch.randn(1, 256, 64, 44, device=device, dtype=dtype).contiguous(memory_format=torch.channels_last)
    best = 0.0
    with torch.inference_mode():
        for _ in range(10):
            begun = time.perf_counter()
            layer(x)
            _settle(device)
            best = max(best, 2 * 256 * 256 * 9 * 64 * 44 / (time.perf_counter() - begun) / 1e9)
    return best


def ratios(table: list[Stage]) -> dict[str, float]:
    """Textbook full forward in float32 over ours, and the default network's frames a second."""
    ms = {(row.network, row.stage, row.precision): row.p50_ms for row in table}
    full = ms["official", "textbook full forward", "float32"]

    def over(stage: str, precision: str) -> float | None:
        return round(full / ms["official", stage, precision], 2) if ("official", stage, precision) in ms else None

    preview = next((p for n, s, p in ms if n == "default" and s.startswith("drag preview")), "float32")
    first = next(s for n, s, p in ms if n == "default" and s.startswith("drag preview"))
    fastest_full = min(ms[key] for key in ms if key[:2] == ("default", "drag full"))
    return {
        "official_drag_float32": over("drag full", "float32"),
        "official_drag_bfloat16": over("drag full", "bfloat16"),
        "official_encode_float32": over("encode reference", "float32"),
        "default_drag_fps": round(1e3 / fastest_full, 1),
        "default_preview_fps": round(1e3 / ms["default", first, preview], 1),
    }


def run(argv: list[str]) -> int:
    """Print the table, or JSON; 0. Raises InputError for weights that cannot be read."""
    parser = argparse.ArgumentParser(prog="poseloom bench", description=__doc__)
    parser.add_argument("--weights", metavar="W", help="weights of the official-size network; random ones if not given")
    parser.add_argument("--device", metavar="D", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--official", choices=("256", "512"), default="256", help="size of the official network")
    parser.add_argument("--rounds", type=int, default=10, help="repetitions of every stage (default 10)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args(argv)
    plan = make_plan(options.device)
    default = nted.load(DEFAULT_WEIGHTS) if DEFAULT_WEIGHTS.is_file() else nted.Nted(nted.default_256()).eval()
    if options.weights:
        official = nted.weights.from_file(weights.read(options.weights))
    else:
        torch.manual_seed(0)
        official = nted.Nted(nted.official_256() if options.official == "256" else nted.official_512()).eval()
    table = []
    for name, network in (("default", default), ("official", official)):
        network.requires_grad_(False)
        session = Session(copy.deepcopy(network), plan, network.config.size, {})
        table += measure(name, session, network, options.rounds)
        session.close()
    result = {
        "device": str(plan.device),
        "threads": plan.threads,
        "torch": torch.__version__,
        "peak_gflops": {
            name: round(convolution_peak(plan.device, dtype), 1)
            for name, dtype in {"float32": torch.float32, plan.precision: plan.preview}.items()
        },
        "resident_mb": round(_resident_mb(), 1),
        "stages": [asdict(row) for row in table],
        "ratios": ratios(table),
    }
    print(json.dumps(result, indent=1) if options.json else as_text(result))
    return 0


def _resident_mb() -> float:
    """Peak resident memory of this process; kilobytes on Linux, bytes on macOS."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e3 if sys.platform != "darwin" else 1e6)


def as_text(result: dict) -> str:
    peak = "  ".join(f"{name} {value:.0f}" for name, value in result["peak_gflops"].items())
    lines = [
        f"{result['device']}, {result['threads']} threads, torch {result['torch']}; "
        f"3x3 convolution peak, GFLOP/s: {peak}; most memory resident: {result['resident_mb']:.0f} MB",
        f"{'network':<10}{'stage':<24}{'precision':<10}{'size':>9}{'p50 ms':>10}{'p95 ms':>10}{'GMAC':>9}{'GFLOP/s':>9}",
    ]
    for row in result["stages"]:
        size = f"{row['size'][0]}x{row['size'][1]}"
        rate = 2e3 * row["gmac"] / row["p50_ms"]
        lines.append(
            f"{row['network']:<10}{row['stage']:<24}{row['precision']:<10}{size:>9}"
            f"{row['p50_ms']:>10.1f}{row['p95_ms']:>10.1f}{row['gmac']:>9.2f}{rate:>9.0f}"
        )
    lines += [f"{name}: {value}" for name, value in result["ratios"].items()]
    return "\n".join(lines)
