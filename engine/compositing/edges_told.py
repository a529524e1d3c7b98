"""What a parsing network sees, along the edges of a photo.

A network's map is soft, or a px or two off, where a garment ends; the photo is not. Each px is asked where a
walk over the photo's colours from it ends (`engine.ops.random_walker`), the sooner the surer the network is.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import size_of
from engine.ops.random_walker import random_walker
from engine.regions import CLASSES

# On street photographs: docs/evaluation.md.
_WEIGHT = 0.1  # of a class that is sure, beside 1 of a neighbour of the same colour
_UNSURE = 1e-3  # times that, of one that is not at all
_NOISE = 0.15  # of -1 to 1: colours of one thing differ so much from px to px
_LEAST = 1e-6  # probability that a logit can tell


@torch.no_grad()
def along_edges(surface_B11hw: Tensor, picture_BCHW: Tensor) -> Tensor:
    """A surface map, logits of its classes first, of a picture, -1 to 1."""
    size = size_of(surface_B11hw)
    picture_BChw = F.interpolate(picture_BCHW.float(), size, mode="bilinear", antialias=True)
    class_B8hw = surface_B11hw[:, :CLASSES].float().softmax(1)
    made = []
    for picture_Chw, class_8hw in zip(picture_BChw, class_B8hw, strict=True):
        first_hw, second_hw = class_8hw.topk(2, 0).values
        weight_hw = _WEIGHT * (first_hw - second_hw).clamp_min(_UNSURE)
        walked_8hw = random_walker(picture_Chw, class_8hw, weight_hw, _NOISE)
        # White shoes on a pale floor have no edge: where nobody is the network says alone.
        hers_7hw = walked_8hw[1:] / walked_8hw[1:].sum(0).clamp_min(_LEAST)
        made.append(torch.cat([class_8hw[:1], (1.0 - class_8hw[:1]) * hers_7hw]))
    told_B8hw = torch.stack(made).clamp(_LEAST, 1.0).log()
    return torch.cat([told_B8hw, surface_B11hw[:, CLASSES:]], 1)
