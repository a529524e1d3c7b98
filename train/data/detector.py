"""Exact keypoints made to look like a detector's: what it would not find goes, the rest is a little off.

Rendered people know every joint. A detector on photographs guesses limbs hidden behind the body (they stay),
but finds no nose in the back of a head. Rules and numbers: specs of the synthetic studio, section "Labels".
"""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import ABSENT, GUESSED, LEFT_EAR, LEFT_EYE, NOSE, RIGHT_EAR, RIGHT_EYE
from engine.pose.symmetry import NAMED_LIMBS

# Ears lie 1.31 times as far apart as the nose is before the line between them (the MakeHuman head).
_EARS_TO_NOSE = 1.31
# Cosine of the angle between the head's forward direction and the way to the camera, from which nose and eyes
# are lost where occluded, the far eye is, and nose and eyes are at any rate; sine that loses the far ear.
_FACE_LOST, _FAR_EYE_LOST, _ALL_LOST = -0.1, 0.0, -0.45
_FAR_EAR_LOST = 0.4


def as_detected(keypoints_18x3: np.ndarray, eagerness: float = 0.0) -> np.ndarray:
    """Keypoints without the parts of the face that a head turned away hides.

    The head's yaw is read from nose and ears. Nose and eyes go when the head faces away (while still seen in
    a profile, a little later), the eye on the far side a little earlier, the far ear, where occluded, from a
    half profile on. Nothing changes where nose or an ear is not given. Returns a new array.

    eagerness: how much further (in cosine, sine) a head may turn until this detector gives up; they differ.
    """
    keypoints = np.array(keypoints_18x3, np.float32)
    nose, right, left = keypoints[[NOSE, RIGHT_EAR, LEFT_EAR]]
    if min(nose[2], right[2], left[2]) <= ABSENT:
        return keypoints
    # Positive when the face looks into the camera: the person's left is then on the picture's right.
    across = (left[0] - right[0]) / _EARS_TO_NOSE
    ahead = nose[0] - (left[0] + right[0]) / 2
    radius = float(np.hypot(across, ahead))
    if radius < 1e-3:
        return keypoints
    cosine, sine = across / radius + eagerness, ahead / radius
    # Looking to the picture's left, a head shows its left side, so the right side is the far one.
    far_eye, far_ear = (RIGHT_EYE, RIGHT_EAR) if sine < 0 else (LEFT_EYE, LEFT_EAR)
    for joint in (NOSE, RIGHT_EYE, LEFT_EYE):
        lost = _FACE_LOST if keypoints[joint, 2] == GUESSED else _ALL_LOST
        if cosine < lost or (joint == far_eye and cosine < _FAR_EYE_LOST):
            keypoints[joint, 2] = ABSENT
    if abs(sine) - eagerness > _FAR_EAR_LOST and keypoints[far_ear, 2] == GUESSED:
        keypoints[far_ear, 2] = ABSENT
    return keypoints


def disturb(keypoints_18x3: np.ndarray, rng: np.random.Generator, drop: float, jitter: float) -> np.ndarray:
    """Keypoints as a detector with noise gives them: each joint lost with probability `drop`, moved by a
    normal deviate of `jitter` px. Returns a new array."""
    keypoints = np.array(keypoints_18x3, np.float32)
    keypoints[:, :2] += (jitter * rng.standard_normal((18, 2))).astype(np.float32)
    keypoints[rng.random(18) < drop, 2] = ABSENT
    return keypoints


# What a detector is off in photographs: by which share of the person's extent, how often by much more, how
# often a limb is taken for that of the other side, how often a joint is not found, or is but guessed.
_OFF, _FAR_OFF, _OFTEN_FAR = 0.010, 0.035, 0.06
_SIDES_CONFUSED, _MISSED, _GUESSED_MISSED = 0.04, 0.04, 0.9


def as_found(keypoints_18x3: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Keypoints as a detector finds them in photographs: a little off, now and then a lot, of the wrong side,
    or not at all. Returns a new array."""
    found = np.array(keypoints_18x3, np.float32)
    there = found[:, 2] > ABSENT
    if not there.any():
        return found
    extent = float(np.ptp(found[there, :2], axis=0).max())
    off_18 = np.where(rng.random(18) < _OFTEN_FAR, _FAR_OFF, _OFF) * extent
    found[:, :2] += (off_18[:, None] * rng.standard_normal((18, 2))).astype(np.float32)
    for kind in ("arm", "leg"):
        right, left = NAMED_LIMBS[f"right {kind}"], NAMED_LIMBS[f"left {kind}"]
        if rng.random() < _SIDES_CONFUSED:
            found[[*right, *left]] = found[[*left, *right]]
    missed_18 = np.where(found[:, 2] == GUESSED, _GUESSED_MISSED, _MISSED)
    found[rng.random(18) < missed_18, 2] = ABSENT
    return found
