"""Detail copied from the photo: ours, not in the paper.

A few dozen textures cannot hold a check or a print, so the paper's renderer paints cloth in its mean colour.
Here it is known of both sides where on the dressed surface each position lies (class, and place on the body
in rest). The parsing network sees it in the reference, whose positions are gathered once, by place, into an
*atlas*: where in the photo is this piece of the surface? The renderer hands the atlas out by places of its
own, which says for every pixel of the result where in the photo it can be seen, and a small convolution
decides how much of that it takes over.

The atlas does not know the pose, and the pose does not know the photo: a drag costs a look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine import parsing
from engine.models.nted.atlas import CLASSES, look_up, make_atlas
from engine.ops.attention import distribution_attention
from engine.ops.equalized import BiasedLeakyReLU, EqualConv2d, activated
from engine.ops.resample import window_mean

_SOFT = 9  # px of a 256-row picture, side of the mean that the photo's detail stands out from
_RELUCTANCE = 2.0  # at first little is copied


class Source(NamedTuple):
    """What of a reference can be copied.

    atlas: [B, 3, z, y, classes x], see `atlas.make_atlas`. photo: [B, 7, H, W]: the picture, the same
    blurred, and how sure it is that nobody is there. Both float32, or float16 as kept.
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
        self.conv = EqualConv2d(fine + 3 + 7 + 2, width, 3, padding=1, bias=False)
        self.activate = BiasedLeakyReLU(width)
        self.out = EqualConv2d(width, 2, 3, padding=1)
        with torch.no_grad():
            self.out.weight.zero_()

    def forward(
        self,
        features: list[Tensor],
        image_BCHW: Tensor,
        sources: Sequence[tuple[Source, Tensor | float]],
    ) -> tuple[Tensor, Copied]:
        """The renderer's picture with detail.

        features: of the renderer's levels. sources: of the references, each with the share that it takes over
        from those before it (Eq. 13; of the first it does not matter): a number, or [B, 1, h, w] as
        `share_of` gives it.
        """
        coarse_BChw, fine_BCHW = features[-2:]
        places_B11hw = self.target_places(coarse_BChw)
        positions_B2HW, seen_B9HW = None, None
        for source, share in sources:
            own_B2HW, own_B9HW = see(source, places_B11hw, image_BCHW.shape[-2:])
            if seen_B9HW is None:
                positions_B2HW, seen_B9HW = own_B2HW, own_B9HW
            else:
                if isinstance(share, Tensor):
                    share = F.interpolate(share.float(), image_BCHW.shape[-2:], mode="bilinear")
                seen_B9HW = seen_B9HW + share * (own_B9HW - seen_B9HW)
        beside_BCHW = torch.cat([image_BCHW, seen_B9HW], 1).to(fine_BCHW.dtype)
        known_BCHW = torch.cat([fine_BCHW, beside_BCHW.contiguous(memory_format=torch.channels_last)], 1)
        # What decides about copying is not to bend the features that it is decided by.
        said_B2HW = self.out(activated(self.conv, self.activate, known_BCHW.detach())).float()
        share_B1HW, sharper_B1HW = torch.sigmoid(said_B2HW - _RELUCTANCE).split(1, 1)
        copied = Copied(places_B11hw, positions_B2HW, seen_B9HW[:, :6], share_B1HW, sharper_B1HW)
        return compose(image_BCHW.float(), copied), copied


def source_of(reference_BCHW: Tensor) -> Source:
    """What can be copied of a reference in [-1, 1], H and W from 16 px on.

    Raises InputError where the parsing network in the box cannot be read.
    """
    return make_source(parsing.places(reference_BCHW), reference_BCHW)


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

    Returns positions float32 [B, 2, H, W] as in `Copied`, and nine planes [B, 9, H, W]: the photo's seven,
    how far from the place they were seen (0 to 1 for 0 to 3 dm), and whether it is the background, which is
    looked for at its own position.
    """
    # Places are made as fine as the picture, not positions: between a sleeve and what is behind it is none.
    places_B11HW = F.interpolate(places_B11hw.detach().float(), size, mode="bilinear")
    positions_B2HW, unseen_B2HW = look_up(source.atlas.float(), places_B11HW)
    photo_B7HW = F.grid_sample(source.photo.float(), positions_B2HW.movedim(1, -1), align_corners=False)
    return positions_B2HW, torch.cat([photo_B7HW, unseen_B2HW], 1)
