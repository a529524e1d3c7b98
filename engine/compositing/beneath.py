"""What comes to light where a garment goes: skin, trousers under a tunic, as the wearer has them.

Shapes and words as in `dressing`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.compositing.fields import around, highest, largest, odd_side, ramp, size_of, spread
from engine.compositing.tailoring import continued
from engine.compositing.wardrobe import Wardrobe, looks_at, on_trunk, worn_at
from engine.compositing.worn import (
    SHIN,
    Drawn,
    Dressed,
    above_shoes,
    inner,
    near,
    of_pieces,
    places,
    sharp,
    wall_on,
)
from engine.garments import ARMS, DRESS, FACE, HAIR, LEGS, SKIRT, TOP, TROUSERS, WAIST, Garment
from engine.ops.resample import enlarged, running_mean, shrunk

_SURE = 0.8, 0.95  # share of a position from which a picture shows a part without what is beside it
_SKIN_SEEN = 0.05, 0.2  # of 3 dm, within which skin is the wearer's own, and farther than which only its tone
# Difference of colours (of -1 to 1) from the wearer's tone that skin hardly has, and never.
_NO_SKIN = 0.25, 0.5
_JOINED = 33  # px of a map of 128 rows around skin that is seen in which skin beneath goes on from it
# Share of a place that is not the garment from which, and at which surely, it tells what is there.
_TOLD = 0.1, 0.5
# Share of a map that arms are, within outlines, up to which they do not tell the tone of skin, and surely do.
_SOME_ARMS = 0.001, 0.003
_DARKEST = 0.1  # of 0 to 2, below which a colour tells no tone
_SHADE = 5  # px of a map, side of the window around a garment that goes in which skin has its shade
_SKIN = FACE, ARMS, LEGS
_CLOTHES = TOP, DRESS
_LEGWEAR = SKIRT, TROUSERS
_RIM = 2  # px of a picture of 256 rows in which a cloth's edge has the colours of what is beside it


def piece_beneath(on_body_1Phw: Tensor, wardrobe: Wardrobe, garment: Garment) -> Tensor:
    """Which piece of the wearer comes to light at every place where a garment goes, [1, h, w]: what the
    giver wears there, as far as the wearer has it, and where the giver has nothing but the garment, hair or
    clothes over it, as nearby."""
    seen_1Phw = on_body_1Phw.clone()
    # Below a shorter top is whatever the wearer has on the legs.
    mine, other = (TROUSERS, SKIRT) if wardrobe.part[TROUSERS] >= wardrobe.part[SKIRT] else (SKIRT, TROUSERS)
    seen_1Phw[:, mine] += seen_1Phw[:, other]
    seen_1Phw[:, [0, HAIR, other, *garment.takes, *garment.goes, *clothes_over(garment)]] = 0.0
    known_11hw = ramp(seen_1Phw.sum(1, keepdim=True), *_TOLD)
    return largest(spread(seen_1Phw, known_11hw))


def own_beneath(wearer: Drawn) -> Tensor:
    """What the wearer has at every place, [1, P, h, w]; in sleeves are arms, and under a
    top trousers, or a skirt, go up to the waist."""
    worn_1Phw, _ = worn_at(wearer.wardrobe, wearer.surface)
    place_13hw = places(wearer.surface)
    below_11hw = (place_13hw[:, 1:2] < WAIST) * on_trunk(place_13hw)
    worn_1Phw[:, ARMS : ARMS + 1] += (1.0 - on_trunk(place_13hw)) * of_pieces(worn_1Phw, _CLOTHES)
    legwear = max(_LEGWEAR, key=lambda piece: float(wearer.wardrobe.part[piece]))
    if wearer.wardrobe.part[legwear] > 0:
        worn_1Phw[:, legwear : legwear + 1] += below_11hw * of_pieces(worn_1Phw, _CLOTHES)
    return worn_1Phw


def clothes_over(garment: Garment) -> list[int]:
    """What lies over a garment and does not come to light beneath it, as a neck does."""
    return [piece for piece in garment.over if piece in _CLOTHES]


def body_beneath(
    piece_1hw: Tensor,
    wearer: Drawn,
    giver: Drawn,
    theirs_1Phw: Tensor,
    now: Dressed,
    gone_11HW: Tensor,
) -> Tensor:
    """What the wearer has under a garment, [1, 3, H, W]. Skin that the photo does not show goes on from where
    the same skin is seen nearby, and farther from it is as the giver's in the wearer's tone."""
    size = size_of(now.picture)
    own_1CHW, unseen_11hw = looks_at(wearer.wardrobe, piece_1hw, wearer.surface, size)
    own_1CHW = _clothes_beneath(own_1CHW, piece_1hw, now, wearer, torch.zeros_like(gone_11HW))
    skin_11hw = _skin(piece_1hw)
    toned_1CHW = _skin_of(giver, theirs_1Phw)
    if giver.laid is None:  # else it is the wearer's own
        tone_1C11 = _tone(now, Dressed(giver.picture, theirs_1Phw), wearer, giver)
        toned_1CHW = (toned_1CHW + 1.0) * tone_1C11 - 1.0
    told_11HW = enlarged(skin_11hw * ramp(unseen_11hw, *_SKIN_SEEN), size)
    # Near a shoe the nearest that is seen of a leg is the shoe.
    above_11hw = above_shoes(wearer.surface)
    other_11HW = ramp((own_1CHW - toned_1CHW).square().mean(1, keepdim=True).sqrt(), *_NO_SKIN)
    told_11HW = told_11HW.maximum(enlarged(skin_11hw * above_11hw, size) * other_11HW)
    skin_1CHW = torch.lerp(own_1CHW, toned_1CHW, told_11HW)
    alike_11HW = 1.0 - ramp((now.picture - toned_1CHW).square().mean(1, keepdim=True).sqrt(), *_NO_SKIN)
    return _skin_going_on(skin_1CHW, piece_1hw, now, above_11hw, gone_11HW, alike_11HW, (giver, theirs_1Phw))


def bare_beneath(
    piece_1hw: Tensor, wearer: Drawn, now: Dressed, skin_1CHW: Tensor, gone_11HW: Tensor
) -> Tensor:
    """`body_beneath` of somebody whose skin is known everywhere, as it is under clothes that are laid on."""
    size = size_of(now.picture)
    own_1CHW, _ = looks_at(wearer.wardrobe, piece_1hw, wearer.surface, size)
    own_1CHW = _clothes_beneath(own_1CHW, piece_1hw, now, wearer, gone_11HW)
    return torch.lerp(own_1CHW, skin_1CHW, enlarged(_skin(piece_1hw), size))


def _clothes_beneath(
    own_1CHW: Tensor, piece_1hw: Tensor, now: Dressed, wearer: Drawn, gone_11HW: Tensor
) -> Tensor:
    """What trousers or a skirt look like beneath a garment: as they go on from where they are seen, whose
    light and weave are nearer to the truth than what the photo has at that place. gone: what counts as them
    and is of that garment."""
    legwear = torch.tensor(_LEGWEAR, device=piece_1hw.device)
    wanted_11hw = torch.isin(piece_1hw, legwear)[:, None].float()
    if not wanted_11hw.any():
        return own_1CHW
    seen_11hw = of_pieces(now.pieces, _LEGWEAR)
    (seen_11HW,) = sharp(now.picture, near(seen_11hw), seen_11hw)
    size = size_of(own_1CHW)
    # Between legs a gap may be too narrow for the map.
    inside_11HW = inner(seen_11HW * (1.0 - wall_on(wearer, seen_11HW)) * (1.0 - gone_11HW), _RIM)
    if not inside_11HW.any():
        return own_1CHW
    wanted_11HW = enlarged(wanted_11hw, size)
    return torch.lerp(own_1CHW, continued(now.picture, inside_11HW, wanted_11HW), wanted_11HW)


def _skin_going_on(
    skin_1CHW: Tensor,
    piece_1hw: Tensor,
    now: Dressed,
    above_11hw: Tensor,
    gone_11HW: Tensor,
    alike_11HW: Tensor,
    lent: tuple[Drawn, Tensor],
) -> Tensor:
    """A skin that is, near where the same skin is seen, as that goes on: arms and neck as arms, legs as legs.

    above: where legs are no shoes. alike: where what is seen may be skin, by its colour. lent: the giver, and
    which piece is where on them, whose skin has the shades of what is below it: their difference from the
    wearer's is known where both are seen, and goes on, so that no edge is where that ends.
    """
    full, size = size_of(gone_11HW), size_of(piece_1hw)
    gone_11hw = highest(shrunk(gone_11HW, size), _SHADE)
    for piece, where_11hw in ((ARMS, 1.0), (LEGS, above_11hw)):
        wanted_11hw = (piece_1hw == piece)[:, None].float()
        if not (wanted_11hw * gone_11hw).any():
            continue
        seen_11hw = (largest(now.pieces) == piece)[:, None] * where_11hw * (1.0 - gone_11hw)
        seen_11hw = 1.0 - highest(1.0 - seen_11hw, 3)  # not the mixed px of an outline
        near_11hw = around(seen_11hw, _JOINED) * wanted_11hw
        near_11hw = running_mean(near_11hw, odd_side(_JOINED // 2, size[0])) * wanted_11hw
        seen_11HW, near_11HW = (enlarged(each, full) for each in (seen_11hw, near_11hw))
        inside_11HW = ramp(seen_11HW, *_SURE) * alike_11HW
        shaded_1CHW = _skin_of(*lent, (piece,))
        goes_on_1CHW = shaded_1CHW + spread(now.picture - shaded_1CHW, inside_11HW)
        skin_1CHW = torch.lerp(skin_1CHW, goes_on_1CHW, near_11HW)
    return skin_1CHW


def _tone(now: Dressed, theirs: Dressed, wearer: Drawn, giver: Drawn) -> Tensor:
    """How many times as light as the giver's the wearer's skin is, [1, 3, 1, 1]: by arms, as far as both show
    enough of them, for faces are lit, bearded and made up; else by the photos' faces."""
    means, shares = [], []
    for worn in (now, theirs):
        arms_11hw = 1.0 - highest(1.0 - _skin(largest(worn.pieces), (ARMS,)), 3)
        seen_13hw = shrunk(worn.picture, size_of(arms_11hw)) * arms_11hw
        means.append(seen_13hw.sum((2, 3), keepdim=True) / arms_11hw.sum().clamp_min(1.0))
        shares.append(arms_11hw.mean())
    arms_1311, faces_1311 = (
        (hers_1311 + 1.0).clamp_min(_DARKEST) / (theirs_1311 + 1.0).clamp_min(_DARKEST)
        for hers_1311, theirs_1311 in (means, (wearer.wardrobe.skin, giver.wardrobe.skin))
    )
    return torch.lerp(faces_1311, arms_1311, ramp(torch.stack(shares).amin(), *_SOME_ARMS))


def _skin(piece_1hw: Tensor, kinds: Sequence[int] = _SKIN) -> Tensor:
    """1 where a piece is skin, [1, 1, h, w], of these kinds."""
    return torch.isin(piece_1hw, torch.tensor(kinds, device=piece_1hw.device)).float()[:, None]


def _skin_of(drawn: Drawn, pieces_1Phw: Tensor, kinds: Sequence[int] = _SKIN) -> Tensor:
    """A picture's skin, [1, 3, H, W], of these kinds, carried on beyond its outline; shoes are none."""
    most_11hw = _skin(largest(pieces_1Phw), kinds) * above_shoes(drawn.surface, SHIN)
    inside_11hw = 1.0 - highest(1.0 - most_11hw, 3)  # not the mixed px of an outline
    if not inside_11hw.any():  # of what is nowhere sure, the surest
        mean_11hw = running_mean(of_pieces(pieces_1Phw, kinds), 3)
        inside_11hw = mean_11hw / mean_11hw.amax().clamp_min(1e-3)
    return spread(drawn.picture, ramp(enlarged(inside_11hw, size_of(drawn.picture)), *_SURE))
