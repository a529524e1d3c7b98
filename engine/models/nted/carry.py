"""The photo laid over what the network draws of it, wherever it shows the same: ours, not in the paper.

So the photo's own pose gives the photo, and a drag changes what it moves. What moves with its bones alone is
cut out and moved (`by_bones`), what else the network draws as before is taken from where it was
(`by_places`).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.models.nted.by_bones import by_bones
from engine.models.nted.by_places import by_places
from engine.models.nted.detail import Source, taken_over
from engine.models.nted.memory import Memory, remember
from engine.models.nted.network import Nted, NtedOutput


@torch.no_grad()
def carried(
    picture_BChw: Tensor,
    places_B11hw: Tensor,
    pose_B183: Tensor,
    references: Sequence[tuple[Source, Memory | None, Tensor | float]],
) -> Tensor:
    """What is remembered of a picture's references, as they lie in it: [B, 4, H, W], how much it is to be
    trusted, and that times what it is.

    picture, places: of the renderer's last level but one, in the pose, which is as `deformation.across` gives
    it. Each reference comes with its share as in `Detail.forward`; memory None is of one whose own pose is
    not known.
    """
    carried_B4HW = None
    for source, memory, share in references:
        own_B4HW = picture_BChw.new_zeros(len(picture_BChw), 4, *source.photo.shape[-2:])
        if memory is not None:
            drawn, memory = (picture_BChw.float(), places_B11hw.float()), Memory(*(t.float() for t in memory))
            own_B4HW = by_places(*drawn, source, memory)
            own_B4HW = by_bones(*drawn, pose_B183, source, memory, own_B4HW)
        carried_B4HW = taken_over(carried_B4HW, own_B4HW, share)
    return carried_B4HW


def lay(image_BCHW: Tensor, carried_B4HW: Tensor) -> Tensor:
    """What is carried laid over a picture, which stays where nothing is."""
    trust_B1HW, carried_B3HW = carried_B4HW.split((1, 3), 1)
    return image_BCHW - trust_B1HW * image_BCHW + carried_B3HW


def carry(
    image_BCHW: Tensor,
    picture_BChw: Tensor,
    places_B11hw: Tensor,
    pose_B183: Tensor,
    references: Sequence[tuple[Source, Memory | None, Tensor | float]],
) -> Tensor:
    """A picture with what is remembered of its references, as `carried` and `lay`."""
    return lay(image_BCHW, carried(picture_BChw, places_B11hw, pose_B183, references))


def shown(
    network: Nted,
    reference_BCHW: Tensor,
    planes_BPHW: Tensor,
    reference_planes_BPHW: Tensor,
    pose_B183: Tensor,
    reference_pose_B183: Tensor,
) -> NtedOutput:
    """A full pass as an editor shows it: `Nted.forward`, and where the network copies detail, with what it
    forgets of the reference. Poses as `deformation.across` gives them."""
    output = network(reference_BCHW, planes_BPHW, reference_planes_BPHW)
    if output.copied is None:
        return output
    memory = remember(
        output.source, *network.drawn(reference_planes_BPHW, output.textures), reference_pose_B183
    )
    references = [(output.source, memory, 1.0)]
    image_BCHW = carry(output.image_BCHW, output.skips[-2], output.copied.places, pose_B183, references)
    return output._replace(image_BCHW=image_BCHW)
