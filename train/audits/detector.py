"""Do rendered people look like people to a network that has only seen photographs?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.detect import available, detect_pose
from engine.pose.skeleton import ABSENT, JOINTS

from .checks import Example, Finding, Line, Taken

FOUND_LIMIT = 0.05  # share of full-body front views without a pose
OFF_LIMIT = 0.05  # of body height, at the median


@dataclass(frozen=True, eq=False)
class Compared:
    """found: whether there was a pose; off_18: distance of every joint from ours, in body heights, NaN where
    either has none; shift_18x2: the same with its direction in the picture."""

    found: bool
    off_18: np.ndarray
    shift_18x2: np.ndarray


def compare(ours_18x3: np.ndarray, theirs_18x3: np.ndarray | None) -> Compared:
    """Keypoints of a full-body view against a detector's, both in px of the same picture. The body's height
    is that of our joints, from the highest to the lowest."""
    nothing = np.full((18, 2), np.nan)
    if theirs_18x3 is None:
        return Compared(False, nothing[:, 0], nothing)
    ours = ours_18x3[:, 2] > ABSENT
    height = np.ptp(ours_18x3[ours, 1])
    both = ours & (theirs_18x3[:, 2] > ABSENT)
    shift = np.where(both[:, None], (theirs_18x3 - ours_18x3)[:, :2] / height, np.nan)
    return Compared(True, np.linalg.norm(shift, axis=1), shift)


class DetectorAudit:
    """Looks at the full-body front views it is shown, at most `most`."""

    def __init__(self, most: int = 200):
        self.most = most
        self.compared: list[Compared] = []
        self._found = Line("a detector finds a pose", "views", FOUND_LIMIT)
        self._agrees = Line("the detector's joints agree (median)", "joints", OFF_LIMIT)
        self.capability = available()

    def look(self, taken: Taken) -> None:
        """View 0 of a person, which is a full-body front view."""
        view = taken.views[0]
        wanted = (view.framing, view.facing) == ("full", "front")
        if not self.capability.available or not wanted or len(self.compared) >= self.most:
            return
        compared = compare(view.keypoints_18x3, detect_pose(view.image_HWC))
        self.compared.append(compared)
        self._found.add(taken.index, view, Finding(0, 1, int(not compared.found), 1.0))
        if compared.found:
            self._note(taken.index, view, compared)

    def _note(self, person: int, view, compared: Compared) -> None:
        """Count joints and keep the views whose joints are furthest off."""
        line, off = self._agrees, compared.off_18
        line.looked += int(np.isfinite(off).sum())
        line.failed += int((off > OFF_LIMIT).sum())
        mean = float(np.nanmean(off))
        line.keep(Example(person, 0, view, Finding(0, 1, 1, mean, says=f"{mean:.1%} off")))

    @property
    def lines(self) -> list[Line]:
        for line in (self._found, self._agrees):
            line.reason = self.capability.reason or "no full-body front views"
        offs = np.array([c.off_18 for c in self.compared if c.found])
        self._agrees.measured = float(np.nanmedian(offs)) if offs.size else None
        return [self._found, self._agrees]

    def joints(self) -> list[dict]:
        """A row a joint: median and 90th percentile of its distance, and the median shift to the right and
        down, all in shares of the body height."""
        found = [c for c in self.compared if c.found]
        rows = []
        for joint, name in enumerate(JOINTS):
            off = np.array([c.off_18[joint] for c in found])
            shift = np.array([c.shift_18x2[joint] for c in found])
            count = int(np.isfinite(off).sum())
            if count:
                median, far = np.nanpercentile(off, (50, 90))
                right, down = np.nanmedian(shift, axis=0)
                values = {"median": median, "p90": far, "right": right, "down": down}
                rows.append(
                    {"joint": name, "count": count} | {k: round(float(v), 5) for k, v in values.items()}
                )
        return rows
