"""A picture with regions as they were painted: what an engine draws of them, in the cloth of the photo.

An engine that paints regions knows a style a region: the folds and the light of what was painted, but neither
a weave nor, of a region that shoes or a bag are in too, its colour. Both are at hand: the same cloth is seen
beside what was painted, and goes on across its edge (`tailoring.continued`).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.bodies import body_of
from engine.compositing.contact_shadows import in_shadow
from engine.compositing.fields import largest, mean_colour, odd_side, ramp, size_of, spread
from engine.compositing.painted_skirts import even_outline, light_of_fall
from engine.compositing.prints import prints
from engine.compositing.tailoring import continued
from engine.compositing.worn import SHIN, Drawn, above_shoes, inner, near, pieces_worn, sharp
from engine.garments import ARMS, DRESS, FACE, HAIR, LEGS, PIECES, SKIRT, TOP, TROUSERS
from engine.ops.resample import enlarged, resized, running_mean, shrunk

_EDGE = 0.3, 0.7  # of the mean over 3 px of what was painted: as soft as the edges of a photo of that size
_ENOUGH = 24  # positions of a map from which a piece shows what it is of; a strap or a wrist shows not
_HEM = 5  # px of a map of 128 rows, whose middle is no edge: a hem and a map's error are two wide
_RIM = 2  # px of a picture of 256 rows along a piece's outline that have other colours in them
_LEFT = 0.25  # of a cloth, that must be left beside what is painted to go on from: no mere strip of it
_SMOOTH = 9  # px of a map of 128 rows, from which on light is told from weave
_DEEP = 0.6, 1.0  # of a quarter of that around a px, that must be of the cloth for it to be weave
_THREADS = 1  # px of a map of 128 rows: what is finer is weave, where there is no pattern
_MOST = 2.0  # times what is usual of it: what stands out is a seam or a button
_DIFFERS, _ALL_OVER = 0.1, 0.3  # colours from -1 to 1; how much of a cloth differs so that has a pattern
_BEHIND_ARMS = SKIRT, TROUSERS
# Where a piece is painted that the person has none of, it is made of the first of these that lies beneath it.
_CLOTHES = SKIRT, TROUSERS, DRESS, TOP
_SKIN = ARMS, LEGS, FACE


def newly_painted(person: Drawn, painted_1HW: Tensor) -> Tensor:
    """What of a painted map is another piece than the person has there, int64 [1, H, W], -1 elsewhere. Along
    a piece's edge all that is painted is new: a hem and its shadow do not stay in the middle of a cloth."""
    seen_11hw = largest(pieces_worn(person))[:, None].float()
    lowest_11hw = -F.max_pool2d(-seen_11hw, _HEM, 1, _HEM // 2)
    seen_11hw = torch.where(lowest_11hw == F.max_pool2d(seen_11hw, _HEM, 1, _HEM // 2), seen_11hw, -1.0)
    seen_1HW = F.interpolate(seen_11hw, size_of(painted_1HW), mode="nearest")[:, 0].long()
    return torch.where(painted_1HW == seen_1HW, painted_1HW.new_tensor(-1), painted_1HW)


@torch.no_grad()
def repainted(
    person: Drawn,
    drawn_1CHW: Tensor,
    new_1HW: Tensor,
    wall_1CHW: Tensor,
    on_1CHW: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """The person's picture with what was painted, [1, 3, H, W], and how much of a pixel that is. on: over
    which it is laid; None: the person's own picture.

    drawn: what an engine made of the painted map, in [-1, 1]. new: as `newly_painted`. wall: what is behind
    the person. All of them of any size.
    """
    size = size_of(person.picture)
    picture_1CHW = person.picture if on_1CHW is None else on_1CHW
    all_11HW = torch.zeros_like(person.picture[:, :1])
    drawn_1CHW = enlarged(drawn_1CHW, size)
    pieces_1Phw = pieces_worn(person)
    hers_11hw, arms_11hw = 1.0 - pieces_1Phw[:, :1], pieces_1Phw[:, ARMS : ARMS + 1]
    hers_11HW, arms_11HW = sharp(picture_1CHW, near(hers_11hw), hers_11hw, arms_11hw)
    body = body_of(person, size)
    for piece in torch.unique(new_1HW[new_1HW >= 0]).tolist():
        wanted_11HW = running_mean((new_1HW == piece)[:, None].float(), 3)
        wanted_11HW = ramp(enlarged(wanted_11HW, size), *_EDGE)
        if piece == SKIRT:
            wanted_11HW = _with_even_edge(wanted_11HW, new_1HW.shape[-2])
        if piece in _BEHIND_ARMS:
            wanted_11HW = wanted_11HW * (1.0 - arms_11HW)
        if piece == 0:
            made_1CHW = resized(wall_1CHW, size)
        else:
            made_1CHW = _of_the_photo(person, pieces_1Phw, drawn_1CHW, piece, wanted_11HW)
        picture_1CHW = torch.lerp(picture_1CHW, made_1CHW, wanted_11HW)
        if piece == SKIRT and body is not None:
            picture_1CHW = in_shadow(picture_1CHW, hers_11HW, wanted_11HW, arms_11HW, body.shoulders)
        all_11HW = all_11HW.maximum(wanted_11HW)
    return picture_1CHW, all_11HW


def _of_the_photo(
    person: Drawn, pieces_1Phw: Tensor, drawn_1CHW: Tensor, piece: int, wanted_11HW: Tensor
) -> Tensor:
    """What was drawn of a piece, in the tone of what the picture shows of it, and with its weave; as it was
    drawn where nothing of the kind is seen."""
    # Along the outline an engine draws what lies beside it in with it.
    drawn_1CHW = spread(drawn_1CHW, inner(wanted_11HW, _RIM))
    bare_1Phw = pieces_1Phw.clone()
    bare_1Phw[:, LEGS : LEGS + 1] *= above_shoes(person.surface, SHIN)
    cloth = _made_of(bare_1Phw, piece, wanted_11HW)
    if cloth is None:
        return drawn_1CHW
    seen_11hw = bare_1Phw[:, cloth : cloth + 1]
    (inside_11HW,) = sharp(person.picture, near(seen_11hw), seen_11hw)
    inside_11HW = inner(inside_11HW, _RIM)
    beside_11HW = inside_11HW * (1.0 - wanted_11HW)
    if cloth != piece and beside_11HW.sum() > _LEFT * inside_11HW.sum():
        inside_11HW = beside_11HW  # a skirt shows nothing of the legs of trousers that it is painted over
    if not (inside_11HW > 0.5).any():
        return drawn_1CHW
    if piece in _SKIN:
        tone_1C11 = mean_colour(person.picture, inside_11HW)
        return drawn_1CHW + tone_1C11 - mean_colour(drawn_1CHW, wanted_11HW)
    # A print stays where it is: neither its pieces nor its colours go on.
    ground_11HW = inside_11HW * (1.0 - prints(person.picture, inside_11HW, inside_11HW > 0.5))
    if (ground_11HW > 0.5).any():
        inside_11HW = ground_11HW
    # Wherever it goes on, also in a strip as narrow as a sleeve, which beside a garment would be a mere rim.
    side = odd_side(_SMOOTH, size_of(wanted_11HW)[0])
    weave_1CHW = _weave(person.picture, inside_11HW, side)
    falls = piece == SKIRT and cloth != SKIRT
    if falls and not _is_pattern(weave_1CHW, inside_11HW):  # creases and pockets are none of a skirt's
        weave_1CHW = _weave(person.picture, inside_11HW, odd_side(_THREADS, size_of(wanted_11HW)[0]))
        most_1C11 = _MOST * _usual(weave_1CHW.abs(), inside_11HW)
        weave_1CHW = weave_1CHW.clamp(-most_1C11, most_1C11)
    weave_1CHW = continued(weave_1CHW, inside_11HW, torch.ones_like(wanted_11HW))
    light_1CHW = running_mean(drawn_1CHW, side)
    tone_1C11 = mean_colour(person.picture, inside_11HW)
    made_1CHW = light_1CHW + tone_1C11 - mean_colour(light_1CHW, wanted_11HW) + weave_1CHW
    return (made_1CHW + 1.0) * light_of_fall(wanted_11HW) - 1.0 if falls else made_1CHW


def _is_pattern(weave_1CHW: Tensor, inside_11HW: Tensor) -> bool:
    """Whether what differs from a cloth's light is all over it, and broader than its threads."""
    broad_1CHW = running_mean(weave_1CHW, odd_side(_THREADS, size_of(weave_1CHW)[0]))
    differs_HW = broad_1CHW.norm(dim=1)[0][inside_11HW[0, 0] > 0.5] > _DIFFERS
    return bool(differs_HW.float().mean() > _ALL_OVER)


def _usual(x_1CHW: Tensor, where_11HW: Tensor) -> Tensor:
    """The median, [1, C, 1, 1]."""
    return x_1CHW[0, :, where_11HW[0, 0] > 0.5].median(1).values[None, :, None, None]


def _with_even_edge(wanted_11HW: Tensor, rows: int) -> Tensor:
    """A skirt of a map of so many rows, whose steps would be seen in a picture that is finer."""
    even_HW = even_outline((wanted_11HW[0, 0] > 0.5).cpu().numpy())
    even_11HW = torch.from_numpy(even_HW).to(wanted_11HW)[None, None]
    return running_mean(even_11HW, 2 * (size_of(wanted_11HW)[0] // rows // 2) + 1)


def _weave(picture_1CHW: Tensor, inside_11HW: Tensor, side: int) -> Tensor:
    """A cloth less its light, told of what is inside alone, and none along its outline. Of a cloth that is
    filled in already there would be the steps where its mirror images meet; and dark px of an outline would
    be dotted lines wherever it is mirrored."""
    deep_11HW = ramp(running_mean(inside_11HW, side // 4 | 1), *_DEEP)
    mean_1CHW = running_mean(picture_1CHW * deep_11HW, side) / running_mean(deep_11HW, side).clamp_min(1e-3)
    return deep_11HW * (picture_1CHW - mean_1CHW)


def _made_of(seen_1Phw: Tensor, piece: int, wanted_11HW: Tensor) -> int | None:
    """Which piece that is seen shows what a painted one is of; None where none does."""
    enough = [each for each in range(len(PIECES)) if (seen_1Phw[0, each] > 0.5).sum() >= _ENOUGH]
    if piece in enough:
        return piece
    if piece in _SKIN:
        return next((each for each in _SKIN if each in enough), None)
    if piece == HAIR:
        return None
    wanted_11hw = shrunk(wanted_11HW, size_of(seen_1Phw))
    covered = {each: float((seen_1Phw[:, each] * wanted_11hw).sum()) for each in _CLOTHES}
    return max((each for each in _CLOTHES if each in enough), key=lambda each: covered[each], default=None)
