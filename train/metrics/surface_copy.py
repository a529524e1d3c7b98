"""A baseline that knows the truth of rendered people: the reference's colours, carried by their true surface.

What it cannot do is imagine what the reference does not show, or light it anew. So its figures say how far a
perfect correspondence alone would come.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.spatial import cKDTree

from train.data.pairs import surface_places
from train.data.people import View

_NEIGHBOURS = 4  # pixels of the reference that a colour is mixed from, by the inverse of their distance
_APART = 10.0  # between two classes, in units of the surface's 2: another class's colours are the last resort


def surface_copy(reference: View, target: View) -> np.ndarray | None:
    """uint8 RGB [H, W, 3]: the target's person in the colours of the nearest points of the reference's
    surface, of the same parsing class where the reference shows it; around the person the reference as it is.
    None where the data have no surface coordinates, or the reference shows nobody.
    """
    from_N4, to_M4 = _points(reference), _points(target)
    if len(from_N4) < _NEIGHBOURS or not len(to_M4):
        return None
    distance_MK, nearest_MK = cKDTree(from_N4).query(to_M4, k=_NEIGHBOURS)
    share_MK1 = 1 / np.maximum(distance_MK, 1e-6)[..., None]
    colours_N3 = reference.image_HWC[_known(reference)].astype(float)
    result_HWC = reference.image_HWC.copy()
    result_HWC[target.parsing_HW > 0] = colours_N3.mean(0).round()
    result_HWC[_known(target)] = ((colours_N3[nearest_MK] * share_MK1).sum(1) / share_MK1.sum(1)).round()
    return result_HWC


def _known(view: View) -> np.ndarray:
    """bool [H, W]: the person's pixels whose place on the surface is told."""
    return (view.parsing_HW > 0) & view.surface_HW3.any(2)


def _points(view: View) -> np.ndarray:
    """float [N, 4]: place and class of the person's pixels."""
    known_HW = _known(view)
    places_N3 = surface_places(torch.from_numpy(view.surface_HW3[known_HW])).numpy()
    return np.column_stack([places_N3, _APART * view.parsing_HW[known_HW]])
