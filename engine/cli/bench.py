"""`bench`: time the networks on this machine, textbook against ours, in one run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import torch

from engine import measure
from engine.measure import (
    DRAG,
    ENCODE,
    GARMENT,
    INSPECTED,
    PREVIEW,
    TEXTBOOK_FULL,
    TEXTBOOK_KEPT,
    Stage,
)
from engine.models.registry import DEFAULT, ENGINES, Engine
from engine.plan import Plan, make_plan
from engine.session import Session

NOTES = """\
textbook: the operators as the papers write them, in float32, with the C library's own memory settings;
"memory kept": with those of a session. floor: the stage's arithmetic, every convolution a direct one, at the
measured convolution peak; Winograd can go below it. GMAC of engines beside the default one are counted as
they run. All times of frames contain the pose planes. window: from a place of the pointer, 60 a second by the
clock, to the skeleton painted there; its thread's longest time between two turns, and the longest of these by
what that thread itself did; then Inspect is opened and closed in turns: pictures with it for one without, and
maps a second."""


def run(argv: list[str], window: Callable[[], dict[str, float]] | None = None) -> int:
    """Print the table, or JSON; 0. Raises InputError for weights that cannot be read.

    window: measures how the window keeps up while a hand pulls; None where there is none.
    """
    parser = argparse.ArgumentParser(prog="poseloom bench", description=__doc__)
    parser.add_argument(
        "--weights", metavar="W", help="weights of the official-size network; random ones if not given"
    )
    parser.add_argument("--device", metavar="D", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument(
        "--official", choices=("256", "512"), default="256", help="size of the official network"
    )
    parser.add_argument("--rounds", type=int, default=10, help="repetitions of every stage (default 10)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args(argv)
    plan = make_plan(options.device)
    peaks = _peaks(plan)
    table, memory = [], {}
    engine = ENGINES[DEFAULT].module("bench")
    for name, network in engine.networks(options.official, options.weights).items():
        model, slow = engine.open_forms(network, plan)
        session = Session(model, plan)
        macs = engine.gmacs(network, session.size)
        work = measure.textbook_tasks(session, slow, macs) | measure.session_tasks(session, macs)
        table += measure.measure(name, session, work, options.rounds)
        session.close()
        memory[name] = measure.session_memory(partial(engine.keep, network=network), str(plan.device))
    for other in other_engines():
        session = Session.open(str(other.weights), options.device)
        work = measure.session_tasks(session, measure.counted_macs(session))
        table += measure.measure(other.name, session, work, options.rounds)
        session.close()
    result = {
        "device": str(plan.device),
        "threads": plan.threads,
        "torch": torch.__version__,
        "peak_gflops": {name: round(max(peak, _peaks(plan)[name]), 1) for name, peak in peaks.items()},
        "memory": memory,
        "stages": [asdict(row) for row in table],
        "ratios": ratios(table),
        "window": window() if window else {},
    }
    print(json.dumps(result, indent=1) if options.json else as_text(result))
    return 0


def other_engines() -> list[Engine]:
    """Engines beside the default one whose weights are in the box."""
    return [engine for engine in ENGINES.values() if engine.name != DEFAULT and engine.weights.is_file()]


def _peaks(plan: Plan) -> dict[str, float]:
    dtypes = {"float32": torch.float32, plan.precision: plan.preview}
    torch.set_num_threads(plan.threads)
    return {name: measure.convolution_peak(plan.device, dtype) for name, dtype in dtypes.items()}


def ratios(table: list[Stage]) -> dict[str, float | None]:
    """Textbook full forward in float32 over ours, and frames a second: the default network's, and every other
    engine's in the box. While the default one is inspected: how fast its picture is beside the maps of the
    one before against one without maps, and how many pictures a second have maps where every one does. How
    long a garment of an encoded photo takes, and how many frames of a drag that is."""
    ms = {(row.network, row.stage, row.precision): row.p50_ms for row in table}

    def over(stage: str, precision: str, base: str = TEXTBOOK_FULL) -> float | None:
        full, ours = ms["official", base, "float32"], ms.get(("official", stage, precision))
        return round(full / ours, 2) if ours else None

    plain, inspected, taken = (
        min(ms[key] for key in ms if key[:2] == ("default", stage)) for stage in (DRAG, INSPECTED, GARMENT)
    )
    first = next(key for key in ms if key[0] == "default" and key[1].startswith(PREVIEW))
    return {
        "official_drag_float32": over(DRAG, "float32"),
        "official_drag_bfloat16": over(DRAG, "bfloat16"),
        "official_encode_float32": over(ENCODE, "float32"),
        "official_drag_float32_memory_kept": over(DRAG, "float32", TEXTBOOK_KEPT),
        "official_drag_bfloat16_memory_kept": over(DRAG, "bfloat16", TEXTBOOK_KEPT),
        "default_drag_fps": round(1e3 / plain, 1),
        "default_preview_fps": round(1e3 / ms[first], 1),
        "default_inspected_drag": round(plain / inspected, 2),
        "default_maps_fps": round(1e3 / inspected, 1),
        "default_garment_ms": round(taken, 1),
        "default_garment_drags": round(taken / plain, 2),
        **{
            f"{engine.name}_drag_fps": round(1e3 / min(drag), 1)
            for engine in other_engines()
            if (drag := [ms[key] for key in ms if key[:2] == (engine.name, DRAG)])
        },
    }


def as_text(result: dict) -> str:
    """The table for people, from the dictionary that `--json` prints."""
    peaks = result["peak_gflops"]
    head = (
        "network",
        "stage",
        "precision",
        "size",
        "p50 ms",
        "p95 ms",
        "GMAC",
        "GFLOP/s",
        "of peak",
        "floor ms",
    )
    form = "{:<10}{:<23}{:<10}{:>8}{:>9}{:>9}{:>8}{:>9}{:>9}{:>10}"
    lines = [
        f"{result['device']}, {result['threads']} threads, torch {result['torch']}; "
        "3x3 convolution peak, GFLOP/s: " + "  ".join(f"{name} {value:.0f}" for name, value in peaks.items()),
        form.format(*head),
    ]
    for row in result["stages"]:
        rate, peak = 2 * row["gmac"] / row["p50_ms"] * 1e3, peaks[row["precision"]]
        times = (f"{row['p50_ms']:.1f}", f"{row['p95_ms']:.1f}", f"{row['gmac']:.2f}", f"{rate:.0f}")
        floor = (f"{rate / peak:.0%}", f"{2e3 * row['gmac'] / peak:.1f}")
        size = f"{row['size'][0]}x{row['size'][1]}"
        lines.append(form.format(row["network"], row["stage"], row["precision"], size, *times, *floor))
    lines += [f"{name}: {value}" for name, value in result["ratios"].items()]
    lines += [f"window, while a hand pulls, {name}: {value}" for name, value in result["window"].items()]
    for name, memory in result["memory"].items():
        lines.append(
            f"{name} session, beyond the import of torch: {memory['session_mb']:.0f} MB at most "
            f"({memory['open_mb']:.0f} MB when it opens); {memory['reference_mb']:.2f} MB a reference"
        )
    return "\n".join([*lines, NOTES])
