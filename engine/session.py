"""`Session`, the one door to an engine: encode a reference once, then render it in pose after pose."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine import parsing
from engine.api import (
    EXTRACTION,
    Capabilities,
    Frame,
    GarmentSwap,
    MapInfo,
    Maps,
    Mix,
    Reference,
    RenderRequest,
    Settled,
    SlotChange,
    Slots,
    Stroke,
)
from engine.computing import Computing
from engine.contract import PoseTransferModel
from engine.editing.refinement import STEPS as REFINING_STEPS
from engine.editing.settle import STEPS
from engine.editing.swap import lacks
from engine.errors import InputError
from engine.frames import FrameMaker
from engine.garments import BACKGROUND, GARMENTS, garment, offered
from engine.opening import open_engine
from engine.plan import Plan, keep_freed_memory, make_plan
from engine.references import References
from engine.requests import checked_pose


class Session:
    """An open engine with its references. All methods may be called from any thread; one call computes at a
    time.

    The appearance of a reference does not depend on the pose, so `set_reference` pays for it once and every
    pose afterwards costs a rendering only.
    """

    def __init__(self, model: PoseTransferModel, plan: Plan, weights_info: dict | None = None):
        if model.needs_surface and not parsing.available().available:
            raise InputError(
                f"These weights need what the parsing network sees: {parsing.available().reason}."
            )
        if plan.device.type == "cpu":
            keep_freed_memory()
        self.plan = plan
        self.weights_info = weights_info or {}
        self._model = model
        self._references = References(model, plan.device)
        self._computing = Computing(plan)
        self._frames = FrameMaker(model, plan, self._references, self._computing)
        self._identity: Reference | None = None
        self._keypoints_18x3: np.ndarray | None = None
        self._mixed: dict[str, tuple[Reference, Mix]] = {}
        self._worn: dict[str, tuple[Reference, GarmentSwap]] = {}
        self._changed: dict[tuple[str, int], tuple[Reference | None, SlotChange]] = {}
        self._strokes: tuple[Stroke, ...] = ()

    @classmethod
    def open(
        cls,
        weights: str | os.PathLike | None = None,  # None: the weights in the box
        device: str = "auto",  # auto, cpu, cuda, cuda:1, mps
        size: tuple[int, int]
        | None = None,  # model frame (H, W), multiples of 16; None: what the weights were made for
        beside_window: bool = False,  # leave one core to a window
    ) -> Session:
        """Load weights and get ready. Raises InputError for missing or foreign weights, an unknown device, a
        bad size.
        """
        plan = make_plan(device, beside_window=beside_window)
        model, info = open_engine(weights, plan, size)
        return cls(model, plan, info)

    @property
    def engine(self) -> str:
        """Name of the engine, as in `engine.models.registry`."""
        return self._model.name

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the model frame."""
        return self._model.size

    @property
    def device(self) -> str:
        return str(self.plan.device)

    @property
    def levels(self) -> tuple[int, ...]:
        """Rows at which a preview may stop, ascending; the last is the whole picture."""
        return self._model.levels

    @property
    def capabilities(self) -> Capabilities:
        return self._model.capabilities

    @property
    def slots(self) -> tuple[Slots, ...]:
        """What `mix` takes coefficients for."""
        return self._model.slots

    @property
    def maps(self) -> tuple[MapInfo, ...]:
        """What frames can show."""
        return self._model.maps

    # References

    def set_reference(self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None) -> Reference:
        """Frame a photo of a person, encode it and make it the identity of `render`.

        rgb_HWC: uint8 RGB of any size. pose: float32 [18, 3] in photo px; None detects it where detection is
        available; with no joint present nobody is looked for and the whole photo is taken. Returns the
        handle, which lives as long as it is held.
        """
        reference = self.add_reference(rgb_HWC, pose)
        self.use(reference)
        return reference

    def use(self, reference: Reference) -> None:
        """Make an encoded reference the identity of `render`; its own pose is the target if none was set."""
        self._identity = reference
        if self._keypoints_18x3 is None and reference.keypoints_18x3 is not None:
            self._keypoints_18x3 = reference.keypoints_18x3

    def add_reference(
        self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None, alone: bool | None = None
    ) -> Reference:
        """As `set_reference`, leaving the identity as it is: a photo to take garments from. A garment with
        nobody in it is one too; alone: whether it is, where that is known of a photo that is framed already
        (`Reference.alone`)."""
        with self._computing():
            return self._references.add(rgb_HWC, pose, alone)

    def forget(self, key: str) -> None:
        """Drop a reference and what is kept of it."""
        with self._computing.lock:
            self._references.forget(key)
            self._frames.forget(key)
            self._mixed.pop(key, None)
            self._worn = {word: worn for word, worn in self._worn.items() if worn[0].key != key}
            self._changed = {
                slot: (given, change)
                for slot, (given, change) in self._changed.items()
                if given is None or given.key != key
            }
            if self._identity is not None and self._identity.key == key:
                self._identity = None

    def settle(self, reference: Reference | str, of: int = STEPS) -> Settled:
        """One step, of so many, of settling a reference (or its key): what is drawn of it comes nearer to its
        photo.

        For the background, as long as nothing else is asked for; done at once where the engine cannot. Raises
        InputError where nobody holds it any more.
        """
        with self._computing():
            key = reference if isinstance(reference, str) else reference.key
            return self._references.settle(key, of)

    def refine(self, request: RenderRequest | None = None, of: int = REFINING_STEPS) -> Settled:
        """One step, of so many, of refining the garments of a request, or of what `render` shows: they are
        laid in on a person whom the engine draws in something like them.

        For the background, as `settle`; done at once where the engine cannot. Shown by whole pictures. Raises
        InputError where a reference is not held any more.
        """
        with self._computing():
            return self._frames.refinements.step(request or self._request(None, False), of)

    def refine_part(self, request: RenderRequest, of: int = REFINING_STEPS) -> Settled:
        """A part of `refine`, no longer than a picture or two, for whoever has a hand to answer meanwhile;
        `changed` tells that a step is made."""
        with self._computing():
            return self._frames.refinements.part(request, of)

    @property
    def in_use(self) -> list[Reference]:
        """The references that `render` makes its picture of, the identity first."""
        given = (*self._mixed.values(), *self._worn.values(), *self._changed.values())
        others = {reference.key: reference for reference, _ in given if reference is not None}
        return list(others.values()) if self._identity is None else [self._identity, *others.values()]

    def bytes_of(self, reference: Reference) -> int:
        """What is kept of a reference beside its pictures."""
        with self._computing():
            return self._references.encoded(reference.key).bytes()

    def warm_up(self) -> None:
        """Compute one of everything on grey, so that the first real frame does not pay for what is made once.

        For a splash screen: takes about as long as one reference and a frame of every level.
        """
        self._frames.warm_up()

    # One picture after another

    def set_pose(self, keypoints_18x3: np.ndarray) -> None:
        """Target pose: x, y px in the model frame, state > 0 for joints that are there. Raises InputError on
        another shape.
        """
        self._keypoints_18x3 = checked_pose(keypoints_18x3)

    def mix(self, reference: Reference, coefficients: float | Mapping[str, np.ndarray]) -> None:
        """Blend the slots of another reference in (NTED Eq. 13); replaces its earlier coefficients, 0 takes
        it out.
        """
        self._mixed.pop(reference.key, None)
        if isinstance(coefficients, Mapping):
            self._mixed[reference.key] = reference, Mix(reference.key, dict(coefficients))
        elif coefficients:
            self._mixed[reference.key] = reference, Mix(reference.key, float(coefficients))

    def wear(self, word: str, reference: Reference, strength: float = 1.0) -> None:
        """Take a garment from another reference, over those taken before; replaces what was taken for the
        same word, 0 takes it off.

        Raises InputError where the word is unknown, or the reference shows nothing of the kind.
        """
        swap = GarmentSwap(reference.key, garment(word).word, strength)
        if strength and word != BACKGROUND and word not in self.garments(reference):
            raise InputError(lacks(word))
        self._worn.pop(word, None)
        if strength:
            self._worn[word] = reference, swap

    def change(self, change: SlotChange, reference: Reference | None = None) -> None:
        """Scale a slot, or take it from another reference, which is then given; replaces an earlier change of
        the slot. One that changes nothing takes it back."""
        self._changed.pop((change.group, change.slot), None)
        if change.scale != 1.0 or change.solo or reference is not None:
            key = "" if reference is None else reference.key
            self._changed[change.group, change.slot] = reference, replace(change, reference=key)

    def paint(self, strokes: Sequence[Stroke]) -> None:
        """Say which garment is where on the picture, each stroke over those before it; replaces earlier ones.
        An engine with the capability `paint_regions` draws it so."""
        self._strokes = tuple(strokes)

    def garments(self, reference: Reference) -> dict[str, str]:
        """What a reference can lend: by every garment word under which there is something, the word of what
        it is (`garments.offered`). Nothing where nobody was found in it."""
        if reference.keypoints_18x3 is None:
            return {}
        with self._computing():
            shown = self._references.shown(reference.key)
        found = {word: offered(word, shown) for word in GARMENTS}
        return {word: instead for word, instead in found.items() if instead}

    def reads(self, reference: Reference) -> dict[str, np.ndarray]:
        """C̄e of a reference in the sharpest layer, float32 [K, h, w] by that layer's name: where each texture
        is gathered. Nothing of an engine without extraction."""
        with self._computing():
            layers = self._references.maps(reference.key).of(EXTRACTION)
        name = max(layers, key=lambda each: layers[each][0].size, default="")
        return {name: layers[name]} if name else {}

    def render(self, level: int | None = None, maps: bool = False) -> Frame:
        """The reference in the pose, mixed as set. level: one of `levels` for a preview, None for the exact
        picture.
        """
        return self.respond(self._request(level, maps))

    def attention(self) -> Maps:
        """The maps of the exact picture."""
        return self.respond(self._request(None, True)).maps or Maps()

    def _request(self, level: int | None, maps: bool) -> RenderRequest:
        if self._identity is None:
            raise InputError("No reference is set: give a photo of a person first.")
        if self._keypoints_18x3 is None:
            raise InputError("No pose is set, and none was found in the reference.")
        mixes = tuple(mix for _, mix in self._mixed.values())
        swaps = tuple(swap for _, swap in self._worn.values())
        changes = tuple(change for _, change in self._changed.values())
        return RenderRequest(
            self._identity.key,
            self._keypoints_18x3,
            mixes,
            level,
            maps,
            swaps=swaps,
            changes=changes,
            strokes=self._strokes,
        )

    def respond(self, request: RenderRequest) -> Frame:
        """Answer one request; depends on nothing but the request and the references that are held, save that
        a preview is the exact picture where that was just drawn.

        Raises InputError for an unknown reference, a pose that is none, or a level that is not in `levels`;
        OutOfMemory where a lower level may be possible.
        """
        return self._frames.last(request)

    def frames(self, request: RenderRequest) -> Iterator[Frame]:
        """As `respond`, the picture as soon as it is there; then, where the request asks for maps, the same
        frame with them, which whoever is in a hurry leaves.
        """
        return self._frames.of(request)

    def prepare(self, request: RenderRequest) -> Iterator[None]:
        """Make what the picture of a request needs of the photos that give its garments, a part at a time,
        for the background: a click that may come is then answered sooner. What is made is kept as if it had
        been asked for. Raises as `respond`.
        """
        return self._frames.prepare(request)

    def close(self) -> None:
        """Give the memory back; the session cannot be used afterwards."""
        with self._computing.lock:
            self._references.clear()
            self._frames.close()
            del self._model, self._frames, self._references
