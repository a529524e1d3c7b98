"""What was found for the garments of a session, a step at a time when there is time.

A garment laid in on the wearer's surface (`engine.editing.swap`) has the wearer's shape: under slim trousers
the drawing still has the wide ones. With the giver's textures mixed in beneath it (`engine.editing.
coefficients`) the engine draws a body in the giver's garment, and it is laid in on that.

What is laid on as its photo has it, no engine draws. What is invented there is the skin that it bares: the
giver's own bare limbs, in the wearer's tone, take its place (`compositing.lent_skin`). A garment that lies
alone is lit evenly: it gets the light of the clothes that it goes on for (`compositing.worn_light`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import Frame, GarmentSwap, RenderRequest, Settled
from engine.contract import Appearance, PoseTransferModel
from engine.editing.coefficients import HOUSE, Goal, Refining
from engine.features import Features, load_house
from engine.garments import GARMENTS

# The first step is where the coefficients begin, and nearly all of what is gained; docs/evaluation.md.
STEPS = 1
_PARTS = 5  # of a first step: three masks, two pictures, and where it begins

Found = dict[str, np.ndarray]


class Made(Enum):
    """How a garment comes onto a person: drawn by an engine, or laid on as its photo has it, in which
    somebody wears it or nobody does."""

    DRAWN = 0
    WORN = 1
    ALONE = 2


_Key = tuple[str, str, str, Made]  # wearer, giver, word; how it comes on, which a pose may change


class Refinements:
    """Not thread-safe. appearance: of a reference by its key. respond: as `Session.respond`. made: how a
    giver's garment is made in a request. bares: whether a reference shows bare limbs that can be lent."""

    def __init__(
        self,
        model: PoseTransferModel,
        appearance: Callable[[str], Appearance],
        respond: Callable[[RenderRequest], Frame],
        made: Callable[[RenderRequest, GarmentSwap], Made],
        bares: Callable[[str], bool],
    ):
        self._made, self._bares = made, bares
        self._model, self._appearance, self._respond = model, appearance, respond
        self._features: Features | None = None
        self._found: dict[_Key, Found] = {}  # nothing of what is laid on
        self._lent: set[_Key] = set()
        self._lit: set[_Key] = set()
        self._steps: dict[_Key, int] = {}
        self._work: tuple[_Key, Iterator[Found | None]] | None = None  # the one that is on the way
        self._parts = 0  # made of its next step

    def of(self, request: RenderRequest) -> list[tuple[str, Found]]:
        """The givers of a request's garments with what was found for them, at the garments' strength."""
        return [
            (swap.reference, {name: swap.strength * m_K for name, m_K in self._found[key].items()})
            for swap, key in self._wanted(request)
            if self._found.get(key)
        ]

    def lent(self, request: RenderRequest) -> set[tuple[str, str]]:
        """Giver and word of those garments of a request with which the giver's skin is lent."""
        return {key[1:3] for _, key in self._wanted(request) if key in self._lent}

    def lit(self, request: RenderRequest) -> set[tuple[str, str]]:
        """Giver and word of those garments of a request that have the light of the clothes they go on for."""
        return {key[1:3] for _, key in self._wanted(request) if key in self._lit}

    def step(self, request: RenderRequest, of: int) -> Settled:
        """One step, of so many a garment, for the first garment of a request that has not had them, in the
        request's pose. Told is how far all its garments are."""
        while not ((told := self.part(request, of)).changed or told.done):
            pass
        return told

    def part(self, request: RenderRequest, of: int) -> Settled:
        """A part of `step`, no longer than a picture or two: before the first step a garment needs several
        pictures, and a hand that comes meanwhile is not to wait for all of them."""
        wanted = self._wanted(request)
        waiting = [each for each in wanted if self._steps.get(each[1], 0) < of]
        if not waiting:
            return Settled(of * len(wanted), of * len(wanted), changed=False)
        changed = self._advanced(request, *waiting[0])
        made = sum(min(of, self._steps.get(key, 0)) for _, key in wanted)
        under_way = min(self._parts / _PARTS, 1.0)
        return Settled(made, of * len(wanted), changed, waiting[0][0].garment, under_way)

    def forget(self, reference: str) -> None:
        """Drop what was found for a wearer or giver."""
        for kept in (self._found, self._steps):
            for key in [key for key in kept if reference in key[:2]]:
                del kept[key]
        self._lent = {key for key in self._lent if reference not in key[:2]}
        self._lit = {key for key in self._lit if reference not in key[:2]}
        self._work = None

    def _wanted(self, request: RenderRequest) -> Sequence[tuple[GarmentSwap, _Key]]:
        wanted = [
            (swap, (request.identity, swap.reference, swap.garment, self._made(request, swap)))
            for swap in request.swaps
            if swap.refined
            and swap.strength
            and swap.reference != request.identity
            and swap.garment in GARMENTS
        ]
        return [(swap, key) for swap, key in wanted if self._can(key[-1])]

    def _can(self, made: Made) -> bool:
        return made is not Made.DRAWN or self._model.capabilities.refine

    def _advanced(self, request: RenderRequest, swap: GarmentSwap, key: _Key) -> bool:
        """Whether a part of the work on this garment ended a step."""
        if self._work is None or self._work[0] != key:
            work = self._refined(request, swap) if key[-1] is Made.DRAWN else self._laid_on(key)
            self._work, self._steps[key], self._parts = (key, work), 0, 0
        try:
            found = next(self._work[1])
        except BaseException:
            self._work = None  # what failed is begun anew
            raise
        if found is None:
            self._parts += 1
            return False
        self._parts = 0
        self._found[key] = found
        self._steps[key] += 1
        return True

    def _laid_on(self, key: _Key) -> Iterator[Found]:
        """Whether the giver has skin to lend is told once; there are no coefficients."""
        if key[-1] is Made.ALONE:
            self._lit.add(key)
        elif self._bares(key[1]):
            self._lent.add(key)
        while True:
            yield {}

    def _refined(self, request: RenderRequest, swap: GarmentSwap) -> Iterator[Found | None]:
        """What is found at every step, the first of which only begins; None after each part of the way to
        it."""
        pose, garment = request.keypoints_18x3, GARMENTS[swap.garment]
        whole = GarmentSwap(swap.reference, swap.garment, refined=False)
        asked = (
            (swap.reference, (), garment.takes),
            (request.identity, (), garment.goes),
            (request.identity, (whole,), garment.takes),
        )
        masks = []
        for identity, swaps, pieces in asked:
            masks.append(self._mask(RenderRequest(identity, pose, swaps=swaps, pieces=True), pieces))
            yield None
        wearer, giver = (self._appearance(key) for key in (request.identity, swap.reference))
        own, other = (self._model.render(each, pose).image_1CHW.clone() for each in (wearer, giver))
        yield None
        if self._features is None:
            with torch.inference_mode(False):  # gradients pass through it
                self._features = load_house().to(own.device)
        goal = Goal(other, masks[0].to(own), own, masks[1].to(own), masks[2].to(own))
        refining = Refining(self._model, wearer, giver, pose, goal, self._features, HOUSE)
        yield refining.coefficients()
        while True:
            refining.step()
            yield refining.coefficients()

    def _mask(self, request: RenderRequest, pieces: tuple[int, ...]) -> Tensor:
        """Where pieces are seen in a picture, on the canvas."""
        pieces_hw = self._respond(request).pieces
        assert pieces_hw is not None
        mask_11hw = torch.from_numpy(np.isin(pieces_hw, pieces).astype(np.float32))[None, None]
        mask_11HW = F.interpolate(mask_11hw, self._model.size, mode="bilinear")
        below, beside = (c - s for c, s in zip(self._model.canvas, self._model.size, strict=True))
        return F.pad(mask_11HW, (0, beside, 0, below))
