"""Moves: is the limb there that was moved, and is nothing else changed? By kind of move.

A pair is a person standing and the same person after a move (`train.moves`), before one camera in one light;
the place without the person is known too. What is seen in a picture the parsing network says, of results and
of the truths alike: the row of the true targets is its own error, and no result can be proven better.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.errors import InputError
from engine.parsing import Parsed
from engine.pose.skeleton import ABSENT, SEEN
from train.data.people import People, View
from train.metrics.judge import Judge
from train.metrics.measure import COPY, RESULT, TRUTH, Column, RatedBatch, Table, rows_of_means
from train.metrics.moved import Moved, differing, what_moves
from train.metrics.pose import NEAR, body_height
from train.metrics.regions import psnr_of
from train.moves import MOVES

THERE = 0.5  # share of its pixels from which a limb, or a hand, counts as there
_LEAST = 24 / (256 * 176)  # share of the picture's pixels: of less no share is told
_OF_THE_LIMB = 0.05  # share of a limb's pixels from which a class is one of its own
ALL = "all moves"

LIMB_COLUMNS = (
    Column("there, with its hand", 3, False),
    Column("limb covered", 3, False),
    Column("hand covered", 3, False),
    Column("IoU of its classes", 3, False),
    Column("joints within 5 %", 3, False),
    Column("hand, house distance", 3, True),
)
LIMB_NOTE = (
    "What the parsing network sees in the picture, against the truth. Limb covered: share of the true limb's "
    "pixels, where it was not before, that have the truth's class; hand likewise, from the wrist on. There: "
    "half of the limb is covered, and half of its hand where the truth shows one; rated where that holds of "
    "the truth itself. IoU: of the limb's classes, where the truths before and after the move differ. "
    "Joints: that moved, are seen, and are found in the truth, found within 5 % of the body's height."
)


AROUND_COLUMNS = (
    Column("person, dB", 2, False),
    Column("changed, dB", 2, False),
    Column("changed, house distance", 3, True),
    Column("left, L1 to the plate", 4, True),
    Column("left, still person", 3, True),
    Column("still, yet changed", 4, True),
)
AROUND_NOTE = (
    "PSNR of the person's pixels, and of those that the move changes (by over 12 of 255 levels between the "
    "truths before and after it); house distance there: mean difference of the parsing encoder's maps, each "
    "in its root mean square. Left: where the person was and is no more, against the empty place; share "
    "still seen as a person. Still, yet changed: share of the pixels that the move leaves alone which the "
    "result changes by more than 12 levels."
)


class _ByKind:
    """Values of pairs by row: all moves of the results, of the reference copied and of the true targets, and
    the results of every kind of move. NaN where a pair is not of the kind."""

    def __init__(self, columns: tuple[Column, ...]):
        self.columns = columns
        rows = (ALL, f"{ALL}: {COPY}", f"{ALL}: {TRUTH}", *MOVES)
        self._values: dict[str, list[np.ndarray]] = {row: [] for row in rows}
        self._row_of = {RESULT: ALL, COPY: f"{ALL}: {COPY}", TRUTH: f"{ALL}: {TRUTH}"}

    def add(self, move: str, values: dict[str, np.ndarray]) -> None:
        """values: of one pair, by method."""
        nothing = np.full(len(self.columns), np.nan)
        by_row = {self._row_of[method]: value for method, value in values.items()} | {move: values[RESULT]}
        for row, column in self._values.items():
            column.append(by_row.get(row, nothing))

    def rows(self, persons_N: np.ndarray) -> dict:
        seen = {row: values for row, values in self._values.items() if np.isfinite(values).any()}
        return rows_of_means(seen, self.columns, persons_N)


class MovedLimbs:
    """The measure of what moved."""

    def __init__(self, judge: Judge):
        self._judge = judge
        self._kinds = _ByKind(LIMB_COLUMNS)

    def see(self, sight: RatedBatch) -> None:
        for i, (reference, target) in enumerate(sight.views):
            move = MOVES[sight.batch.pairs[i].target - 1]
            moved = what_moves(move, reference, target)
            truth = self._judge.seen(target.image_HWC)
            values = {
                name: self._rated(picture, target, truth, moved) for name, picture in _pictures(sight, i)
            }
            self._kinds.add(move, values)

    def _rated(self, picture_HWC: np.ndarray, target: View, truth: Parsed, moved: Moved) -> np.ndarray:
        seen = self._judge.seen(picture_HWC)
        limb, hand = _limb_and_hand(seen, target, moved)
        there = float(_is_there(limb, hand)) if _is_there(*_limb_and_hand(truth, target, moved)) else np.nan
        known = tuple(joint for joint in moved.joints if joints_near(truth, target, (joint,)) == 1)
        return np.array(
            (
                there,
                limb,
                hand,
                overlap_of(seen.regions_HW, target.parsing_HW, moved),
                joints_near(seen, target, known),
                house_distance(self._judge, picture_HWC, target.image_HWC, moved.hand_HW),
            )
        )

    def table(self, persons_N: np.ndarray) -> Table:
        rows = self._kinds.rows(persons_N)
        return Table("moved limbs", "Moved limbs", LIMB_NOTE, LIMB_COLUMNS, rows, self._judge.made)


class AroundMoves:
    """The measure of what a move changes besides, and of what it must leave alone. people: whose plates are
    the truth where somebody has left."""

    def __init__(self, people: People, judge: Judge):
        self._people, self._judge = people, judge
        self._kinds = _ByKind(AROUND_COLUMNS)

    def see(self, sight: RatedBatch) -> None:
        for i, (reference, target) in enumerate(sight.views):
            pair = sight.batch.pairs[i]
            plate_HWC = self._plate(pair.person, target.parsing_HW.shape)
            moved = what_moves(MOVES[pair.target - 1], reference, target)
            values = {
                name: self._rated(picture, reference, target, plate_HWC, moved)
                for name, picture in _pictures(sight, i)
            }
            self._kinds.add(MOVES[pair.target - 1], values)

    def _plate(self, person: int, size: tuple[int, int]) -> np.ndarray:
        plate_HWC = self._people.plate(person)
        if plate_HWC is None:
            raise InputError(f"{self._people.folders[0]}: lacks the empty place of person {person}.")
        if plate_HWC.shape[:2] == size:
            return plate_HWC
        return cv2.resize(plate_HWC, size[::-1], interpolation=cv2.INTER_AREA)

    def _rated(
        self,
        picture_HWC: np.ndarray,
        reference: View,
        target: View,
        plate_HWC: np.ndarray,
        moved: Moved,
    ) -> np.ndarray:
        person_HW = self._judge.seen(picture_HWC).regions_HW > 0
        amiss_HW = np.abs(picture_HWC.astype(float) - plate_HWC).mean(2) / 255
        return np.array(
            (
                _psnr_within(picture_HWC, target.image_HWC, target.parsing_HW > 0),
                _psnr_within(picture_HWC, target.image_HWC, moved.changed_HW),
                house_distance(self._judge, picture_HWC, target.image_HWC, moved.changed_HW),
                _mean_within(amiss_HW, moved.left_HW),
                _mean_within(person_HW, moved.left_HW),
                _mean_within(differing(picture_HWC, reference.image_HWC), moved.still_HW),
            )
        )

    def table(self, persons_N: np.ndarray) -> Table:
        rows = self._kinds.rows(persons_N)
        return Table("moves", "Around the move", AROUND_NOTE, AROUND_COLUMNS, rows, self._judge.made)


def joints_near(found: Parsed, truth: View, joints: tuple[int, ...]) -> float:
    """Share of these joints, if seen in the truth, that are found within 5 % of the body's height; NaN
    without any."""
    truth_18x3, found_18x3 = truth.keypoints_18x3, found.keypoints_18x3
    rated = [joint for joint in joints if truth_18x3[joint, 2] == SEEN]
    height = body_height(truth_18x3)
    if not rated or height is None:
        return np.nan
    far = np.linalg.norm((found_18x3 - truth_18x3)[rated, :2].astype(np.float64), axis=1) * 100 / height
    return float(((found_18x3[rated, 2] > ABSENT) & (far <= NEAR)).mean())


def overlap_of(seen_HW: np.ndarray, truth_HW: np.ndarray, moved: Moved) -> float:
    """Intersection over union of the limb's classes where the move changes something: right class over
    either. NaN where the limb is too small."""
    if not _enough(moved.limb_HW):
        return np.nan
    shares = np.bincount(truth_HW[moved.limb_HW], minlength=2) / moved.limb_HW.sum()
    classes = [label for label in np.flatnonzero(shares >= _OF_THE_LIMB) if label]
    seen, truth = seen_HW[moved.changed_HW], truth_HW[moved.changed_HW]
    either = np.isin(seen, classes) | np.isin(truth, classes)
    return float((either & (seen == truth)).sum() / either.sum()) if either.any() else np.nan


def _pictures(sight: RatedBatch, i: int) -> list[tuple[str, np.ndarray]]:
    result, copied = sight.pictures[RESULT][i], sight.pictures[COPY][i]
    return [(RESULT, result), (COPY, copied), (TRUTH, sight.views[i][1].image_HWC)]


def _limb_and_hand(seen: Parsed, target: View, moved: Moved) -> tuple[float, float]:
    """How much of each has the truth's class; NaN where it is too small to tell."""
    right_HW = seen.regions_HW == target.parsing_HW
    return _mean_within(right_HW, moved.limb_HW), _mean_within(right_HW, moved.hand_HW)


def _is_there(limb: float, hand: float) -> bool:
    """A hand that is not told is taken for there."""
    return limb >= THERE and not hand < THERE


def _psnr_within(picture_HWC: np.ndarray, truth_HWC: np.ndarray, mask_HW: np.ndarray) -> float:
    squared_HW = ((picture_HWC.astype(float) - truth_HWC) ** 2).mean(2) / 255**2
    mean = _mean_within(squared_HW, mask_HW)
    return mean if np.isnan(mean) else psnr_of(mean)


def house_distance(
    judge: Judge, picture_HWC: np.ndarray, truth_HWC: np.ndarray, mask_HW: np.ndarray
) -> float:
    """As `Judge.distance`; NaN where the mask is too small to tell."""
    return judge.distance(picture_HWC, truth_HWC, mask_HW) if _enough(mask_HW) else np.nan


def _mean_within(values_HW: np.ndarray, mask_HW: np.ndarray) -> float:
    return float(values_HW[mask_HW].mean()) if _enough(mask_HW) else np.nan


def _enough(mask_HW: np.ndarray) -> bool:
    return bool(mask_HW.mean() >= _LEAST)
