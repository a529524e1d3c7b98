"""`python3 -m train prepare --pictures DIR --poses WHERE --output DIR`: DeepFashion as training reads it.

Takes the pictures of DeepFashion's `img_highres` and keypoints in any usual form; writes the pictures of both
sizes (straight bicubic resize), keypoint text and lists of pairs. The lists come last: a folder that has them
is whole.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from engine.cv import cv2
from engine.errors import InputError
from engine.files import opened, text_of, write_whole
from engine.photos import full_size, read_photo
from train.data.deepfashion import is_deepfashion, read_pairs
from train.data.files_found import check_ending, photos_below
from train.data.names import outfit_of, person_of, picture_key, pose_path
from train.data.pictures import FileWriter, LmdbWriter, lmdb_is_there, write_below
from train.data.pose_sources import DETECT, Poses, keypoint_text, pose_source

SIZES = ((256, 176), (512, 352))
TOLD = 10  # skipped pictures named one by one


@dataclass(frozen=True, eq=False)
class Job:
    """What a worker needs to know: where the keypoints are, which sizes to make."""

    poses: Poses
    sizes: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Prepared:
    """One picture: PNG bytes by size and the text of its keypoints, or the sentence why there are none."""

    key: str
    pictures: tuple[bytes, ...] = ()
    keypoints: str = ""
    fault: str = ""


def prepare(job: Job, key: str, path: Path) -> Prepared:
    """Read one picture and its keypoints."""
    try:
        check_ending(path)
        photo_HWC = read_photo(path, str(path))
        keypoints = keypoint_text(job.poses(key, photo_HWC, full_size(path)), photo_HWC.shape[:2])
    except InputError as error:
        return Prepared(key, fault=str(error))
    pictures = []
    for rows, columns in job.sizes:
        resized = Image.fromarray(photo_HWC).resize((columns, rows), Image.Resampling.BICUBIC)
        pictures.append(cv2.imencode(".png", np.asarray(resized)[:, :, ::-1])[1].tobytes())
    return Prepared(key, tuple(pictures), keypoints)


def pictures_in(folder: Path) -> dict[str, Path]:
    """Key and file of every picture below a folder. Raises InputError where there is none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder of pictures.")
    found: dict[str, Path] = {}
    for path in photos_below(folder):
        key = picture_key(path.relative_to(folder).as_posix())
        if key in found:
            raise InputError(f"{path}: is the same picture as {found[key]}.")
        found[key] = path
    if not found:
        raise InputError(f"{folder}: holds no pictures (JPEG or PNG).")
    return found


def given_pairs(path: Path) -> list[list[str]]:
    """Rows of keys, target first, from NTED's lists or from the older table of pairs (`from,to`)."""
    with opened(path, str(path), what="a list of pairs") as (file, label):
        lines = text_of(file.read(), label, "a list of pairs").splitlines()
    if not lines or lines[0].replace(" ", "").lower() != "from,to":
        return [row for _, row in read_pairs(path)]
    rows: dict[str, list[str]] = {}
    for number, row in enumerate(csv.reader(lines), 1):
        if number == 1 or not row:
            continue
        if len(row) != 2:
            raise InputError(f"{path}, line {number}: two pictures are expected.")
        source, target = map(picture_key, row)
        rows.setdefault(target, [target]).append(source)
    return list(rows.values())


def made_pairs(keys: Iterable[str], test_share: float) -> tuple[list[list[str]], list[list[str]]]:
    """Rows for training and for the test: every picture a target once, from all others of the same outfit.

    A person is in the test with probability `test_share`, by a hash of the name.
    """
    outfits: dict[str, list[str]] = {}
    for key in sorted(keys):
        outfits.setdefault(outfit_of(key), []).append(key)
    split: tuple[list, list] = ([], [])
    for group in outfits.values():
        digest = hashlib.sha256(person_of(group[0]).encode()).digest()
        rows = split[int.from_bytes(digest[:4], "big") < test_share * 2**32]
        rows += [[target, *(key for key in group if key != target)] for target in group if len(group) > 1]
    return split


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser("python3 -m train prepare", description=__doc__.partition("\n\n")[0])
    p.add_argument("--pictures", type=Path, required=True, metavar="DIR", help="DeepFashion's img_highres")
    p.add_argument(
        "--poses",
        required=True,
        metavar="WHERE",
        help=f"folder of OpenPose JSON or keypoint text, a table (CSV), or the word {DETECT}",
    )
    p.add_argument(
        "--train-pairs", type=Path, metavar="FILE", help="list of pairs (made where none is given)"
    )
    p.add_argument("--test-pairs", type=Path, metavar="FILE")
    p.add_argument(
        "--test-share", type=float, default=0.05, metavar="SHARE", help="of people, in lists made here"
    )
    p.add_argument("--output", type=Path, required=True, metavar="DIR")
    p.add_argument("--store", choices=("lmdb", "files"), help="lmdb where that is installed, else files")
    p.add_argument("--sizes", nargs="+", choices=["256", "512"], default=["256", "512"], help="rows")
    p.add_argument("--skip-damaged", action="store_true", help="count and leave out what cannot be read")
    p.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="P", help="processes (all cores)"
    )
    return p


