"""Detail copied from the photo: ours, not in the paper.

A few dozen textures cannot hold a check or a print, so the paper's renderer paints cloth in its mean colour.
Here it is known of both sides where on the dressed surface each position lies (class, and place on the body
in rest). The parsing network sees it in the reference, whose positions are gathered once, by place, into an
*atlas*: where in the photo is this piece of the surface? The renderer hands the atlas out by places of its
own, which says for every pixel of the result where in the photo it can be seen, and a small convolution
decides how much of that it takes over. Where the renderer, asked for the photo's own pose, sees the same
piece of the surface as the parsing network, the atlas has the renderer's places: then what it always gets
wrong cancels, and the photo's own pose gives the photo.

The atlas does not know the pose, and the pose does not know the photo: a drag costs a look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine import parsing
from engine.models.nted.atlas import CLASSES, centres, look_up, make_atlas
from engine.ops.attention import distribution_attention
from engine.ops.equalized import BiasedLeakyReLU, EqualConv2d, activated
from engine.ops.resample import window_mean
from engine.regions import SURFACE_SPAN

_SOFT = 9  # px of a 256-row picture, side of the mean that the photo's detail stands out from
_RELUCTANCE = 2.0  # at first little is copied
_SAME = 2.0 / SURFACE_SPAN  # places nearer than this can be of the same piece of the surface
_MOVED = 4.0  # a quarter of the picture's height counts as one


class Source(NamedTuple):
    """What of a reference can be copied.

    atlas: [B, 3, z, y, classes x], see `atlas.make_atlas`. photo: [B, 7, H, W]: the picture, the same
    blurred, and how sure it is that nobody is there (the last). Both float32, or float16 as kept.
    """

    atlas: Tensor
    photo: Tensor

    def compact(self) -> Source:
        """In half the memory: at 256 rows within 1/16 px and 1/16 of an 8-bit level."""
        return Source(self.atlas.half(), self.photo.half())


class Copied(NamedTuple):
    """Where a picture's pixels were taken from.

    places: [B, 11, h, w], of the target: logits of the classes, then place / 9 dm. positions: float32
    [B, 2, H, W], x, y in the first reference, -1 to 1. seen: float32 [B, 6, H, W], the photo there, and the
    same blurred. share and sharper: float32 [B, 1, H, W], 0 to 1: how much of the pixel is the photo's, and
    how much of the photo's detail is added to it.
    """

    places: Tensor
    positions: Tensor
    seen: Tensor
    share: Tensor
    sharper: Tensor


class Places(nn.Module):
    """Features [B, C, h, w] -> [B, 11, h, w]: logits of the parsing classes, then place / 9 dm."""

    def __init__(self, cin: int, channels: int):
        super().__init__()
        self.conv = EqualConv2d(cin, channels, 3, padding=1, bias=False)
        self.activate = BiasedLeakyReLU(channels)
        self.out = EqualConv2d(channels, CLASSES + 3, 1)
        with torch.no_grad():  # weights that come without detail are not to be torn away from what they know
            self.out.weight.zero_()

    def forward(self, x_BChw: Tensor) -> Tensor:
        return self.out(activated(self.conv, self.activate, x_BChw))


class Detail(nn.Module):
    """coarse, fine: channels of the renderer's last but one and last level, width: of what is between."""

    def __init__(self, coarse: int, fine: int, width: int):
        super().__init__()
        self.target_places = Places(coarse, 2 * width)
        self.conv = EqualConv2d(fine + 3 + 7 + 3, width, 3, padding=1, bias=False)
        self.activate = BiasedLeakyReLU(width)
        self.out = EqualConv2d(width, 2, 3, padding=1)
        with torch.no_grad():
            self.out.weight.zero_()

    def forward(
        self,
        features: list[Tensor],
        image_BCHW: Tensor,
        sources: Sequence[tuple[Source, Tensor | float]],
        places_B11hw: Tensor | None = None,
    ) -> tuple[Tensor, Copied]:
        """The renderer's picture with detail.

        features: of the renderer's levels. places: of `target_places`, if they are known already. sources: of
        the references, each with the share that it takes over from those before it (Eq. 13; of the first it
        does not matter): a number, or [B, 1, h, w] as `share_of` gives it.
        """
        places_B11hw = self.target_places(features[-2]) if places_B11hw is None else places_B11hw
        return copied(features[-1], image_BCHW, sources, places_B11hw, self.gate)

    def gate(self, known_BCHW: Tensor) -> Tensor:
        """What is known of every pixel -> logits [B, 2, H, W] of share and sharper."""
        return self.out(activated(self.conv, self.activate, known_BCHW))


def copied(
    fine_BCHW: Tensor,
    image_BCHW: Tensor,
    sources: Sequence[tuple[Source, Tensor | float]],
    places_B11hw: Tensor,
    gate: Callable[[Tensor], Tensor],
) -> tuple[Tensor, Copied]:
    """`Detail.forward` with another form of the gate. fine: features of the renderer's last level."""
    positions_B2HW, seen_B10HW = None, None
    for source, share in sources:
        own_B2HW, own_B10HW = see(source, places_B11hw, image_BCHW.shape[-2:])
        positions_B2HW = own_B2HW if positions_B2HW is None else positions_B2HW
        seen_B10HW = taken_over(seen_B10HW, own_B10HW, share)
    beside_BCHW = torch.cat([image_BCHW, seen_B10HW], 1).to(fine_BCHW.dtype)
    known_BCHW = torch.cat([fine_BCHW, beside_BCHW.contiguous(memory_format=torch.channels_last)], 1)
    # What decides about copying is not to bend the features that it is decided by.
    logits_B2HW = gate(known_BCHW.detach()).float()
    share_B1HW, sharper_B1HW = torch.sigmoid(logits_B2HW - _RELUCTANCE).split(1, 1)
    taken = Copied(places_B11hw, positions_B2HW, seen_B10HW[:, :6], share_B1HW, sharper_B1HW)
    return compose(image_BCHW.float(), taken), taken


