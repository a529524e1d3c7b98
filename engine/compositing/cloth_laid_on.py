"""Clothes that are laid on, looked up in their photo, and layers of them one over another.

H W the picture; h w positions of a picture that may be smaller; colours times cover, and cover: [1, 4, H, W].
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.clothes import Clothes
from engine.compositing.fields import ramp, size_of
from engine.ops.resample import enlarged, running_mean, shrunk

_FINER = 1.25  # times as fine as it is shown, from which on a photo is made smaller first


class Cloth:
    """Clothes to be looked up at places in px of their map, told at positions of a picture that may be
    smaller than that of this size. scale: px of the picture for one of the map."""

    def __init__(self, clothes: Clothes, size: tuple[int, int], scale: float):
        self.mask, self._size = clothes.mask, size
        self.rows, self.columns = clothes.mask.shape
        seen_14HW = torch.cat([clothes.photo * clothes.cover, clothes.cover], 1)
        # A photo that is shown smaller is made smaller first, or its fine patterns were others.
        finer = size_of(seen_14HW)[0] / (self.rows * scale)
        self._sharper = finer**-0.5  # as sharp as it would be finer, its px would be seen as steps
        if finer > _FINER:
            seen_14HW = shrunk(seen_14HW, [max(1, round(side / finer)) for side in size_of(seen_14HW)])
        self._seen_14HW = seen_14HW

    def at(
        self, place_hw2: Tensor, only_hw: np.ndarray | None = None, there_hw: Tensor | None = None
    ) -> Tensor:
        """Colours times cover, and cover, [1, 4, H, W]. only: which part of them. there: which places are
        any, bool."""
        seen_14HW = F.grid_sample(self._seen_14HW, self._grid(place_hw2), align_corners=False)
        if self._sharper > 1.0:  # an edge of a small photo would be a blur
            cover_11HW = seen_14HW[:, 3:]
            sharp_11HW = ((cover_11HW - 0.5) * self._sharper + 0.5).clamp(0.0, 1.0)
            seen_14HW = seen_14HW * (sharp_11HW / cover_11HW.clamp_min(1e-3))
        if there_hw is not None:
            seen_14HW = seen_14HW * (enlarged(there_hw[None, None].float(), self._size) > 0.99)
        if only_hw is None:
            return seen_14HW
        return seen_14HW * self.of(place_hw2, only_hw)

    def begins(self, row: float) -> None:
        """Nothing above this row of their map is of them."""
        rows_H1 = torch.arange(size_of(self._seen_14HW)[0], device=self._seen_14HW.device)[:, None]
        self._seen_14HW = self._seen_14HW * (rows_H1 >= row * size_of(self._seen_14HW)[0] / self.rows)

    def of(self, place_hw2: Tensor, mask_hw: np.ndarray) -> Tensor:
        """How much of a px is in a part of their map, [1, 1, H, W]."""
        mask_11hw = torch.from_numpy(mask_hw.astype(np.float32))[None, None].to(place_hw2.device)
        found_11HW = F.grid_sample(running_mean(mask_11hw, 3), self._grid(place_hw2), align_corners=False)
        return ramp(found_11HW, 0.35, 0.65)

    def _grid(self, place_hw2: Tensor) -> Tensor:
        sides = place_hw2.new_tensor((self.columns, self.rows))
        place_12HW = enlarged(((place_hw2 + 0.5) * 2 / sides - 1).movedim(-1, 0)[None], self._size)
        return place_12HW.movedim(1, -1)


def over(layers: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Layers of colours times cover, and cover, [1, 4, H, W], each over those before it: colours, cover."""
    seen_14HW = layers[0]
    for layer_14HW in layers[1:]:
        seen_14HW = layer_14HW + (1.0 - layer_14HW[:, 3:]) * seen_14HW
    colour_1CHW, cover_11HW = seen_14HW.split((3, 1), 1)
    return colour_1CHW / cover_11HW.clamp_min(1e-3), cover_11HW
