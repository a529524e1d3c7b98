"""Detail copied from the photo: ours, not in the paper.

A few dozen textures cannot hold a check or a print, so the paper's renderer paints cloth in its mean colour.
Here both sides are told where on the dressed surface each position lies (class, and place on the body in
rest). The reference's positions are gathered once, by place, into an *atlas*: where in the photo is this
piece of the surface? The renderer hands the atlas out by its own places, which says for every pixel of the
result where in the photo it can be seen, and a small convolution decides how much of that it takes over.

The atlas does not know the pose, and the pose does not know the photo: a drag costs a look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.ops.attention import distribution_attention
from engine.ops.equalized import BiasedLeakyReLU, EqualConv2d, activated
from engine.ops.resample import window_mean
from engine.regions import REGIONS, SURFACE_SPAN

CLASSES = len(REGIONS)
_CELL = 0.5  # dm, side of the atlas's cells
_LOW = (-5.0, -9.0, -2.0)  # dm, corner of the atlas; the body in rest with its clothes lies inside
_CELLS = (20, 36, 11)  # along x, y, z
ATLAS_SHAPE = (3, _CELLS[2], _CELLS[1], (CLASSES - 1) * _CELLS[0])  # planes, z, y, classes x
_BLUR = 0.35  # dm, over which the places of the photo are averaged
_FAR = 3.0  # dm: what lies farther from anything seen counts as not seen
_SOFT = 9  # px of a 256-row picture, side of the mean that the photo's detail stands out from
_RELUCTANCE = 2.0  # at first little is copied


class Source(NamedTuple):
    """What of a reference can be copied.

    atlas: float32 [B, 3, z, y, classes x]: x, y in the photo (-1 to 1 from edge to edge), and how far from
    the cell the nearest place was seen (0 to 1 for 0 to 3 dm). photo: float32 [B, 7, H, W]: the picture, the
    same blurred, and how sure it is that nobody is there. places: [B, 11, h, w], of the photo: logits of the
    classes, then place / 9 dm; what copies does not need them.
    """

    atlas: Tensor
    photo: Tensor
    places: Tensor | None = None

    def compact(self) -> Source:
        """What copying needs, in half the memory: within 1/20 px and 1/10 of an 8-bit level."""
        return Source(self.atlas.half(), self.photo.half())


class Copied(NamedTuple):
    """Where a picture's pixels were taken from.

    places: [B, 11, h, w], of the target, as in `Source`. positions: float32 [B, 2, H, W], x, y in the first
    reference, -1 to 1. seen: float32 [B, 6, H, W], the photo there, and the same blurred. share and sharper:
    float32 [B, 1, H, W], 0 to 1: how much of the pixel is the photo's, and how much of the photo's detail is
    added to it.
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
    """context: channels of the extraction's context, coarse, fine: of the renderer's last but one and last
    level, width: of what is between."""

    def __init__(self, context: int, coarse: int, fine: int, width: int):
        super().__init__()
        self.reference_places = Places(context, 2 * width)
        self.target_places = Places(coarse, 2 * width)
        self.conv = EqualConv2d(fine + 3 + 7 + 2, width, 3, padding=1, bias=False)
        self.activate = BiasedLeakyReLU(width)
        self.out = EqualConv2d(width, 2, 3, padding=1)
        with torch.no_grad():
            self.out.weight.zero_()

    def source(self, context_BChw: Tensor, reference_BCHW: Tensor) -> Source:
        """What can be copied of a reference in [-1, 1], of which this is the finest context."""
        places_B11hw = self.reference_places(context_BChw)
        side = max(3, _SOFT * reference_BCHW.shape[-2] // 256 | 1)
        soft_BCHW = window_mean(reference_BCHW, side)
        behind_B1hw = places_B11hw.detach()[:, :CLASSES].float().softmax(1)[:, :1]
        behind_B1HW = F.interpolate(behind_B1hw, reference_BCHW.shape[-2:], mode="bilinear")
        photo_B7HW = torch.cat([reference_BCHW, soft_BCHW, behind_B1HW], 1).float()
        return Source(make_atlas(places_B11hw.detach().float()), photo_B7HW, places_B11hw)

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
        said_B2HW = self.out(activated(self.conv, self.activate, known_BCHW)).float()
        share_B1HW, sharper_B1HW = torch.sigmoid(said_B2HW - _RELUCTANCE).split(1, 1)
        copied = Copied(places_B11hw, positions_B2HW, seen_B9HW[:, :6], share_B1HW, sharper_B1HW)
        return compose(image_BCHW.float(), copied), copied


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
    grid_BHW2 = positions_B2HW.movedim(1, -1)
    photo_B7HW = F.grid_sample(source.photo.float(), grid_BHW2, padding_mode="border", align_corners=False)
    return positions_B2HW, torch.cat([photo_B7HW, unseen_B2HW], 1)


@torch.no_grad()
def make_atlas(places_B11hw: Tensor) -> Tensor:
    """`Source.atlas` of a reference's places: per class and cell the mean position of what is near it.

    Cells outside of what a class's places span take the nearest cell's position.
    """
    device = places_B11hw.device
    count, _, rows, columns = places_B11hw.shape
    x_N = (torch.arange(columns, device=device) + 0.5).repeat(rows) * (2 / columns) - 1
    y_N = (torch.arange(rows, device=device) + 0.5).repeat_interleave(columns) * (2 / rows) - 1
    positions_N2 = torch.stack([x_N, y_N], 1)
    class_BN = places_B11hw[:, :CLASSES].argmax(1).flatten(1)
    place_BN3 = places_B11hw[:, CLASSES:].flatten(2).transpose(1, 2) * SURFACE_SPAN
    # a quarter of the positions is enough to interpolate between
    sparse_N = torch.zeros(rows, columns, dtype=torch.bool, device=device)
    sparse_N[::2, ::2] = True
    sparse_N = sparse_N.flatten()
    x, y, z = _CELLS
    atlas_BC3zyx = torch.zeros(count, CLASSES - 1, 3, z, y, x, device=device)
    atlas_BC3zyx[:, :, 2] = 1.0
    for b in range(count):
        for number in range(1, CLASSES):
            here_N = (class_BN[b] == number) & sparse_N
            if here_N.any():
                atlas_BC3zyx[b, number - 1] = _gathered(place_BN3[b][here_N], positions_N2[here_N])
    return atlas_BC3zyx.permute(0, 2, 3, 4, 1, 5).flatten(4).contiguous()


def _gathered(places_N3: Tensor, positions_N2: Tensor) -> Tensor:
    """A class's part of the atlas, [3, z, y, x], of places in dm that the photo shows at these positions."""
    low = torch.tensor(_LOW, device=places_N3.device)
    last = torch.tensor(_CELLS, device=places_N3.device) - 1
    inside_N3 = ((places_N3 - low) / _CELL).floor().long().clamp_min(0).minimum(last)
    first_cells, last_cells = inside_N3.min(0).values.tolist(), inside_N3.max(0).values.tolist()
    spans = [range(first, last + 1) for first, last in zip(first_cells, last_cells, strict=True)]
    lines = [
        corner + _CELL * (torch.arange(span.start, span.stop, device=places_N3.device) + 0.5)
        for corner, span in zip(_LOW, spans, strict=True)
    ]
    z, y, x = torch.meshgrid(*lines[::-1], indexing="ij")
    far_MN = torch.cdist(torch.stack([x, y, z], -1).view(-1, 3), places_N3).square_()
    near_M = far_MN.min(1).values.sqrt_()
    share_MN = far_MN.mul_(-0.5 / _BLUR**2).softmax(1)
    found_3zyx = torch.cat([(share_MN @ positions_N2).t(), near_M[None]]).view(3, *x.shape)
    borders = [(span.start, count - span.stop) for span, count in zip(spans, _CELLS, strict=True)]
    found_3zyx = F.pad(found_3zyx[None], [side for border in borders for side in border], mode="replicate")[0]
    for axis, (span, count) in enumerate(zip(spans, _CELLS, strict=True)):
        cells = torch.arange(count, device=places_N3.device)
        steps = (span.start - cells).clamp_min(0) + (cells - span.stop + 1).clamp_min(0)
        found_3zyx[2] += (_CELL * steps).view([-1 if 2 - axis == dim else 1 for dim in range(3)])
    found_3zyx[2] = (found_3zyx[2] / _FAR).clamp_(max=1.0)
    return found_3zyx


@torch.no_grad()
def look_up(atlas: Tensor, places_B11hw: Tensor) -> tuple[Tensor, Tensor]:
    """Where the photo shows a target's places: positions [B, 2, h, w] as in the atlas, and [B, 2, h, w]: how
    far from there they were seen, and whether nobody is there. The background is looked for at its own
    position."""
    class_Bhw = places_B11hw[:, :CLASSES].argmax(1)
    place_B3hw = places_B11hw[:, CLASSES:] * SURFACE_SPAN
    lines = []
    for axis, (low, count) in enumerate(zip(_LOW, _CELLS, strict=True)):
        lines.append(((place_B3hw[:, axis] - low) / _CELL - 0.5).clamp(0, count - 1))
    lines[0] = lines[0] + _CELLS[0] * (class_Bhw - 1).clamp_min(0)
    sizes = (_CELLS[0] * (CLASSES - 1), *_CELLS[1:])
    grid = torch.stack([(2 * v + 1) / size - 1 for v, size in zip(lines, sizes, strict=True)], -1)
    found_B3hw = F.grid_sample(atlas, grid[:, None], padding_mode="border", align_corners=False)[:, :, 0]
    rows, columns = class_Bhw.shape[1:]
    device = atlas.device
    own_x = ((torch.arange(columns, device=device) + 0.5) * (2 / columns) - 1).expand(rows, columns)
    own_y = ((torch.arange(rows, device=device) + 0.5) * (2 / rows) - 1)[:, None].expand(rows, columns)
    own_2hw = torch.stack([own_x, own_y])
    behind_B1hw = (class_Bhw == 0)[:, None]
    positions_B2hw = torch.where(behind_B1hw, own_2hw, found_B3hw[:, :2])
    unseen_B2hw = torch.cat([found_B3hw[:, 2:].masked_fill(behind_B1hw, 0.0), behind_B1hw.float()], 1)
    return positions_B2hw, unseen_B2hw
