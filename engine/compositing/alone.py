"""The person of a picture alone: how much of each pixel is hers, along the picture's edges.

The landmarker's mask says it best, before trees and dark walls too. Where it finds nobody in this pose the
parsing network does, which loses dark hair there, and hardly sees an arm that is where no arm of its training
is. Both are soft: edges tell where she ends. Where the pose has a limb there is one.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine import detect, parsing
from engine.compositing.fields import ramp, size_of
from engine.compositing.tailoring import matte
from engine.cv import cv2
from engine.ops.resample import shrunk
from engine.pictures import to_tensor
from engine.pose.skeleton import ABSENT
from engine.pose.symmetry import NAMED_LIMBS
from engine.regions import REGIONS

_HAND = 0.35  # of the forearm, how far beyond the wrist a hand surely reaches
_CORE = 0.022  # of the picture's height: as broad as a wrist, and more than half of an arm
_HERS = 0.2, 0.6  # the share from which on a pixel may be hers, and is
_SURELY = 0.6, 0.95  # the same where edges say that it is not: cloth with a pattern


@torch.no_grad()
def person_alone(rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """How much of each pixel is the person: uint8 [H, W], 0 to 255, for a picture uint8 [H, W, 3].

    keypoints: of the person, px of a frame of `size` (H, W). Raises InputError where the parsing network's
    weights cannot be read.
    """
    picture_1CHW = to_tensor(rgb_HWC)
    share_11hw = _share(rgb_HWC, picture_1CHW, keypoints_18x3, size)
    core_11HW = _cores(keypoints_18x3, size, size_of(picture_1CHW))
    core_11hw = shrunk(core_11HW, size_of(share_11hw))
    sharp_11HW = matte(ramp(share_11hw.maximum(core_11hw), *_HERS), picture_1CHW)
    soft_11HW = F.interpolate(share_11hw, size_of(picture_1CHW), mode="bilinear")
    alone_11HW = sharp_11HW.maximum(ramp(soft_11HW, *_SURELY))
    return alone_11HW[0, 0].clamp(0, 1).mul(255).round().to(torch.uint8).cpu().numpy()


def _share(
    rgb_HWC: np.ndarray, picture_1CHW: Tensor, keypoints_18x3: np.ndarray, size: tuple[int, int]
) -> Tensor:
    """How likely each place is the person's, 0 to 1, as coarsely as it is known: [1, 1, h, w]."""
    rows, columns = size_of(picture_1CHW)
    in_px_18x3 = keypoints_18x3 * np.array((columns / size[1], rows / size[0], 1), np.float32)
    mask_HW = detect.person_mask(rgb_HWC, in_px_18x3)
    if mask_HW is None:
        return 1 - parsing.surface_map(picture_1CHW)[:, : len(REGIONS)].softmax(1)[:, :1]
    return shrunk(torch.from_numpy(mask_HW)[None, None], size)


def _cores(keypoints_18x3: np.ndarray, of: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """The innermost of the limbs of a pose in px of a frame, float32 [1, 1, H, W], 0 or 1."""
    cores_HW = np.zeros(size, np.uint8)
    xy_18x2 = keypoints_18x3[:, :2] * (size[1] / of[1], size[0] / of[0])
    there = keypoints_18x3[:, 2] > ABSENT
    bones = (bone for limb in NAMED_LIMBS.values() for bone in pairwise(limb))
    ways = [(xy_18x2[a], xy_18x2[b]) for a, b in bones if there[a] and there[b]]
    ways += [
        (xy_18x2[wrist], xy_18x2[wrist] + _HAND * (xy_18x2[wrist] - xy_18x2[elbow]))
        for _, elbow, wrist in (NAMED_LIMBS["right arm"], NAMED_LIMBS["left arm"])
        if there[elbow] and there[wrist]
    ]
    for begin, end in ways:
        a, b = (tuple(np.rint(at).astype(int).tolist()) for at in (begin, end))
        cv2.line(cores_HW, a, b, 1, max(1, round(_CORE * size[0])))
    return torch.from_numpy(cores_HW)[None, None].float()
