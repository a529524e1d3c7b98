"""A garment of one photo on the person of another, in any pose: laid in on the surface, not by a mask.

Wearer and giver are drawn in the same pose. Whether a position is the garment's is asked of the body, not of
the picture: it is where the giver's photo shows the garment at that place of the body (so sleeves arrive on
bare arms, and hems where they end), or beside the wearer, as a wide skirt. Where the wearer's own garment was
and the new one is not, what comes to light is drawn from the wearer's photo: skin, trousers, the wall behind.

P pieces (`engine.garments`); H W the picture; h w the surface maps, on whose grid all decisions are made.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.armpits import between_arm_and_trunk
from engine.compositing.arms_before import legwear_beside_arms, near_forearms
from engine.compositing.bare_skin import bare_skin
from engine.compositing.beneath import bare_beneath, body_beneath, clothes_over, own_beneath, piece_beneath
from engine.compositing.bodies import body_of, placed_in
from engine.compositing.contact_shadows import in_shadow
from engine.compositing.drawn_on import cloth_drawn
from engine.compositing.fields import Window, closed, highest, largest, ramp, size_of, spread
from engine.compositing.half_worn import half_worn
from engine.compositing.legwear_sides import with_legwear
from engine.compositing.passers_by import scraps
from engine.compositing.rests import rests
from engine.compositing.rims import at_hems, no_skin, of_other_hue
from engine.compositing.wardrobe import worn_at
from engine.compositing.worn import (
    IN_FRONT,
    Drawn,
    Dressed,
    Laid,
    above_shoes,
    all_of,
    bare,
    inner,
    lies_over,
    near,
    of_pieces,
    pieces_worn,
    sharp,
    wall_on,
)
from engine.compositing.worn_light import worn_light
from engine.garments import ARMS, DRESS, FACE, LEGS, PIECES, TOP, TROUSERS, Garment
from engine.ops.resample import enlarged, resized, running_mean, shrunk

_SEAM = 0.4, 0.6  # share of a position from which, and at which wholly, the garment covers a pixel
_INSIDE = 0.8, 0.95  # likewise from which the giver's picture shows it without what is beside it
_RIM = 2  # px of a picture of 256 rows, the width of what a garment may have of its surroundings at its edge
_WALL = 6  # times as broad it is beside a person, where what is behind is known
_A_LEG = 0.4  # of what is seen of legs, that is above the shoes at least, of legs that are more than those
_EVEN = 2  # px of a picture of 256 rows around, over which a person's edge is evened


@torch.no_grad()
def dressed(
    now: Dressed, wearer: Drawn, giver: Drawn, garment: Garment, strength: float = 1.0, lit: bool = False
) -> Dressed:
    """What is worn now with a garment of the giver over it.

    strength: 0 to 1; colours and patterns go over from the wearer's to the giver's. lit: whether clothes that
    are laid on have the light of those that go (`worn_light`).
    """
    size = size_of(now.picture)
    went_11hw, person_11hw = of_pieces(now.pieces, garment.goes), 1.0 - now.pieces[:, :1]
    if giver.laid is None:
        theirs_1Phw = pieces_worn(giver)
        on_body_1Phw, known_11hw = worn_at(giver.wardrobe, wearer.surface)
        # Legs that a photo does not show are what the engine draws, not what is nearest on the body.
        on_body_1Phw = torch.lerp(theirs_1Phw, on_body_1Phw, known_11hw)
        on_body_1Phw[:, list(IN_FRONT)] = theirs_1Phw[:, list(IN_FRONT)]
        if LEGS in garment.takes and _in_shoes_alone(theirs_1Phw, giver):
            went_11hw = went_11hw * (1.0 - above_shoes(wearer.surface))
        belongs_11hw = of_pieces(on_body_1Phw, garment.takes) * person_11hw
        came_11hw = of_pieces(theirs_1Phw, garment.takes)
        came_11hw = came_11hw.masked_fill(scraps(came_11hw, person_11hw, belongs_11hw), 0.0)
    else:
        theirs_1Phw, on_body_1Phw = all_of(ARMS, went_11hw), own_beneath(wearer)
        came_11hw = shrunk(giver.laid.trunk.maximum(giver.laid.sleeves), size_of(went_11hw))
        belongs_11hw = came_11hw
    # Beyond it nothing of a garment goes or comes, and whose the pixels are is asked of nobody.
    window = near(went_11hw, came_11hw, belongs_11hw)
    # What a px of a person is of is asked of the person: white cuffs are not told from white walls beside.
    hers_11hw = spread(went_11hw / person_11hw.clamp_min(1e-6), (person_11hw > 0.5).float())
    hers_11hw = hers_11hw * highest(person_11hw, 7)
    person_11HW, hers_11HW, over_11HW = sharp(
        now.picture,
        window,
        person_11hw,
        hers_11hw,
        lies_over(now.pieces, wearer, garment),
    )
    person_11HW = _as_map(person_11HW, person_11hw, wearer)
    gone_11HW = hers_11HW * person_11HW
    if FACE in garment.over:  # an edge may be a px beside the map's, but never in the face
        face_11hw = (largest(now.pieces)[:, None] == FACE).float()
        if giver.laid is None:
            over_11HW = over_11HW.maximum(F.interpolate(face_11hw, size, mode="nearest"))
        else:  # beside a collar its edge would be seen
            over_11HW = over_11HW.maximum(ramp(F.interpolate(face_11hw, size, mode="bilinear"), *_SEAM))
        gone_11HW = gone_11HW * (1.0 - over_11HW)
    skin = bare_skin(now.picture, gone_11HW, bare(now.pieces, garment.goes), wearer.joints)
    if giver.laid is not None:  # a collar in the middle of a neck
        skin = skin._replace(neck=skin.neck * (1.0 - of_other_hue(now.picture, wearer.wardrobe.skin)))
    over_11HW = over_11HW.maximum(skin.hands)
    gone_11HW = gone_11HW * (1.0 - skin.hands) * (1.0 - skin.neck)
    worn_11HW = gone_11HW
    if giver.laid is not None:
        rims_11HW = no_skin(now, wearer, garment, gone_11HW, giver.laid.neck)
        rests_11HW = rests(now, garment, gone_11HW)
        # What is thin in a hand is a shadow between its fingers.
        both_11HW = gone_11HW.maximum(rims_11HW)
        rims_11HW = rims_11HW * highest(inner(both_11HW, 1), 2 * (size[0] // 256) + 1)
        rims_11HW = rims_11HW.maximum(rests_11HW)
        hands_11HW = over_11HW
        over_11HW = over_11HW * (1.0 - rims_11HW)
        gone_11HW = gone_11HW.maximum(rims_11HW * person_11HW)
        limbs_12HW = ramp(F.interpolate(now.pieces[:, [ARMS, LEGS]], size, mode="bilinear"), *_SEAM)
        # In a cuff that counted as an arm one is, wherever a map has its places.
        cuffs_11HW = limbs_12HW[:, :1] * gone_11HW * enlarged(near_forearms(wearer), size)
        cuffs_11HW = giver.laid.arms_bare * cuffs_11HW * (1.0 - giver.laid.sleeves)
        laid = giver.laid._replace(beside=giver.laid.beside.maximum(cuffs_11HW))
        giver = giver._replace(laid=laid)
        # An arm is in its sleeve, and a leg in its trousers; beside a trunk an arm or its hand is seen.
        within_12HW = torch.cat([laid.sleeved, laid.hides], 1)
        gone_11HW = gone_11HW.maximum((within_12HW * limbs_12HW).amax(1, keepdim=True) * person_11HW)
    seen = person_11HW, gone_11HW, over_11HW
    if giver.laid is None:
        theirs = sharp(giver.picture, window, 1.0 - theirs_1Phw[:, :1], came_11hw)
        cloth_1CHW, taken_11HW = cloth_drawn(seen, theirs, wearer, giver, garment, theirs_1Phw, on_body_1Phw)
        there_11HW, _ = theirs
        clothed_11hw = of_pieces(on_body_1Phw, clothes_over(garment))
        there_11HW = there_11HW * (1.0 - enlarged(ramp(clothed_11hw, *_SEAM), size))
        if TOP in garment.takes or DRESS in garment.takes:
            free_11hw = between_arm_and_trunk(wearer.joints, size_of(now.pieces)).to(taken_11HW.device)
            free_11HW = enlarged(free_11hw, size)
            taken_11HW, there_11HW = taken_11HW * (1.0 - free_11HW), there_11HW * (1.0 - free_11HW)
    else:
        there_11HW = _body_seen(giver.laid, wearer, now, gone_11HW, garment)
        cloth_1CHW, taken_11HW = giver.laid.colour, _covered(giver.laid, wearer, now, window, seen, rims_11HW)
        if lit:
            tell_11HW = worn_11HW if TOP in garment.takes or DRESS in garment.takes else worn_11HW * 0.0
            light_11HW = worn_light(now.picture, tell_11HW, taken_11HW, _shoulders(wearer, size))
            cloth_1CHW = ((cloth_1CHW + 1.0) * light_11HW - 1.0).clamp(-1.0, 1.0)

    rim = 2 * _RIM * -(-size[0] // 512)  # a finer picture has sharper edges
    kept_11HW = person_11HW * (1.0 - gone_11HW) * (1.0 - over_11HW)
    bared_11HW = highest(gone_11HW, rim + 1) * (1.0 - kept_11HW)
    bared_11HW = bared_11HW.maximum(highest(gone_11HW, rim // 2 + 1))
    if giver.laid is not None:  # threads and stripes that end beside an outline, and shadows of a sleeve
        stays_11hw = shrunk(person_11HW * (1.0 - gone_11HW), size_of(person_11hw))
        nobody_11hw = 1.0 - highest((stays_11hw > 0.5).float(), 3)
        wall_11HW = (1.0 - person_11HW) * ramp(enlarged(nobody_11hw, size), *_INSIDE)
        # The plate has another phase than the photo: it goes over into that, and no edge is seen.
        side = _WALL * rim // 2 + 1
        bared_11HW = bared_11HW.maximum(running_mean(highest(gone_11HW, side), side) * wall_11HW)
    behind_1CHW = wearer.wardrobe.plate if wearer.behind is None else wearer.behind
    behind_1CHW = resized(behind_1CHW, size)
    piece_1hw = piece_beneath(on_body_1Phw, wearer.wardrobe, garment)
    # A hem's shade on the skin below, and a collar's above, goes with it.
    skin_11hw = torch.cat([_goes_on(now.pieces, piece_1hw, piece) for piece in (ARMS, LEGS)], 1).amax(1, True)
    shade_11HW = running_mean(highest(gone_11HW, 2 * rim + 1), rim // 2 + 1)
    shade_11HW = shade_11HW * F.interpolate(skin_11hw, size, mode="bilinear")
    if giver.laid is not None:
        if TROUSERS not in garment.goes:
            piece_1hw = legwear_beside_arms(piece_1hw, wearer)
        # Before trousers a finger is at no hem: only where skin is beneath skin is drawn anew.
        bare_11hw = torch.isin(piece_1hw, piece_1hw.new_tensor((FACE, ARMS, LEGS)))[:, None].float()
        bare_11HW = ramp(F.interpolate(bare_11hw, size, mode="bilinear"), *_INSIDE)
        shade_11HW = shade_11HW * bare_11HW
    bared_11HW = bared_11HW.maximum(shade_11HW) * (1.0 - over_11HW)
    if giver.laid is None:
        body_1CHW = body_beneath(piece_1hw, wearer, giver, theirs_1Phw, now, gone_11HW)
        there_11HW = there_11HW.maximum(shade_11HW * (1.0 - gone_11HW))
    else:
        body_1CHW = bare_beneath(piece_1hw, wearer, now, giver.picture, gone_11HW)
        body_1CHW = torch.lerp(body_1CHW, giver.picture, giver.laid.beside)
        hems_11HW = at_hems(now, garment, gone_11HW, giver.laid.arms, giver.laid.neck)
        hems_11HW = hems_11HW * (1.0 - hands_11HW.maximum(skin.hands))
        bared_11HW = bared_11HW.maximum(hems_11HW * there_11HW * bare_11HW)
        # A cloth's pattern makes its edge ragged.
        side = 2 * _EVEN * -(-size[0] // 256) + 1
        person_11HW = ramp(running_mean(running_mean(person_11HW, side), side), *_SEAM)
    beneath_1CHW = torch.lerp(behind_1CHW, body_1CHW, there_11HW * person_11HW)
    if strength < 1.0:
        hidden_11HW = (gone_11HW - worn_11HW).clamp_min(0.0)
        half = half_worn(now.picture, cloth_1CHW, worn_11HW, taken_11HW, hidden_11HW, strength)
        cloth_1CHW, taken_11HW = half.colour, half.covered
        bared_11HW, gone_11HW = bared_11HW * half.bared, gone_11HW * half.bared
    picture_1CHW = torch.lerp(now.picture, beneath_1CHW, bared_11HW)
    picture_1CHW = torch.lerp(picture_1CHW, cloth_1CHW, taken_11HW)
    if giver.laid is not None:
        seen_11HW = torch.lerp(person_11HW, there_11HW * person_11HW, bared_11HW)
        before_11HW = giver.laid.trunk * (1.0 - giver.laid.back) * (1.0 - taken_11HW)
        picture_1CHW = in_shadow(picture_1CHW, seen_11HW, taken_11HW, before_11HW, _shoulders(wearer, size))

    there_11hw, gone_11hw, taken_11hw, bared_11hw = (
        shrunk(each, size_of(now.pieces))
        for each in (there_11HW * person_11HW, gone_11HW, taken_11HW, bared_11HW)
    )
    made_11hw = bared_11hw if now.made is None else now.made + (1.0 - now.made) * bared_11hw
    left_1Phw = torch.where(
        there_11hw > 0.5, F.one_hot(piece_1hw, len(PIECES)).movedim(-1, 1), all_of(0, taken_11hw)
    )
    pieces_1Phw = torch.lerp(now.pieces, left_1Phw.float(), gone_11hw)
    pieces_1Phw = torch.lerp(pieces_1Phw, all_of(garment.takes[0], taken_11hw), taken_11hw)
    return Dressed(picture_1CHW, pieces_1Phw, made_11hw * (1.0 - taken_11hw))


@torch.no_grad()
def before_wall(now: Dressed, wall_1CHW: Tensor, strength: float = 1.0) -> Dressed:
    """The person as worn now before what is behind another, [1, 3, H', W']. strength: 0 to 1."""
    size = size_of(now.picture)
    everywhere = slice(0, size_of(now.pieces)[0]), slice(0, size_of(now.pieces)[1])
    (person_11HW,) = sharp(now.picture, everywhere, 1.0 - now.pieces[:, :1])
    # Px of the outline have the old wall in them: the person's colours are carried out to it.
    hers_1CHW = spread(now.picture, inner(person_11HW, 1))
    wall_1CHW = resized(wall_1CHW, size)
    before_1CHW = torch.lerp(wall_1CHW, hers_1CHW, person_11HW)
    face_11hw = (largest(now.pieces)[:, None] == FACE).float()
    behind_11HW = strength * (1.0 - F.interpolate(face_11hw, size, mode="nearest"))
    return now._replace(picture=torch.lerp(now.picture, before_1CHW, behind_11HW))


def _covered(
    laid: Laid,
    wearer: Drawn,
    now: Dressed,
    window: Window,
    seen: tuple[Tensor, ...],
    rims_11HW: Tensor,
) -> Tensor:
    """How much of a px is covered by clothes that are laid on: arms are before a trunk, in their sleeves, and
    a neck is before its inside. seen: as of `drawn_on.cloth_drawn`. rims: as `rims.no_skin`."""
    person_11HW, gone_11HW, over_11HW = seen
    arms_11hw = F.interpolate(laid.arms, size_of(now.pieces), mode="area") * (1.0 - now.pieces[:, :1])
    # So is a forearm that is seen bare, wherever a map has its places.
    arms_11hw = arms_11hw.maximum(of_pieces(now.pieces, (ARMS,)) * near_forearms(wearer))
    (arms_11HW,) = sharp(now.picture, window, arms_11hw)
    trunk_11HW = laid.trunk * (1.0 - laid.back * person_11HW * laid.body)
    # What was in a sleeve is where an arm is, for a map has no outline of it.
    seen_11HW = inner(arms_11HW, 1) * (1.0 - rims_11HW) * (1.0 - ramp(gone_11HW, *_SEAM))
    side = 2 * _RIM * -(-size_of(gone_11HW)[0] // 256) + 1
    arms_11HW = closed(seen_11HW.maximum(laid.beside * gone_11HW), side)
    return (trunk_11HW * (1.0 - arms_11HW)).maximum(laid.sleeves) * (1.0 - over_11HW)


def _body_seen(laid: Laid, wearer: Drawn, now: Dressed, gone_11HW: Tensor, garment: Garment) -> Tensor:
    """How much of a px is a body that is seen where clothes go and others are laid on: of a trunk nothing
    beside these, but in what is worn below them; arms as they are."""
    trunk_11HW, legwear = laid.trunk_bare, garment.legwear_kept
    placed = placed_in(wearer)
    if len(legwear) == 2 and placed is not None:
        worn_11HW = F.interpolate(of_pieces(now.pieces, legwear), size_of(gone_11HW), mode="bilinear")
        trunk_11HW = with_legwear(trunk_11HW, worn_11HW * (1.0 - gone_11HW), placed)
    body_11HW = (trunk_11HW * (1.0 - laid.within)).maximum(laid.arms_bare)
    return (body_11HW * (1.0 - laid.hides)).maximum(laid.beside)


def _shoulders(wearer: Drawn, size: tuple[int, int]) -> float:
    """How far shoulder joints are apart, px of a picture of this size."""
    body = body_of(wearer, size)
    assert body is not None  # nothing is laid on who has no joints
    return body.shoulders


def _as_map(person_11HW: Tensor, person_11hw: Tensor, wearer: Drawn) -> Tensor:
    """How much of a px is the person: as the map has it where colours do not tell."""
    told_11HW = enlarged(person_11hw, size_of(person_11HW))
    return torch.lerp(person_11HW, ramp(told_11HW, *_SEAM), wall_on(wearer, told_11HW))


def _goes_on(pieces_1Phw: Tensor, beneath_1hw: Tensor, piece: int) -> Tensor:
    """1 where a piece is seen and would be beneath a garment too, and a position around, but for other skin:
    a hand before a leg, [1, 1, h, w]."""
    seen_1hw = largest(pieces_1Phw)
    same_11hw = highest(((seen_1hw == piece) & (beneath_1hw == piece))[:, None].float(), 3)
    other = ARMS if piece == LEGS else LEGS
    return same_11hw * (seen_1hw != other)[:, None]


def _in_shoes_alone(pieces_1Phw: Tensor, drawn: Drawn) -> bool:
    """Whether of somebody's legs hardly more than the shoes is seen."""
    legs_1hw = largest(pieces_1Phw) == LEGS
    above_1hw = legs_1hw & (above_shoes(drawn.surface)[:, 0] > 0)
    return float(above_1hw.sum()) < _A_LEG * float(legs_1hw.sum())