def run(argv: list[str]) -> int:
    """Prepare as the arguments say. Raises InputError; returns the exit code."""
    options = parser().parse_args(argv)
    if is_deepfashion(options.output):
        raise InputError(f"{options.output}: is prepared already: choose another folder, or remove this one.")
    files = pictures_in(options.pictures)
    given = [options.train_pairs, options.test_pairs]
    lists = [given_pairs(path) if path else [] for path in given] if any(given) else None
    if lists is not None:
        wanted = {key for rows in lists for row in rows for key in row}
        missing = next((key for key in sorted(wanted) if key not in files), None)
        if missing and not options.skip_damaged:
            raise InputError(
                f"{options.pictures}: holds no picture {missing}, which the lists of pairs name."
            )
        files = {key: path for key, path in files.items() if key in wanted}
        _tell_mixed(lists)
    sizes = tuple(size for size in SIZES if str(size[0]) in options.sizes)
    made = _prepared(Job(pose_source(options.poses), sizes), files, max(1, options.workers))
    done = _write(made, options, sizes, len(files))
    if lists is None:
        lists = made_pairs(done, options.test_share)
    kept = [[[key for key in row if key in done] for row in rows if row[0] in done] for rows in lists]
    train, test = ([row for row in rows if len(row) > 1] for rows in kept)
    for name, rows in (("test", test), ("train", train)):
        if rows:
            text = "".join(",".join(row) + "\n" for row in rows)
            write_whole(options.output / f"{name}_pairs.txt", text.encode())
    print(f"{len(done):,} pictures; {len(train):,} targets to train, {len(test):,} to test.")
    return 0


def _tell_mixed(lists: list[list[list[str]]]) -> None:
    """Say where lists pair people with others, which teaches that clothes and faces change with the pose."""
    rows = [row for each in lists for row in each]
    mixed = [row for row in rows if any(person_of(key) != person_of(row[0]) for key in row)]
    if mixed:
        print(
            f"{len(mixed):,} of {len(rows):,} pairs are of different people, the first of {mixed[0][0]}.",
            file=sys.stderr,
        )


def _prepared(job: Job, files: dict[str, Path], workers: int) -> Iterator[Prepared]:
    _begin(job)
    if workers == 1:
        yield from map(_prepare, files.items())
        return
    waiting = iter(files.items())
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=(job,)) as pool:
        # A little at a time: results that wait to be written take memory.
        while part := list(itertools.islice(waiting, 32 * workers)):
            try:
                yield from pool.map(_prepare, part, chunksize=8)
            except BrokenProcessPool:  # the system ends who takes too much memory, without a word
                raise InputError(
                    f"A process was ended from outside between {part[0][0]} and {part[-1][0]}, most likely "
                    "for want of memory: fewer --workers take less."
                ) from None


_job: Job  # of this process


def _begin(job: Job) -> None:
    global _job
    _job = job


def _prepare(item: tuple[str, Path]) -> Prepared:
    return prepare(_job, *item)


def _write(
    made: Iterator[Prepared], options: argparse.Namespace, sizes: tuple[tuple[int, int], ...], count: int
) -> set[str]:
    """Write pictures and keypoints; the keys that were. Stores get their names once they are whole."""
    store = options.store or ("lmdb" if lmdb_is_there() else "files")
    writers = []
    for rows, columns in sizes:
        unfinished = options.output / f"{rows}-{columns}.tmp"
        shutil.rmtree(unfinished, ignore_errors=True)
        most = count * (rows * columns * 3 + 8192)
        writers.append(LmdbWriter(unfinished, most) if store == "lmdb" else FileWriter(unfinished))
    done: set[str] = set()
    faults = 0
    for picture in made:
        if picture.fault:
            if not options.skip_damaged:
                raise InputError(picture.fault)
            faults += 1
            if faults <= TOLD:
                print(f"left out: {picture.fault}", file=sys.stderr)
            continue
        for writer, data in zip(writers, picture.pictures, strict=True):
            writer.put(picture.key, data)
        write_below(options.output, pose_path(picture.key), picture.keypoints.encode())
        done.add(picture.key)
        if sys.stderr.isatty() and len(done) % 100 == 0:
            print(f"\r{len(done):,} of {count:,}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if faults:
        print(f"{faults:,} of {count:,} pictures are left out.", file=sys.stderr)
    if not done:
        raise InputError(f"{options.pictures}: none of {count:,} pictures could be prepared.")
    for writer in writers:
        writer.finish()
        final = writer.folder.with_suffix("")
        shutil.rmtree(final, ignore_errors=True)
        writer.folder.rename(final)
    return done
