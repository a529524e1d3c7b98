"""Limbs of which a photo guesses something: behind the trunk where the photo has them, seen elsewhere."""

from __future__ import annotations

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.body import read_body

# Of its longer bone, farther than which a hidden limb is pulled away: one of whom the far arm is pulled by
# less, in two photographs from the side, looks better with it still behind the trunk.
_FAR = 0.4


def brought_out(before: np.ndarray, pose: np.ndarray, joint: int, own_18x3: np.ndarray | None) -> np.ndarray:
    """The pose with the limb whose middle or end was pulled seen or guessed by where it is now: what ends in
    a guessed joint is shown behind the trunk, where the photo has it, and who pulls it away from there, by
    however many pulls, wants to see it. Guessed in another photo alone it is nowhere here: it is seen. Of
    somebody whom the photo shows from a side the far limb comes out from behind, and stays there."""
    own = before if own_18x3 is None else own_18x3
    there = before[:, 2] > sk.ABSENT
    for end, (middle, root) in sk.LIMB_ENDS.items():
        if joint not in (middle, end) or not there[[root, joint]].all():
            continue
        if own[middle, 2] == sk.GUESSED:
            placed = own[:, 2] > sk.ABSENT
            points = np.where(placed[:, None], own[:, :2], 0).astype(np.float64)
            if read_body(points, placed).far_side == sk.SIDES[end]:
                continue
        limb = [number for number in (root, middle, end) if there[number]]
        guessed = own[limb, 2] == sk.GUESSED
        own_N2, now_N2 = (each[limb, :2].astype(np.float64) for each in (own, pose))
        ways = (now_N2 - now_N2[0]) - (own_N2 - own_N2[0])
        far = np.hypot(*ways.T).max() > _FAR * np.hypot(*np.diff(own_N2, axis=0).T).max()
        state = np.where(pose[limb, 2] == sk.GUESSED, sk.SEEN, pose[limb, 2])
        if own[limb, 2].all() and not far:
            state = np.where(guessed, sk.GUESSED, state)
        pose[limb[1:], 2] = state[1:]
    return pose
