"""A garment that an engine drew on its giver, as it fits a wearer who is drawn in the same pose.

P pieces (`engine.garments`); H W the picture; h w the surface maps.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.bare_skin import bare_skin
from engine.compositing.beneath import clothes_over
from engine.compositing.fields import around, at, highest, largest, ramp, size_of, spread
from engine.compositing.tailoring import continued, drawn_out
from engine.compositing.wardrobe import looks_at
from engine.compositing.worn import Drawn, bare, inner, lies_over, of_pieces, wall_on
from engine.garments import DRESS, HAIR, SKIRT, TOP, TROUSERS, Garment
from engine.ops.resample import enlarged, shrunk

_SEAM = 0.4, 0.6  # share of a position from which, and at which wholly, the garment covers a pixel
_INSIDE = 0.8, 0.95  # likewise from which the giver's picture shows it without what is beside it
_CLOTHS = TOP, DRESS, SKIRT, TROUSERS  # of one look: the colours of a leg are no shoe's


def cloth_drawn(
    seen: tuple[Tensor, ...],
    theirs: tuple[Tensor, ...],
    wearer: Drawn,
    giver: Drawn,
    garment: Garment,
    theirs_1Phw: Tensor,
    on_body_1Phw: Tensor,
) -> tuple[Tensor, Tensor]:
    """The giver's garment as it fits the wearer, [1, 3, H, W], and how much of a pixel it covers.

    seen: [1, 1, H, W] each, how much of a pixel is the wearer, what goes, and what lies over the garment.
    theirs: likewise the giver, and the garment.
    """
    (person_11HW, gone_11HW, over_11HW), (there_11HW, theirs_11HW) = seen, theirs
    size, (rows, columns) = size_of(person_11HW), size_of(on_body_1Phw)
    small = 2 * rows, 2 * columns
    # Places tell to a cell of the wardrobe where a garment ends; within it the giver's drawing does.
    over_them_11HW = enlarged(lies_over(theirs_1Phw, giver, garment), size)
    told_13hw = shrunk(torch.cat([theirs_11HW, over_them_11HW, there_11HW], 1), small)
    told_12hw = spread(told_13hw[:, :2], ramp(told_13hw[:, 2:], *_INSIDE))
    placed_12hw = torch.cat([of_pieces(on_body_1Phw, pieces) for pieces in (garment.takes, garment.over)], 1)
    placed_12hw = enlarged(placed_12hw, small)
    worn_11HW, hidden_11HW = enlarged((told_12hw + placed_12hw) / 2, size).split(1, 1)
    # What hides the garment in the giver's photo goes on beneath, where the wearer had one to be replaced.
    shown_11HW = ramp(worn_11HW + gone_11HW * hidden_11HW, *_SEAM)
    outline_11HW = torch.lerp(theirs_11HW, shown_11HW * (1.0 - over_11HW), person_11HW)
    # What lies before the garment, in either picture, is no edge of it.
    before_11HW = over_them_11HW.maximum(over_11HW)
    shape_11hw, outline_11hw, before_11hw = (
        shrunk(each, small) for each in (theirs_11HW, outline_11HW, before_11HW)
    )
    moved = drawn_out(shape_11hw, outline_11hw, 1.0 - around((before_11hw > 0.5).float(), 3))
    positions_12HW, sure_11HW = (enlarged(each, size) for each in moved)
    skin = bare_skin(giver.picture, theirs_11HW, bare(theirs_1Phw, garment.takes), giver.joints)
    other_11HW = 1.0 - (1.0 - skin.hands) * (1.0 - skin.neck)
    if set(garment.takes) & set(_CLOTHS):
        other_11HW = other_11HW.maximum(wall_on(giver, theirs_11HW))
    fit_1DHW = at(torch.cat([giver.picture, theirs_11HW, skin.neck, other_11HW], 1), positions_12HW)
    fit_1CHW, fit_11HW, neck_11HW, other_11HW = fit_1DHW.split((3, 1, 1, 1), 1)
    side = 2 * (size[0] // 128) + 1
    near_11HW = highest(outline_11HW, side)
    core_11HW = 1.0 - highest(1.0 - outline_11HW, side)
    covered_11HW = (fit_11HW * near_11HW * (1.0 - over_11HW)).maximum(core_11HW)
    # Strands of hair end beside where the map has them, and are seen through.
    hair_11hw = theirs_1Phw[:, HAIR, None] * float(HAIR in garment.over)
    hair_11HW = highest(ramp(enlarged(hair_11hw, size), 0.1, 0.5), 2 * side + 1)
    inside_11HW = inner(fit_11HW * (1.0 - other_11HW), 1) * (1.0 - hair_11HW)
    sure_11HW = sure_11HW * (1.0 - ramp(over_them_11HW, 0.1, 0.5))
    taken_11HW = torch.lerp(outline_11HW, covered_11HW, sure_11HW) * (1.0 - neck_11HW)
    if not inside_11HW.any():  # nothing of it is drawn in this pose: as the photo has it at these places
        takes = torch.tensor(garment.takes, device=on_body_1Phw.device)
        piece_1hw = takes[largest(on_body_1Phw[:, garment.takes])]
        return looks_at(giver.wardrobe, piece_1hw, wearer.surface, size)[0], taken_11HW
    # What clothes of the giver hid goes on in its weave; of a top nothing is hidden so.
    wanted_11HW = taken_11HW * float(bool(clothes_over(garment)))
    return continued(fit_1CHW, inside_11HW, wanted_11HW), taken_11HW
