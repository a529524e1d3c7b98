"""Detail copied from the photo, by where on the dressed surface each pixel lies.

A few dozen neural textures, or one style a region, cannot hold a check or a print, so networks paint cloth in
its mean colour. But of both pictures it is known where on the surface each position lies (class, and
coordinates on the body in rest). The parsing network sees it in the reference, whose positions are gathered
once, by surface point, into an *atlas*: where in the photo is this piece of the surface? The surface map of a
result hands the atlas out, which says for every pixel where in the photo it can be seen, and a gate that the
engine has learnt decides how much of that it takes over. Where the engine, asked for the photo's own pose,
sees the same piece of the surface as the parsing network, the atlas has the engine's points: then what it
always gets wrong cancels, and the photo's own pose gives the photo.

The atlas does not know the pose, and the pose does not know the photo: a drag costs a look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES, centres, look_up, make_atlas
from engine.compositing.fields import Window, size_of
from engine.ops.resample import enlarged, window_mean
from engine.regions import SURFACE_SPAN

_SOFT = 9  # px of a 256-row picture, side of the mean that the photo's detail stands out from
_RELUCTANCE = 2.0  # at first little is copied
_SAME = 2.0 / SURFACE_SPAN  # points nearer than this can be of the same piece of the surface
_MOVED = 4.0  # a quarter of the picture's height counts as one


class DetailSource(NamedTuple):
    """What can be copied of a reference.

    atlas: [B, 3, z, y, classes x], see `atlas.make_atlas`. photo: [B, 7, H, W]: the picture, the same
    blurred, and how sure it is that nobody is there (the last). Both float32, or float16 as kept.
    """

    atlas: Tensor
    photo: Tensor

    def compact(self) -> DetailSource:
        """In half the memory: at 256 rows within 1/16 px and 1/16 of an 8-bit level."""
        return DetailSource(self.atlas.half(), self.photo.half())


class CopiedDetail(NamedTuple):
    """Where a picture's pixels were taken from.

    surface: [B, 11, h, w], the target's surface map. positions: float32
    [B, 2, H, W], x, y in the first reference, -1 to 1. seen: float32 [B, 6, H, W], the photo there, and the
    same blurred. share and sharper: float32 [B, 1, H, W], 0 to 1: how much of the pixel is the photo's, and
    how much of the photo's detail is added to it. mixed: positions in the other references, in their order.
    """

    surface: Tensor
    positions: Tensor
    seen: Tensor
    share: Tensor
    sharper: Tensor
    mixed: tuple[Tensor, ...] = ()


def copied(
    image_BCHW: Tensor,
    sources: Sequence[tuple[DetailSource, Tensor | float]],
    surface_B11hw: Tensor,
    gate: Callable[[Tensor], Tensor],
    window: Window | None = None,
) -> tuple[Tensor, CopiedDetail]:
    """A picture with detail, and where that comes from.

    sources: of the references, each with the share that it takes over from those before it (NTED Eq. 13; of
    the first it does not matter): a number, or [B, 1, h, w]. gate: what is seen [B, 10, H, W], as `see` gives
    it -> logits [B, 2, H, W] of share and sharper. window: of a picture of which only that is wanted; the
    planes of `see` are no larger then, outside of it nothing is copied, and positions are a pixel's own.
    """
    size = size_of(image_BCHW)
    looks = [(*see(source, surface_B11hw, size, window), share) for source, share in sources]
    positions = [own_B2HW for own_B2HW, _, _ in looks]
    seen_B10HW = blended((own_B10HW, _in_window(share, size, window)) for _, own_B10HW, share in looks)
    logits_B2HW = gate(seen_B10HW).float()
    shares_B2HW, seen_B6HW = torch.sigmoid(logits_B2HW - _RELUCTANCE), seen_B10HW[:, :6]
    if window is not None:
        nothing_11HW = shares_B2HW.new_zeros(1, 1, *size)
        shares_B2HW, seen_B6HW = (_laid_in(each, nothing_11HW, window) for each in (shares_B2HW, seen_B6HW))
        here_2HW = centres(size, image_BCHW.device)
        positions = [_laid_in(each, here_2HW, window) for each in positions]
    share_B1HW, sharper_B1HW = shares_B2HW.split(1, 1)
    taken = CopiedDetail(
        surface_B11hw, positions[0], seen_B6HW, share_B1HW, sharper_B1HW, tuple(positions[1:])
    )
    return with_detail(image_BCHW.float(), taken), taken


def _in_window(share: Tensor | float, size: tuple[int, int], window: Window | None) -> Tensor | float:
    if window is None or not isinstance(share, Tensor):
        return share
    return enlarged(share, size)[(..., *window)]


def _laid_in(part_BChw: Tensor, whole_CHW: Tensor, window: Window) -> Tensor:
    """A window's planes in those of all of the picture."""
    shape = *part_BChw.shape[:2], *size_of(whole_CHW)
    whole_BCHW = whole_CHW.expand(shape).clone()
    whole_BCHW[(..., *window)] = part_BChw
    return whole_BCHW


