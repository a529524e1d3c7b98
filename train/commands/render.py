"""`python3 -m train render`: people from the synthetic studio, as shards on disk.

Deterministic for a person's index, resumable (finished shards are kept), parallel by processes with one
OpenGL context each.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from engine.cli.inputs import frame_size

from ..data.shards import PEOPLE_PER_SHARD, Record, describe, finished_shards, verify_shards, write_shard
from ..moves import MOVES
from ..studio.versions import studio_asked_for
from ..swaps import VIEWS as VIEWS_OF_SWAPS

SHORTEST_SIDE, LONGEST_SIDE = 16, 4096  # px of a picture


@dataclass(frozen=True)
class Job:
    """What a worker needs to know: where to write, how large and how many pictures of a person, of which
    studio, where the assets are."""

    output: Path
    size: tuple[int, int]
    views: int
    studio: str
    assets: Path


def run(argv: list[str]) -> int:
    """Render as the arguments say. Raises InputError; returns the exit code: 0 done, 130 interrupted."""
    try:
        return _render(_parse(argv))
    except KeyboardInterrupt:
        print("Interrupted. Finished shards are kept: the same command goes on from here.", file=sys.stderr)
        return 130


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m train render", description="Photograph people in the synthetic studio."
    )
    parser.add_argument(
        "--people", type=int, metavar="N", help="number of people (from index 0, or from A of --range)"
    )
    parser.add_argument("--range", type=index_range, metavar="A:B", help="people A <= i < B")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument(
        "--views", type=int, metavar="V", help="pictures of a person (6; of moves 13, of swaps 6)"
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--pulls", action="store_true", help="a person standing, then the same with one part moved at a time"
    )
    kind.add_argument(
        "--moves", action="store_true", help=f"a person standing, then {len(MOVES)} moves; the empty place"
    )
    kind.add_argument(
        "--swaps", action="store_true", help="a wearer, a giver, and the wearer in the giver's garment"
    )
    kind.add_argument(
        "--coats", action="store_true", help="people in coats, long cardigans, vests and tunics"
    )
    kind.add_argument(
        "--flat-lays", action="store_true", help="garments with nobody in them, as shops photograph them"
    )
    kind.add_argument(
        "--street",
        action="store_true",
        help="people in dresses, skirts, stockings, boots, fur, scarves, with bags in their hands",
    )
    kind.add_argument(
        "--shops",
        action="store_true",
        help="people as shops show them: sheer sleeves, one colour from head to foot, folded hands, bags",
    )
    kind.add_argument("--sitting", action="store_true", help="people of the street, in trousers, who sit")
    parser.add_argument(
        "--size", type=picture_size, default=(256, 176), metavar="HxW", help="rows x columns (256x176)"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="P", help="processes (all cores)"
    )
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="MakeHuman data folder (or MAKEHUMAN_ASSETS)"
    )
    arguments = parser.parse_args(argv)
    if arguments.people is None and arguments.range is None:
        parser.error("say how many people (--people N) or which (--range A:B)")
    if arguments.views is None:
        arguments.views = 1 + len(MOVES) if arguments.moves else 6
    if arguments.swaps:
        arguments.views = len(VIEWS_OF_SWAPS)
    if arguments.moves and arguments.views > 1 + len(MOVES):
        parser.error(f"--views: there are {1 + len(MOVES)} pictures of moves")
    if min(arguments.views, arguments.workers, 1 if arguments.people is None else arguments.people) < 1:
        parser.error("--people, --views and --workers must be 1 or more")
    return arguments


def index_range(text: str) -> tuple[int, int]:
    ends = re.fullmatch(r"(\d{1,7}):(\d{1,7})", text, re.ASCII)
    if ends is None or int(ends[1]) >= int(ends[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is no range: write A:B with A below B, as in 0:500")
    return int(ends[1]), int(ends[2])


def picture_size(text: str) -> tuple[int, int]:
    size = frame_size(text, LONGEST_SIDE)
    if min(size) < SHORTEST_SIDE:
        raise argparse.ArgumentTypeError(f"{text} is too small: {SHORTEST_SIDE} px are the least for a side")
    return size


def _render(arguments: argparse.Namespace) -> int:
    from ..studio.assets import load_assets

    first, end = arguments.range or (0, arguments.people)
    if arguments.people is not None:
        end = min(end, first + arguments.people)
    root = load_assets(arguments.assets).root  # also fills the cache before the workers start
    studio = studio_asked_for(arguments)
    describe(arguments.output, studio, arguments.size, arguments.views)
    verify_shards(arguments.output, first, end)
    finished = list(finished_shards(arguments.output).values())
    spans = [span for span in shard_spans(first, end) if not _is_within(span, finished)]
    spans = [joined(span, finished) for span in spans]
    job = Job(arguments.output, arguments.size, arguments.views, studio, root)
    if spans:
        _render_spans(job, spans, min(arguments.workers, len(spans)), end - first)
    print(f"{end - first} people, {(end - first) * arguments.views} pictures in {arguments.output}")
    return 0


def shard_spans(first: int, end: int) -> list[tuple[int, int]]:
    """Cut a range of people at the multiples of PEOPLE_PER_SHARD."""
    spans = []
    while first < end:
        stop = min(end, (first // PEOPLE_PER_SHARD + 1) * PEOPLE_PER_SHARD)
        spans.append((first, stop))
        first = stop
    return spans


def _is_within(span: tuple[int, int], finished: list[tuple[int, int]]) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in finished)


def joined(span: tuple[int, int], finished: list[tuple[int, int]]) -> tuple[int, int]:
    """The span and the finished shards that hold some of its people, as one: it will replace them."""
    first, end = span
    for a, b in sorted(finished):
        if a < end and b > first:
            first, end = min(a, first), max(b, end)
    return first, end


def _render_spans(job: Job, spans: list[tuple[int, int]], workers: int, people: int) -> None:
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q", people - sum(end - first for first, end in spans))
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(job, counter)
    ) as pool:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        futures: set[Future] = {pool.submit(_render_span, span) for span in spans}
        try:
            _watch(futures, counter, people, job.views)
        except BaseException:
            # the executor has no public way to stop running work
            for process in list(pool._processes.values()):
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _watch(futures: set[Future], counter, people: int, views: int) -> None:
    """Show progress until all is done; the first failure of a worker is raised."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    started, before = time.monotonic(), counter.value
    columns = (
        TextColumn("people"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, disable=not sys.stderr.isatty(), console=_console()) as progress:
        bar = progress.add_task("people", total=people, completed=before, speed="")
        while futures:
            done, futures = wait(futures, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
            speed = (counter.value - before) * views / (time.monotonic() - started)
            progress.update(bar, completed=counter.value, speed=f"{speed:.1f} pictures/s")


def _console():
    from rich.console import Console

    return Console(stderr=True)


_worker: dict = {}


def _start_worker(job: Job, counter) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends the workers
    _worker.update(job=job, counter=counter, studio=None, parent=os.getppid())


def _render_span(span: tuple[int, int]) -> None:
    from ..studio.photographer import Studio

    job: Job = _worker["job"]
    if _worker["studio"] is None:
        _worker["studio"] = Studio(job.size, job.assets)
    write_shard(job.output, *span, _samples(job, *span))


def _samples(job: Job, first: int, end: int) -> Iterator[Record]:
    for person in range(first, end):
        if os.getppid() != _worker["parent"]:
            os._exit(1)  # the main process was killed; an exception would only go back to its empty place
        views = _worker["studio"].photograph(person, job.views, job.studio)
        for number, view in enumerate(views):
            yield Record(
                person,
                number,
                view.image_HWC,
                view.parsing_HW,
                view.keypoints_18x3,
                view.framing,
                view.facing,
                view.surface_HW3,
                view.arms_HW,
                view.plate_HWC,
            )
        with _worker["counter"].get_lock():
            _worker["counter"].value += 1
