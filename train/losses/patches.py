"""Neural textures told what they are for: patches of the dressed surface, one a texture.

The studio knows which point of the surface every pixel shows. So the textures of a layer are given patches,
each of one parsing class, and its attention maps are asked to agree: C̄d should give a target pixel the
texture of its patch, C̄e should read a texture inside of its patch, or where the reference does not show that,
anywhere on the same class. This is ours; the paper leaves the textures to find their own places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import InputError
from engine.models.nted import Level, NtedConfig
from engine.regions import SURFACE_SPAN
from engine.textures import Purpose
from engine.textures import from_json as purposes_from_json
from engine.weights import WeightsFile
from train.data.pairs import PairBatch, surface_places
from train.data.people import CLASSES, View
from train.data.source import Source

BACKGROUND = 0
NOBODYS = -1  # a pixel of a person whose place is not known
TOLD = slice(-4, None, 2)  # layers, of 16a, 16b, ...: the first of the two finest levels with textures
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
        classes = [CLASSES.index(purpose.region) for purpose in purposes]
        return cls(torch.tensor(places) / SURFACE_SPAN, torch.tensor(classes))

    def purposes(self) -> list[Purpose]:
        """What each texture is for: its class and its patch's centre in dm."""
        places = (self.places_K3 * SURFACE_SPAN).tolist()
        classes = [CLASSES[number] for number in self.classes_K.tolist()]
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


def patches_in(file: WeightsFile, config: NtedConfig) -> dict[int, Patches] | None:
    """The patches that a weights file tells of, by number of textures; None where it tells of none.

    Raises InputError naming the file where what it tells is damaged.
    """
    try:
        purposes = purposes_from_json(file.textures)
        found = {config.texture_counts[layer]: Patches.of(each) for layer, each in purposes.items()}
    except (KeyError, ValueError):
        raise InputError(f"The weights file {file.path} has damaged metadata.") from None
    return found or None


def counts(textures: int) -> list[int]:
    """How many of a layer's textures every class gets: at least one, in all `textures`."""
    if textures < len(CLASSES):
        raise ValueError(f"{textures} textures are too few for {len(CLASSES)} classes")
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
            raise ValueError(f"the pictures show no surface of class {CLASSES[number]}")
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


def reduced(
    surface_B3HW: Tensor, parsing_BHW: Tensor, size: tuple[int, int] | torch.Size
) -> tuple[Tensor, Tensor]:
    """Both at a layer's rows and columns by nearest neighbour, as Eq. 8 reduces the pictures."""
    surface_B3hw = F.interpolate(surface_B3HW, size, mode="nearest")
    return surface_B3hw, _nearest(parsing_BHW, size)


def _nearest(parsing_BHW: Tensor, size: tuple[int, int] | torch.Size) -> Tensor:
    return F.interpolate(parsing_BHW[:, None], size, mode="nearest")[:, 0]


def distribution_term(
    logits_BKhw: Tensor, patches: Patches, patch_Bhw: Tensor, asked: Tensor | None = None
) -> Tensor:
    """Mean over the pixels of -log of the share that C̄d gives to the pixel's patch; of the background's
    pixels, to all of the background's textures together. asked: what the sum is divided by in place of these
    pixels' number."""
    log_BKhw = logits_BKhw.float().log_softmax(1)
    own_Bhw = log_BKhw.gather(1, patch_Bhw.clamp_min(0)[:, None])[:, 0]
    behind = int((patches.classes_K == BACKGROUND).sum())
    nobody_Bhw = log_BKhw[:, :behind].logsumexp(1)
    share_Bhw = torch.where(patch_Bhw < behind, nobody_Bhw, own_Bhw)
    known_Bhw = patch_Bhw != NOBODYS
    asked = known_Bhw.sum().clamp_min(1) if asked is None else asked
    return -(share_Bhw * known_Bhw).sum() / asked


