"""Where a limb's last bone ends that has no dot of its own there: hands and feet are drawn on in its colour.

From the joint above, the bone is the longest straight way in its colour; fingers, toes and heels turn off.
"""

from __future__ import annotations

import numpy as np

_COARSE, _FINE = np.deg2rad(2.0), np.deg2rad(0.25)
_OVER = 0.04  # of the picture's height: what lies over a bone hides so much of it at most
_ASIDE = 0.008  # of the height, that a joint may have been found beside its bone's line
_LONGEST = 0.6  # of the longer side: no forearm or shank is longer
_NEARLY = 0.97  # of the longest way: ways through a broad bone differ by less
_OWN = 0.6  # of a way, in the bone's colour
_TAPERED = 0.6  # of its middle: an ellipse is as broad where it ends, a line is not


def end_of_bone(
    mask: np.ndarray, any_bone: np.ndarray, start: tuple[float, float], disc: float
) -> tuple[float, float] | None:
    """x, y px of the far end of the bone that begins at `start`; None where none does.

    mask: [H, W], above 0 where the picture has the bone's colour; any_bone: where it has that of any. disc:
    of a bone's breadth, how far it goes on beyond the joint.
    """
    aside, angles = _ASIDE * mask.shape[0], np.arange(0, 2 * np.pi, _COARSE)
    around = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    starts = [(start[0] + x * aside, start[1] + y * aside) for x, y in around]
    all_ways = [_ways(mask, any_bone, each, angles) for each in starts]
    start = starts[int(np.argmax([ways.max() for ways in all_ways]))]
    best = float(angles[int(np.argmax(max(all_ways, key=np.max)))])
    angles = best + np.arange(-2 * _COARSE, 2 * _COARSE, _FINE)
    ways = _ways(mask, any_bone, start, angles)
    length = float(ways.max())
    if length <= _OVER * mask.shape[0]:
        return None
    angle = float(angles[ways >= _NEARLY * length].mean())
    along = np.array([np.cos(angle), np.sin(angle)])
    middle, end = (_breadth(mask, np.array(start) + along * length * at, along) for at in (0.5, 0.95))
    length -= disc * middle if end > _TAPERED * middle else 0.0
    x, y = np.array(start) + along * length
    return float(x), float(y)


def _ways(
    mask: np.ndarray, any_bone: np.ndarray, start: tuple[float, float], angles: np.ndarray
) -> np.ndarray:
    """How far each direction [A] stays in a bone, px."""
    steps_S = np.arange(1.0, _LONGEST * max(mask.shape))
    x_AS = start[0] + np.cos(angles)[:, None] * steps_S
    y_AS = start[1] + np.sin(angles)[:, None] * steps_S
    inside_AS = (x_AS >= 0) & (x_AS < mask.shape[1]) & (y_AS >= 0) & (y_AS < mask.shape[0])
    column_AS = np.clip(x_AS, 0, mask.shape[1] - 1).astype(int)
    row_AS = np.clip(y_AS, 0, mask.shape[0] - 1).astype(int)
    own_AS = (mask[row_AS, column_AS] > 0) & inside_AS
    bone_AS = (any_bone[row_AS, column_AS] > 0) & inside_AS
    # The joint's own dot lies over its bones' ends; from there on, only bones may lie over this one.
    hidden_AS = np.cumsum(~own_AS, axis=1)
    open_AS = np.logical_and.accumulate(own_AS | bone_AS, axis=1) & (hidden_AS <= _OVER * mask.shape[0])
    share_AS = np.cumsum(own_AS, axis=1) / steps_S
    reached_AS = open_AS & own_AS & (share_AS >= _OWN)
    return np.where(reached_AS, steps_S, 0.0).max(axis=1)


def _breadth(mask: np.ndarray, at: np.ndarray, along: np.ndarray) -> float:
    """Of what is in a mask across a line, at one of its points, px."""
    reach = np.arange(-0.02 * mask.shape[0], 0.02 * mask.shape[0] + 1)
    x, y = at[:, None] + np.array([-along[1], along[0]])[:, None] * reach
    columns = np.clip(x, 0, mask.shape[1] - 1).astype(int)
    rows = np.clip(y, 0, mask.shape[0] - 1).astype(int)
    return float((mask[rows, columns] > 0).sum())
