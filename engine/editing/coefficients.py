"""Refining: coefficients by which a giver's textures are mixed in, fitted to what a swap should show.

NTED section 4, Eq. 13 to 18. One coefficient m a texture says whose it is (Eq. 13). They begin where mean
attention says that the garment is made of them (Eq. 15), and are moved by Adam (Kingma and Ba 2015), network
and textures untouched, so that inside the garment the picture is as the giver's and outside as the wearer's
(Eq. 17, 18), and that other textures stay (Eq. 16). `OFFICIAL` is the official code's form, `HOUSE` ours.
Where paper, code and house differ:

- Eq. 15: the paper says "> sigma"; the code takes ">= 3 / K", and begins with what belongs to the garment in
  either picture. The house begins with textures that make mostly the garment: a texture of the background, of
  which there are few, belongs to a garment soon by its mean.
- Eq. 16: the code's is one-sided, so that nothing keeps m from leaving 0 to 1, a mean over the textures of a
  layer and a sum over layers. The house clamps m after each step.
- Eq. 17, 18: the code divides by the mask's area, and multiplies pictures of -1 to 1 by masks, so that what
  is masked is mid grey. The house does the same, but an empty mask is a term of 0, where the code divides by
  0.
- The result's mask is the generated picture's in the paper; in the code it is the garment's in the giver's
  drawing, but for every 50th step. The house takes the place of the garment on the wearer's surface.
- The code takes the last step, the house the best.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.contract import Appearance, Mixed, PoseTransferModel
from engine.features import Features

_SIGNIFICANT = 3.0  # times its share of one in K: Eq. 15's sigma in the official code
_BETAS = 0.9, 0.999


@dataclass(frozen=True)
class Form:
    """Weights of the three terms of Eq. 14, Adam's step, and whether it is kept safe: begun with what makes
    mostly the garment, coefficients within 0 to 1, the best of all steps taken."""

    regularisation: float
    outside: float
    inside: float
    rate: float
    safe: bool


OFFICIAL = Form(regularisation=1.0, outside=3e6, inside=3e5, rate=0.01, safe=False)
HOUSE = Form(regularisation=1.0, outside=3e6, inside=3e5, rate=0.05, safe=True)


@dataclass(frozen=True, eq=False)
class Goal:
    """What the mixed picture should show: pictures of about -1 to 1, masks of 0 to 1.

    garment: the giver in the pose, and where the garment is on them. wearer: likewise. shown: where the
    garment is to be in the result.
    """

    garment_1CHW: Tensor
    garment_11HW: Tensor
    wearer_1CHW: Tensor
    wearer_11HW: Tensor
    shown_11HW: Tensor


def mean_attention(attention_1Khw: Tensor, mask_11HW: Tensor) -> Tensor:
    """Eq. 15: how much of a mask is which texture on average, [K]; of an empty one nothing."""
    mask_11hw = F.interpolate(mask_11HW, attention_1Khw.shape[-2:], mode="nearest")
    return (attention_1Khw * mask_11hw).sum((0, 2, 3)) / mask_11hw.sum().clamp_min(1e-6)


def belongs(mean_K: Tensor) -> Tensor:
    """Which textures a region is made of by its mean attention, bool [K]."""
    return mean_K >= _SIGNIFICANT / len(mean_K)


def mostly(attention_1Khw: Tensor, mask_11HW: Tensor) -> Tensor:
    """Which textures have more than half of what they make of the picture in a mask, bool [K]."""
    mask_11hw = F.interpolate(mask_11HW, attention_1Khw.shape[-2:], mode="area")
    inside_K, all_K = (
        (attention_1Khw * part).sum((0, 2, 3)) for part in (mask_11hw, torch.ones_like(mask_11hw))
    )
    return inside_K > 0.5 * all_K


def regularisation(
    m: Mapping[str, Tensor], inside: Mapping[str, Tensor], outside: Mapping[str, Tensor]
) -> Tensor:
    """Eq. 16: textures of the garment towards 1, of the rest towards 0.

    m: [K] by layer. inside, outside: `belongs` to the garment and to what is not.
    """
    layers = [
        (inside[name] * F.relu(1.0 - m_K) + outside[name] * F.relu(m_K)).mean() for name, m_K in m.items()
    ]
    return torch.stack(layers).sum()


def reconstruction(
    features: Features, image_1CHW: Tensor, mask_11HW: Tensor, target_1CHW: Tensor, target_11HW: Tensor
) -> Tensor:
    """Eq. 17 and 18: how a masked picture differs from a masked target through features, by the mask's area.

    0 where the mask is empty.
    """
    with torch.no_grad():
        truths = features(target_1CHW * target_11HW)
    made = features(image_1CHW * mask_11HW)
    difference = torch.stack([F.l1_loss(a, b) for a, b in zip(made, truths, strict=True)]).sum()
    area = mask_11HW.sum()
    return difference / area if area > 0 else 0.0 * difference


class Refining:
    """The work on one garment; steps are made one at a time, so that it can wait for something more urgent.

    steps: how many were made. loss: Eq. 14 before the last of them; best: the least of them.
    """

    def __init__(
        self,
        model: PoseTransferModel,
        own: Appearance,
        other: Appearance,
        keypoints_18x3: np.ndarray,
        goal: Goal,
        features: Features,
        form: Form = HOUSE,
        shown: Callable[[Tensor, int], Tensor] | None = None,
    ):
        """Begin with the textures that the garment is made of, in the giver's drawing or the wearer's.

        shown: where the garment is in a picture of the mixture, by that picture and the number of steps made;
        left out, where the goal says, always. Raises ValueError for an engine without the capability.
        """
        if not model.capabilities.refine:
            raise ValueError("only an engine that can refine a mix does")
        self.steps, self.loss, self.best = 0, float("nan"), float("inf")
        self._features, self._form, self._shown = features, form, shown
        with torch.inference_mode(False), torch.no_grad():  # what inference made has no gradients: copies
            self._goal = Goal(*(each.clone().float() for each in vars(goal).values()))
            self._loose = model.loosen_mix(own, other, keypoints_18x3)
            for name, m_K in self._begun().items():
                self._loose.m[name].copy_(m_K)
        self._adam = torch.optim.Adam(list(self._loose.m.values()), lr=form.rate, betas=_BETAS)
        self._kept = self._now()

    def step(self) -> None:
        """One step of Adam down Eq. 14."""
        with torch.inference_mode(False), torch.enable_grad():
            loss = self._total(self._loose.draw())
            self._adam.zero_grad()
            loss.backward()
        self.loss = float(loss.detach())
        if self.loss < self.best:
            self.best, self._kept = self.loss, self._now()
        with torch.inference_mode(False):
            self._adam.step()
            if self._form.safe:
                with torch.no_grad():
                    for m_K in self._loose.m.values():
                        m_K.clamp_(0.0, 1.0)
        self.steps += 1

    def coefficients(self) -> dict[str, np.ndarray]:
        """As `api.Mix.coefficients`: the best that was seen, or in the official form as they stand."""
        return self._kept if self._form.safe else self._now()

    def _begun(self) -> dict[str, Tensor]:
        """1 for what the garment is made of in the giver's drawing or in the wearer's, 0 for the rest."""
        goal, found = self._goal, []
        for m, mask_11HW in ((1.0, goal.garment_11HW), (0.0, goal.wearer_11HW)):
            for m_K in self._loose.m.values():
                m_K.fill_(m)
            made_of = self._loose.draw().distribution
            found.append({name: self._made_of(map_, mask_11HW) for name, map_ in made_of.items()})
        theirs, own = found
        return {name: (theirs[name] | own[name]).float() for name in theirs}

    def _made_of(self, attention_1Khw: Tensor, mask_11HW: Tensor) -> Tensor:
        if self._form.safe:
            return mostly(attention_1Khw, mask_11HW)
        return belongs(mean_attention(attention_1Khw, mask_11HW))

    def _total(self, mixed: Mixed) -> Tensor:
        """Eq. 14."""
        goal, form = self._goal, self._form
        image_1CHW, shown_11HW = mixed.image_1CHW, goal.shown_11HW
        if self._shown is not None:
            shown_11HW = self._shown(image_1CHW.detach(), self.steps)
        rest_11HW = 1.0 - shown_11HW
        inside, outside = (
            {name: belongs(mean_attention(map_, mask)) for name, map_ in mixed.distribution.items()}
            for mask in (shown_11HW, rest_11HW)
        )
        kept = reconstruction(
            self._features, image_1CHW, rest_11HW, goal.wearer_1CHW, 1.0 - goal.wearer_11HW
        )  # Eq. 17
        edited = reconstruction(
            self._features, image_1CHW, shown_11HW, goal.garment_1CHW, goal.garment_11HW
        )  # Eq. 18
        regular = regularisation(self._loose.m, inside, outside)
        return form.regularisation * regular + form.outside * kept + form.inside * edited

    def _now(self) -> dict[str, np.ndarray]:
        return {name: m_K.detach().cpu().numpy().copy() for name, m_K in self._loose.m.items()}
