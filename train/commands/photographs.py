"""`python3 -m train evaluate --photos DIR`: moves on photographs, to be graded by eye.

No figure without a truth sees that an arm is a blob, so the results are for a person to grade, one by one: A,
a designer would use it; B, flawed; C, useless. Written are numbered pages, and `grades.csv` to fill in. What
needs no truth is printed: what changes where nothing moved; and where the folder has several sides of one
person (`train.data.photographs`), the front in their poses against their true pictures.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine import Session
from engine.errors import InputError
from engine.files import make_folder, write_whole
from train.data.photographs import Photograph, fingerprint, read_photographs, sides
from train.metrics.judge import Judge
from train.metrics.markdown import measure_lines
from train.metrics.measure import COPY, Column, Table, rows_of_means
from train.metrics.moved import differing
from train.metrics.moves import ALL
from train.metrics.photo_moves import can_be_moved, moved_pose, still
from train.metrics.regions import METRICS, RATED_REGIONS, score
from train.metrics.report import plain_table
from train.moves import MOVES
from train.overlay import draw_skeleton
from train.sheets import under_heading, write_page

PAGE, PAGE_COLUMNS = 12, 2
_MOVE_COLUMNS = (Column("still, yet changed", 4, True),)
_MOVE_NOTE = (
    "Share of the pixels far from every bone that moves, where it was and where it is, that the result "
    "changes by more than 12 of 255 levels. That says nothing of the limb: grade the pages."
)
_SIDE_COLUMNS = (Column("SSIM", 3, False), Column("PSNR", 2, False), Column("L1", 4, True))
_SIDE_NOTE = (
    "The front in the pose of another side, against the true photo of it, over the person as the parsing "
    "network sees it there. Light and background are not the same in all photos of a person."
)


@dataclass(frozen=True)
class PhotoMove:
    """A move of the left or the right arm or leg of a photographed person."""

    photo: Photograph
    move: str
    left: bool


def planned_moves(photos: list[Photograph], count: int) -> list[PhotoMove]:
    """The first `count` moves, or all there are: one of every kind, each on another photo, then the next of
    every kind. A kind's photos come in the order of a hash, so nobody picks them."""

    def rank(photo: Photograph, move: str) -> bytes:
        return hashlib.sha256(f"{photo.name} {move}".encode()).digest()

    able = [photo for photo in photos if can_be_moved(photo.keypoints_18x3)]
    ordered = []
    for kind, move in enumerate(MOVES):
        ranked = sorted((rank(photo, move), photo.name, photo) for photo in able)
        for turn, (digest, _, photo) in enumerate(ranked):
            ordered.append((turn, kind, PhotoMove(photo, move, digest[0] % 2 == 0)))
    ordered.sort(key=lambda each: each[:2])
    return [each for _, _, each in ordered[:count]]


