"""Who is seen in a picture and is not its person.

h w a map of pieces (`engine.garments`); a *part* is what hangs together in it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import largest
from engine.cv import cv2
from engine.pose.skeleton import LEFT_WRIST, RIGHT_WRIST

# Both of the side of a square as large as the person's largest part: some 40 positions for somebody who
# stands 100 high. A hand is a tenth of that height.
_APART = 1 / 13  # half of how far parts of one person may be from each other
_LEAST = 0.25  # share of a position from which something of a garment is drawn there: less joins nothing
_SCRAP = 0.05  # of a garment; half a trouser leg beyond a hand is more
_HAND = 1 / 4  # from a wrist to its fingertips


def passers_by(pieces_1Phw: Tensor, joints_18x3: np.ndarray | None = None) -> Tensor:
    """Where somebody is seen who is not the person, bool [1, 1, h, w]: whoever is farther from the largest
    part than parts of one person are from each other, unless it is known to be hers.

    joints: of the person, x, y in positions of the map, and state; None: not known. A part in which one of
    them lies is the person's, and so is what is near a wrist and no larger than a hand: a hand beyond the bag
    that it holds.
    """
    somebody_hw = (largest(pieces_1Phw)[0] > 0).cpu().numpy().astype(np.uint8)
    _, _, own, _ = cv2.connectedComponentsWithStats(somebody_hw, connectivity=8)
    side = float(np.sqrt(own[1:, cv2.CC_STAT_AREA].max(initial=0)))
    reach = max(1, round(_APART * side))
    joined_hw = cv2.dilate(somebody_hw, np.ones((2 * reach + 1,) * 2, np.uint8))
    _, part_hw, stats, _ = cv2.connectedComponentsWithStats(joined_hw, connectivity=8)
    if len(stats) <= 2:  # the background and the person
        return torch.zeros_like(pieces_1Phw[:, :1], dtype=torch.bool)
    hers = {0, 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())}
    part_hw = part_hw * somebody_hw
    for joint, (x, y, state) in enumerate(() if joints_18x3 is None else joints_18x3):
        if state > 0:
            hers |= _at(part_hw, x, y, reach)
            if joint in (RIGHT_WRIST, LEFT_WRIST):
                near = _at(part_hw, x, y, round(_HAND * side)) - hers
                hers |= {part for part in near if (part_hw == part).sum() <= (_HAND * side) ** 2}
    others_hw = ~np.isin(part_hw, list(hers))
    return torch.from_numpy(others_hw).to(pieces_1Phw.device)[None, None]


def scraps(garment_11hw: Tensor, person_11hw: Tensor, belongs_11hw: Tensor) -> Tensor:
    """Where something of a giver's garment is drawn that is none of the wearer's, bool [1, 1, h, w]: what an
    engine leaves beside a hand, and a piece of cloth that a limb took along when it was cut out.

    garment, person: shares, of what is taken and of the wearer. belongs: where the wearer's body has it.
    What touches neither the wearer nor what of it does, and a small part that is nowhere where it belongs.
    """
    there_hw, hers_hw, belongs_hw = (
        (each[0, 0] > least).cpu().numpy()
        for each, least in ((garment_11hw, _LEAST), (person_11hw, 0.5), (belongs_11hw, 0.5))
    )
    _, joined_hw = cv2.connectedComponents((there_hw | hers_hw).astype(np.uint8), connectivity=8)
    beside_hw = ~np.isin(joined_hw, np.unique(joined_hw[hers_hw]))
    most_hw = (garment_11hw[0, 0] > 0.5).cpu().numpy().astype(np.uint8)  # a cuff is hardly its any more
    _, part_hw, stats, _ = cv2.connectedComponentsWithStats(most_hw, connectivity=8)
    small = (stats[:, cv2.CC_STAT_AREA] < _SCRAP * there_hw.sum()) & (np.arange(len(stats)) > 0)
    astray_hw = small[part_hw] & ~np.isin(part_hw, np.unique(part_hw[belongs_hw]))
    return torch.from_numpy(there_hw & (beside_hw | astray_hw)).to(garment_11hw.device)[None, None]


def _at(part_hw: np.ndarray, x: float, y: float, reach: int) -> set[int]:
    """The parts within so many positions of a place."""
    rows, columns = (slice(max(0, int(at) - reach), max(0, int(at) + reach + 1)) for at in (y, x))
    return set(np.unique(part_hw[rows, columns]).tolist())