def blended(parts: Iterable[tuple[Tensor, Tensor | float]]) -> Tensor:
    """Planes of the references in one, of at least one: each takes over its share from those before it."""
    parts = iter(parts)
    blended_BCHW, _ = next(parts)
    for own_BCHW, share in parts:
        if isinstance(share, Tensor):
            share = enlarged(share, size_of(own_BCHW))
        blended_BCHW = blended_BCHW + share * (own_BCHW - blended_BCHW)  # Eq. 13
    return blended_BCHW


@torch.no_grad()
def brought_together(seen_B11hw: Tensor, own_B11hw: Tensor) -> Tensor:
    """The surface map that is seen in a reference, with the engine's own points where both mean the same
    piece of the surface."""
    own_B11hw = F.interpolate(own_B11hw.float(), seen_B11hw.shape[2:], mode="bilinear")
    (seen_B8hw, seen_B3hw), (own_B8hw, own_B3hw) = (
        surface_B11hw.split((CLASSES, 3), 1) for surface_B11hw in (seen_B11hw, own_B11hw)
    )
    same_Bhw = seen_B8hw.argmax(1) == own_B8hw.argmax(1)
    same_Bhw &= (own_B3hw - seen_B3hw).square().sum(1) < _SAME**2
    return torch.cat([seen_B8hw, torch.where(same_Bhw[:, None], own_B3hw, seen_B3hw)], 1)


@torch.no_grad()
def make_source(surface_B11hw: Tensor, reference_BCHW: Tensor) -> DetailSource:
    """What can be copied of a reference [B, 3, H, W] in [-1, 1] with this surface map."""
    surface_B11hw, reference_BCHW = surface_B11hw.float(), reference_BCHW.float()
    side = max(3, _SOFT * reference_BCHW.shape[-2] // 256 | 1)
    behind_B1hw = surface_B11hw[:, :CLASSES].softmax(1)[:, :1]
    behind_B1HW = F.interpolate(behind_B1hw, reference_BCHW.shape[-2:], mode="bilinear")
    photo_B7HW = torch.cat([reference_BCHW, window_mean(reference_BCHW, side), behind_B1HW], 1)
    return DetailSource(make_atlas(surface_B11hw), photo_B7HW)


def with_detail(image_BCHW: Tensor, copied: CopiedDetail) -> Tensor:
    """The picture with what is copied: detail comes from nowhere else."""
    photo_BCHW, soft_BCHW = copied.seen.split(3, 1)
    return image_BCHW + copied.share * (photo_BCHW - image_BCHW) + copied.sharper * (photo_BCHW - soft_BCHW)


def see(
    source: DetailSource, surface_B11hw: Tensor, size: tuple[int, int], window: Window | None = None
) -> tuple[Tensor, Tensor]:
    """What a reference shows of the surface points of a target of `size` (H, W), or of a window of it.

    Returns positions float32 [B, 2, H, W] as in `CopiedDetail`, and ten planes [B, 10, H, W]: the photo's
    seven, how far from the point they were seen (0 to 1 for 0 to 3 dm), whether it is the background, which
    is looked for at its own position, and how far in the picture it has moved (0 to 1 for a quarter of the
    height): what stays where it is hardly changes.
    """
    # The surface map is made as fine as the picture, not positions: between a sleeve and what is behind it is
    # none.
    surface_B11HW = enlarged(surface_B11hw.detach(), size)
    here_2HW = centres(size, surface_B11HW.device)
    if window is not None:
        surface_B11HW, here_2HW = surface_B11HW[(..., *window)], here_2HW[(..., *window)]
    positions_B2HW, unseen_B2HW = look_up(source.atlas.float(), surface_B11HW, here_2HW)
    photo_B7HW = F.grid_sample(source.photo.float(), positions_B2HW.movedim(1, -1), align_corners=False)
    heights = torch.tensor((size[1] / size[0] / 2, 0.5), device=positions_B2HW.device).view(2, 1, 1)
    step_B2HW = (positions_B2HW - here_2HW) * heights
    moved_B1HW = (_MOVED * torch.hypot(*step_B2HW.split(1, 1))).clamp(max=1.0)
    return positions_B2HW, torch.cat([photo_B7HW, unseen_B2HW, moved_B1HW], 1)