def taken_over(before_BCHW: Tensor | None, own_BCHW: Tensor, share: Tensor | float) -> Tensor:
    """What a reference takes over from those before it (Eq. 13); the first has nobody before it."""
    if before_BCHW is None:
        return own_BCHW
    if isinstance(share, Tensor):
        share = F.interpolate(share.float(), own_BCHW.shape[-2:], mode="bilinear")
    return before_BCHW + share * (own_BCHW - before_BCHW)


def source_of(reference_BCHW: Tensor, own_B11hw: Tensor | None = None) -> Source:
    """What can be copied of a reference in [-1, 1], H and W from 16 px on.

    own: places of the renderer for the reference's own pose, if that is known. Raises InputError where the
    parsing network in the box cannot be read.
    """
    seen_B11hw = parsing.places(reference_BCHW)
    places_B11hw = seen_B11hw if own_B11hw is None else brought_together(seen_B11hw, own_B11hw)
    return make_source(places_B11hw, reference_BCHW)


@torch.no_grad()
def brought_together(seen_B11hw: Tensor, own_B11hw: Tensor) -> Tensor:
    """The places that are seen in a reference, the renderer's own where both mean the same piece of the
    surface."""
    own_B11hw = F.interpolate(own_B11hw.float(), seen_B11hw.shape[2:], mode="bilinear")
    (seen_B8hw, seen_B3hw), (own_B8hw, own_B3hw) = (
        places_B11hw.split((CLASSES, 3), 1) for places_B11hw in (seen_B11hw, own_B11hw)
    )
    same_Bhw = seen_B8hw.argmax(1) == own_B8hw.argmax(1)
    same_Bhw &= (own_B3hw - seen_B3hw).square().sum(1) < _SAME**2
    return torch.cat([seen_B8hw, torch.where(same_Bhw[:, None], own_B3hw, seen_B3hw)], 1)


@torch.no_grad()
def make_source(places_B11hw: Tensor, reference_BCHW: Tensor) -> Source:
    """As `source_of`, of a reference that shows these places."""
    places_B11hw, reference_BCHW = places_B11hw.float(), reference_BCHW.float()
    side = max(3, _SOFT * reference_BCHW.shape[-2] // 256 | 1)
    behind_B1hw = places_B11hw[:, :CLASSES].softmax(1)[:, :1]
    behind_B1HW = F.interpolate(behind_B1hw, reference_BCHW.shape[-2:], mode="bilinear")
    photo_B7HW = torch.cat([reference_BCHW, window_mean(reference_BCHW, side), behind_B1HW], 1)
    return Source(make_atlas(places_B11hw), photo_B7HW)


def compose(image_BCHW: Tensor, copied: Copied) -> Tensor:
    """The picture with what is copied: detail comes from nowhere else."""
    photo_BCHW, soft_BCHW = copied.seen.split(3, 1)
    return image_BCHW + copied.share * (photo_BCHW - image_BCHW) + copied.sharper * (photo_BCHW - soft_BCHW)


def share_of(distribution_logits: list[Tensor], coefficients_K: Tensor) -> Tensor:
    """How much of every position's textures another reference gives, [B, 1, h, w].

    coefficients_K: of Eq. 13, for the first layer of the finest level with textures.
    """
    attention_BKhw = distribution_attention(distribution_logits[-2].float())
    return torch.einsum("bkhw,k->bhw", attention_BKhw, coefficients_K.float())[:, None]


def see(source: Source, places_B11hw: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """What a reference shows of the places of a target of `size` (H, W).

    Returns positions float32 [B, 2, H, W] as in `Copied`, and ten planes [B, 10, H, W]: the photo's seven,
    how far from the place they were seen (0 to 1 for 0 to 3 dm), whether it is the background, which is
    looked for at its own position, and how far in the picture it has moved (0 to 1 for a quarter of the
    height): what stays where it is hardly changes.
    """
    # Places are made as fine as the picture, not positions: between a sleeve and what is behind it is none.
    places_B11HW = F.interpolate(places_B11hw.detach().float(), size, mode="bilinear")
    positions_B2HW, unseen_B2HW = look_up(source.atlas.float(), places_B11HW)
    photo_B7HW = F.grid_sample(source.photo.float(), positions_B2HW.movedim(1, -1), align_corners=False)
    heights = torch.tensor((size[1] / size[0] / 2, 0.5), device=positions_B2HW.device).view(2, 1, 1)
    step_B2HW = (positions_B2HW - centres(size, positions_B2HW.device)) * heights
    moved_B1HW = (_MOVED * torch.hypot(*step_B2HW.split(1, 1))).clamp(max=1.0)
    return positions_B2HW, torch.cat([photo_B7HW, unseen_B2HW, moved_B1HW], 1)
