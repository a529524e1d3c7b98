"""Patches of the dressed surface, one a neural texture: what training tells textures they are for.

The studio knows which point of the surface every pixel shows. So the textures of a layer are given patches,
each of one parsing class. This is ours; the paper leaves the textures to find their own places.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.errors import InputError
from engine.regions import REGIONS, SURFACE_SPAN
from engine.textures import Purpose
from engine.textures import from_json as purposes_from_json
from engine.weights import WeightsFile
from train.data.pairs import surface_places
from train.data.people import View
from train.data.source import Source

BACKGROUND = 0
NOBODYS = -1  # a pixel of a person whose place is not known
_SHARES = torch.tensor([4, 5, 6, 17, 10, 10, 6, 6]) / 64  # of the textures, by class
_ROUNDS = 25  # of k-means
_PEOPLE = 40  # whose surfaces the patches are made from


@dataclass(frozen=True, eq=False)
class Patches:
    """The patches of a layer's K textures.

    places_K3: float32, centre of a patch / 9 dm as in `PairBatch`; NaN for the background's textures, which
    have no patches. classes_K: int64, parsing class of a texture, ascending.
    """

    places_K3: Tensor
    classes_K: Tensor

    def to(self, device: torch.device) -> Patches:
        return Patches(self.places_K3.to(device), self.classes_K.to(device))

    @classmethod
    def of(cls, purposes: Sequence[Purpose]) -> Patches:
        """The patches that weights tell of. Raises ValueError for a class that is none."""
        places = [purpose.place or (math.nan,) * 3 for purpose in purposes]
        classes = [REGIONS.index(purpose.region) for purpose in purposes]
        return cls(torch.tensor(places) / SURFACE_SPAN, torch.tensor(classes))

    def purposes(self) -> list[Purpose]:
        """What each texture is for: its class and its patch's centre in dm."""
        places = (self.places_K3 * SURFACE_SPAN).tolist()
        classes = [REGIONS[number] for number in self.classes_K.tolist()]
        return [
            Purpose(name, None if any(map(math.isnan, place)) else tuple(place))
            for name, place in zip(classes, places, strict=True)
        ]

    def of_pixels(self, surface_B3hw: Tensor, parsing_Bhw: Tensor) -> Tensor:
        """The texture of every pixel [B, h, w]: the nearest patch of the pixel's class; the first texture for
        the background; NOBODYS where the place is not known."""
        places_BN3 = surface_B3hw.flatten(2).transpose(1, 2).nan_to_num(0.0)
        far_BNK = torch.cdist(places_BN3, self.places_K3.nan_to_num(0.0).expand(len(places_BN3), -1, -1))
        classes_BN = parsing_Bhw.flatten(1).long()
        far_BNK = far_BNK.masked_fill(classes_BN[..., None] != self.classes_K, torch.inf)
        patch_BN = far_BNK.argmin(-1)
        unknown_BN = surface_B3hw[:, 0].flatten(1).isnan() & (classes_BN != BACKGROUND)
        return patch_BN.masked_fill(unknown_BN, NOBODYS).view(parsing_Bhw.shape)


def patches_in(file: WeightsFile, texture_counts: Mapping[str, int]) -> dict[int, Patches] | None:
    """The patches that a weights file tells of, by number of textures; None where it tells of none.
    texture_counts: of the network's layers.

    Raises InputError naming the file where what it tells is damaged.
    """
    try:
        purposes = purposes_from_json(file.textures)
        found = {texture_counts[layer]: Patches.of(each) for layer, each in purposes.items()}
    except (KeyError, ValueError):
        raise InputError(f"The weights file {file.path} has damaged metadata.") from None
    return found or None


def counts(textures: int) -> list[int]:
    """How many of a layer's textures every class gets: at least one, in all `textures`."""
    if textures < len(REGIONS):
        raise ValueError(f"{textures} textures are too few for {len(REGIONS)} classes")
    wanted = _SHARES * textures
    given = wanted.floor().clamp_min(1).long()
    while given.sum() < textures:
        given[(wanted - given).argmax()] += 1
    while given.sum() > textures:
        given[torch.where(given > 1, given - wanted, -torch.inf).argmax()] -= 1
    return given.tolist()


def make_patches(surface_B3HW: Tensor, parsing_BHW: Tensor, textures: int, seed: int = 0) -> Patches:
    """Patches by k-means over the places of each class that some pictures show.

    surface, parsing: of enough pictures to show every class. Deterministic. Raises ValueError where a class
    is missing.
    """
    generator = torch.Generator().manual_seed(seed)
    places, classes = [], []
    for number, count in enumerate(counts(textures)):
        classes += [number] * count
        if number == BACKGROUND:
            places.append(torch.full((count, 3), torch.nan))
            continue
        shown_N3 = surface_B3HW.movedim(1, -1)[parsing_BHW == number]
        shown_N3 = shown_N3[~shown_N3.isnan().any(1)]
        if len(shown_N3) < count:
            raise ValueError(f"the pictures show no surface of class {REGIONS[number]}")
        chosen = torch.randperm(len(shown_N3), generator=generator)[:20_000]
        places.append(_k_means(shown_N3[chosen], count, generator))
    return Patches(torch.cat(places), torch.tensor(classes))


def patches_for(source: Source, numbers: set[int], name: str) -> dict[int, Patches]:
    """Patches for layers of these numbers of textures, from the first people of the data whose surface is
    told.

    name: of the data, for messages. Raises InputError where the people are too few to show every class, or on
    a damaged record.
    """
    views = _told_views(source)
    if not views:
        raise InputError(f"{name}: no picture has surface coordinates.")
    surface_B3HW = torch.stack(
        [surface_places(torch.from_numpy(view.surface_HW3)) for view in views]
    ).movedim(-1, 1)
    parsing_BHW = torch.from_numpy(np.stack([view.parsing_HW for view in views]))
    try:
        return {number: make_patches(surface_B3HW, parsing_BHW, number) for number in sorted(numbers)}
    except ValueError as error:
        raise InputError(
            f"{name}: cannot give neural textures patches of the surface, because {error}; render more "
            f"people ({_PEOPLE} are enough)."
        ) from None


def _told_views(source: Source) -> list[View]:
    """All views of the first people with surface coordinates; records that may be skipped are left out."""
    told, people = [], 0
    for person in source.persons.tolist():
        before = len(told)
        for number in range(source.views(person)):
            try:
                view = source.view(person, number)
            except InputError:
                if not source.skip_damaged:
                    raise
                continue
            if view.surface_HW3.any():
                told.append(view)
        people += len(told) > before
        if people == _PEOPLE:
            break
    return told


def _k_means(points_N3: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Centres [count, 3]: the first far apart, then Lloyd's rounds. They are sorted from head to foot."""
    first = int(torch.randint(len(points_N3), (1,), generator=generator))
    centres = [points_N3[first]]
    nearest = torch.full((len(points_N3),), torch.inf)
    for _ in range(count - 1):
        nearest = torch.minimum(nearest, (points_N3 - centres[-1]).square().sum(1))
        centres.append(points_N3[int(nearest.argmax())])
    centres_K3 = torch.stack(centres)
    for _ in range(_ROUNDS):
        own_N = torch.cdist(points_N3, centres_K3).argmin(1)
        for k in range(count):
            if (own_N == k).any():
                centres_K3[k] = points_N3[own_N == k].mean(0)
    return centres_K3[centres_K3[:, 1].argsort(descending=True)]
