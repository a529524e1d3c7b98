"""Laying a skeleton on a photo by hand: the joints put in place are anchors, the rest follow. Pure functions.

Anchors are the joints in state 2 (seen), followers those in state 1 (guessed); so undo needs no memory of its
own. One anchor shifts the skeleton, two turn and scale it, and from then on what the similarity leaves over
at the anchors is shared out along the body, nearer joints taking more.
"""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import ABSENT, GUESSED, PARENTS, SEEN

ENOUGH_ANCHORS = 4


def start_draft(template_18x3: np.ndarray) -> np.ndarray:
    """A skeleton with no anchors yet: every joint of the template in state 1."""
    pose = np.array(template_18x3, dtype=np.float32)
    pose[:, 2] = GUESSED
    return pose


def place_anchor(
    pose_18x3: np.ndarray, template_18x3: np.ndarray, joint: int, xy: tuple[float, float]
) -> np.ndarray:
    """The pose with `joint` put at `xy` as an anchor and every follower moved along. Photo px."""
    pose = np.array(pose_18x3, dtype=np.float32)
    pose[joint] = (*xy, SEEN)
    return follow(pose, template_18x3)


def follow(pose_18x3: np.ndarray, template_18x3: np.ndarray) -> np.ndarray:
    """Place the followers of a pose from its anchors and the template's shape."""
    pose = np.array(pose_18x3, dtype=np.float32)
    anchors = np.flatnonzero(pose[:, 2] == SEEN)
    followers = np.flatnonzero(pose[:, 2] == GUESSED)
    if not len(anchors) or not len(followers):
        return pose
    template = np.asarray(template_18x3, dtype=np.float64)[:, :2]
    carried = _similarity(template[anchors], pose[anchors, :2].astype(np.float64), template)
    left_over = pose[anchors, :2] - carried[anchors]
    nearness = 1.0 / np.square(_along_body(template)[np.ix_(followers, anchors)] + 1e-6)
    nearness /= nearness.sum(axis=1, keepdims=True)
    pose[followers, :2] = carried[followers] + nearness @ left_over
    return pose


def guess_place(
    pose_18x3: np.ndarray, template_18x3: np.ndarray, joint: int, size: tuple[int, int]
) -> tuple[float, float]:
    """Where a joint that has no place may be: as the template has it beside the joints that are shown, within
    the frame of `size` (H, W).
    """
    pose = np.array(pose_18x3, dtype=np.float32)
    pose[:, 2] = np.where(pose[:, 2] > 0, SEEN, ABSENT)
    pose[joint] = (*template_18x3[joint, :2], GUESSED)
    x, y = follow(pose, template_18x3)[joint, :2]
    return float(np.clip(x, 1, size[1] - 1)), float(np.clip(y, 1, size[0] - 1))


def anchor_count(pose_18x3: np.ndarray) -> int:
    """How many joints were put in place."""
    return int(np.sum(pose_18x3[:, 2] == SEEN))


def _similarity(source: np.ndarray, target: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points [N, 2] carried by the least-squares turn, scale and shift from source to target."""
    centre_s, centre_t = source.mean(axis=0), target.mean(axis=0)
    turn = 1.0 + 0.0j
    if len(source) > 1:
        s = (source - centre_s) @ (1, 1j)
        t = (target - centre_t) @ (1, 1j)
        length = np.vdot(s, s).real
        turn = np.vdot(s, t) / length if length > 1e-9 else turn
    moved = ((points - centre_s) @ (1, 1j)) * turn
    return np.stack([moved.real, moved.imag], axis=1) + centre_t


def _along_body(template: np.ndarray) -> np.ndarray:
    """Distances [18, 18] between joints along the bones of the template."""
    far = np.full((18, 18), np.inf)
    np.fill_diagonal(far, 0.0)
    for joint, parent in enumerate(PARENTS):
        if parent is not None:
            far[joint, parent] = far[parent, joint] = np.linalg.norm(template[joint] - template[parent])
    for via in range(18):
        far = np.minimum(far, far[:, via, None] + far[None, via, :])
    return far