def extraction_term(
    extraction_BKhw: Tensor,
    patches: Patches,
    patch_Bhw: Tensor,
    parsing_Bhw: Tensor,
    asked: Tensor | None = None,
    least: float = 1e-3,
) -> Tensor:
    """Mean over the textures of -log of the share of C̄e that lies in the patch, or where the reference does
    not show it, on its class; textures whose class is not there do not count. asked: what the sum is divided
    by in place of these textures' number."""
    maps_BKN = extraction_BKhw.flatten(2)
    textures = torch.arange(maps_BKN.shape[1], device=maps_BKN.device)
    behind = patches.classes_K == BACKGROUND
    own_BKN = (patch_Bhw.flatten(1)[:, None] == textures[None, :, None]) & ~behind[None, :, None]
    class_BKN = parsing_Bhw.flatten(1)[:, None] == patches.classes_K[None, :, None]
    wanted_BKN = torch.where(own_BKN.any(-1, keepdim=True), own_BKN, class_BKN)
    share_BK = (maps_BKN.float() * wanted_BKN).sum(-1)
    there_BK = wanted_BKN.any(-1)
    asked = there_BK.sum().clamp_min(1) if asked is None else asked
    return -(share_BK.clamp_min(least).log() * there_BK).sum() / asked


def asked_of(
    patches: Patches, reference_parsing_BHW: Tensor, target: tuple[Tensor, Tensor], size: tuple[int, int]
) -> Tensor:
    """int64 [2]: how many textures and how many pixels the terms of a layer of `size` are means over."""
    of_reference_BN = _nearest(reference_parsing_BHW, size).flatten(1)
    there_BK = (of_reference_BN[:, None] == patches.classes_K[None, :, None]).any(-1)
    surface_B3hw, parsing_Bhw = reduced(*target, size)
    known_Bhw = (parsing_Bhw == BACKGROUND) | ~surface_B3hw[:, 0].isnan()
    return torch.stack([there_BK.sum(), known_Bhw.sum()])


def layer_term(
    extraction_BKhw: Tensor,
    distribution_logits_BKhw: Tensor,
    patches: Patches,
    reference: tuple[Tensor, Tensor],
    target: tuple[Tensor, Tensor],
    asked: tuple[Tensor, Tensor] | tuple[None, None] = (None, None),
) -> Tensor:
    """The terms of both maps of a layer. reference, target: surface [B, 3, H, W] and parsing [B, H, W].
    asked: of the textures and of the pixels, what the sums are divided by in place of their numbers."""
    surface_B3hw, parsing_Bhw = reduced(*reference, extraction_BKhw.shape[-2:])
    patch_Bhw = patches.of_pixels(surface_B3hw, parsing_Bhw)
    extracted = extraction_term(extraction_BKhw, patches, patch_Bhw, parsing_Bhw, asked[0])
    target_patch_Bhw = patches.of_pixels(*reduced(*target, distribution_logits_BKhw.shape[-2:]))
    return extracted + distribution_term(distribution_logits_BKhw, patches, target_patch_Bhw, asked[1])


def told_levels(config: NtedConfig) -> list[Level]:
    """The two finest levels with textures, the coarser first: those of the layers `TOLD`."""
    return [level for level in config.levels if level.textures][-2:]


def all_asked(batch: PairBatch, config: NtedConfig, patches: dict[int, Patches]) -> Tensor:
    """int64 [layer, 2]: `asked_of` the layers that `patches_term` looks at."""
    height, width = batch.target_BCHW.shape[-2:]
    target = batch.target_surface_B3HW, batch.target_parsing_BHW
    counts = []
    for level in told_levels(config):
        step = config.levels[-1].rows // level.rows
        size = (height // step, width // step)
        counts.append(asked_of(patches[level.textures], batch.reference_parsing_BHW, target, size))
    return torch.stack(counts)


def patches_term(
    extraction: list[Tensor],
    distribution_logits: list[Tensor],
    patches: dict[int, Patches],
    batch: PairBatch,
    asked_L2: Tensor,
) -> Tensor:
    """Mean of `layer_term` over the first layer of the two finest levels with textures.

    Coarser maps are too small for so many patches, and held to them they learn worse (measured); the second
    layer of a level finds its textures' use itself. extraction, distribution_logits: [B, K, h, w] by layer,
    in the order 16a, 16b, ...; patches: by K. asked_L2: float32, what the layers' sums over textures and
    pixels are divided by.
    """
    reference = batch.reference_surface_B3HW, batch.reference_parsing_BHW
    target = batch.target_surface_B3HW, batch.target_parsing_BHW
    layers = zip(extraction[TOLD], distribution_logits[TOLD], asked_L2.unbind(), strict=True)
    terms = [
        layer_term(e, d, patches[e.shape[1]], reference, target, asked.unbind()) for e, d, asked in layers
    ]
    return torch.stack(terms).mean()