def rate(
    session: Session, folder: Path, count: int, settled: int, judge: Judge, output: Path, made: dict
) -> str:
    """Move, turn, rate and write; returns the report as text. settled: steps that each photo is settled by.
    made: what engine and command it is of."""
    render = ShownPhotos(session, settled)
    photos, faults = read_photographs(folder, session.size)
    plan = planned_moves(photos, count)
    if not plan:
        raise InputError(f"{folder}: shows nobody from the front and from head to foot.")
    make_folder(output)
    tables = [_moves(render, plan, session.size, output), *_sides(render, sides(photos), judge, output)]
    made = {**made, "photos": len(photos), "sha256": fingerprint(photos), "left out": faults or "none"}
    report = {"format": "poseloom-photographs", "version": 1, "made": made}
    report["measures"] = {table.key: plain_table(table) for table in tables}
    lines = ["# Photographs", "", *(f"- {name}: {value}" for name, value in made.items()), ""]
    for measure in report["measures"].values():
        lines += measure_lines(measure)
    write_whole(output / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    write_whole(output / "report.md", "\n".join(lines).encode())
    return "\n".join(lines)


class ShownPhotos:
    """What a session shows of photos, each settled by so many steps. The last photo stays encoded."""

    def __init__(self, session: Session, settled: int):
        self._session, self._settled, self._photo = session, settled, None

    def __call__(self, photo: Photograph, keypoints_18x3: np.ndarray) -> np.ndarray:
        """uint8 RGB [H, W, 3]."""
        if photo is not self._photo:
            reference = self._session.set_reference(photo.image_HWC, photo.keypoints_18x3)
            for _ in range(self._settled):
                self._session.settle(reference, self._settled)
            self._photo, self._reference = photo, reference
        self._session.set_pose(keypoints_18x3)
        return self._session.render().image


def _moves(render: ShownPhotos, plan: list[PhotoMove], size: tuple[int, int], output: Path) -> Table:
    shares, rows = np.full(len(plan), np.nan), [np.empty(0)] * len(plan)
    by_photo = sorted(range(len(plan)), key=lambda number: plan[number].photo.name)
    for number in by_photo:  # so that each is encoded once
        photo, move = plan[number].photo, plan[number].move
        pose_18x3 = moved_pose(photo.keypoints_18x3, move, plan[number].left, size)
        result_HWC = render(photo, pose_18x3)
        left_alone = still(photo.keypoints_18x3, pose_18x3, size)
        if left_alone.any():
            shares[number] = differing(result_HWC, photo.image_HWC)[left_alone].mean()
        wanted_HWC = draw_skeleton(photo.image_HWC // 2 + 127, pose_18x3)
        pictures = [photo.image_HWC, wanted_HWC, result_HWC]
        rows[number] = under_heading(f"{number + 1}  {photo.name}  {move}", pictures)
    _write_pages(output, "moves", rows)
    lines = ["number,page,photo,move,grade"]
    lines += [f"{i + 1},{i // PAGE + 1},{each.photo.name},{each.move}," for i, each in enumerate(plan)]
    write_whole(output / "grades.csv", ("\n".join(lines) + "\n").encode())
    kinds = np.array([each.move for each in plan])
    values = {row: np.where((kinds == row) | (row == ALL), shares, np.nan)[:, None] for row in (ALL, *MOVES)}
    estimates = rows_of_means(values, _MOVE_COLUMNS, _numbers([each.photo.person for each in plan]))
    return Table("moves", "Moves on photographs", _MOVE_NOTE, _MOVE_COLUMNS, estimates)


def _sides(
    render: ShownPhotos, pairs: list[tuple[Photograph, Photograph]], judge: Judge, output: Path
) -> list[Table]:
    if not pairs:
        return []
    values: dict[str, list[np.ndarray]] = {}
    kinds = [f"to the {'back' if truth.name.endswith('back') else 'side'}" for _, truth in pairs]
    order = [row for kind in sorted(set(kinds), reverse=True) for row in (kind, f"{kind}: {COPY}")]
    rows = []
    for kind, (front, truth) in zip(kinds, pairs, strict=True):
        result_HWC = render(front, truth.keypoints_18x3)
        parsing_HW = judge.seen(truth.image_HWC).regions_HW
        by_row = {kind: result_HWC, f"{kind}: {COPY}": front.image_HWC}
        for row in order:
            rated = np.full(len(_SIDE_COLUMNS), np.nan)
            if row in by_row:
                scores = score(by_row[row], truth.image_HWC, parsing_HW)[RATED_REGIONS.index("person")]
                rated = np.array([scores[METRICS.index(column.name)] for column in _SIDE_COLUMNS])
            values.setdefault(row, []).append(rated)
        rows.append(under_heading(truth.name, [front.image_HWC, truth.image_HWC, result_HWC]))
    _write_pages(output, "sides", rows)
    people = _numbers([front.person for front, _ in pairs])
    estimates = rows_of_means(values, _SIDE_COLUMNS, people)
    return [Table("sides", "From the front to other sides", _SIDE_NOTE, _SIDE_COLUMNS, estimates, judge.made)]


def _numbers(names: list[str]) -> np.ndarray:
    return np.unique(names, return_inverse=True)[1]


def _write_pages(output: Path, name: str, rows: list[np.ndarray]) -> None:
    for page, first in enumerate(range(0, len(rows), PAGE), 1):
        write_page(output / f"{name}-{page:02d}.jpg", rows[first : first + PAGE], PAGE_COLUMNS)
