"""`Session`, the one door to an engine: encode a reference once, then render it in pose after pose."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch

from engine import parsing, weights
from engine.api import (
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
)
from engine.compositing.compose import Composition, EncodedReference, compose, encode_reference
from engine.contract import Appearance, PoseTransferModel, ReferenceInput, Rendering
from engine.editing.changes import known, mixes_of, scales_of, touched_by
from engine.editing.refinement import STEPS as REFINING_STEPS
from engine.editing.refinement import Refinements
from engine.editing.settle import STEPS
from engine.editing.sources import photo_maps
from engine.editing.swap import FittingRoom, lacks, wearing, worn_by
from engine.errors import InputError, OutOfMemory
from engine.garments import GARMENTS, garment, offered
from engine.models.registry import open_model
from engine.paths import DEFAULT_WEIGHTS
from engine.pictures import to_rgb
from engine.plan import Plan, is_out_of_memory, keep_freed_memory, make_plan
from engine.pose.kinematics import t_pose
from engine.references import References

LONGEST_SIDE = 1024  # px: twice the largest official frame; what a frame takes grows with its area


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
        self._refinements = Refinements(
            model, lambda key: self._references.encoded(key).appearance, self.respond
        )
        self._lock = threading.RLock()
        self._aside = ThreadPoolExecutor(1, "layer", initializer=torch.set_num_threads, initargs=(1,))
        self._identity: Reference | None = None
        self._keypoints_18x3: np.ndarray | None = None
        self._mixed: dict[str, tuple[Reference, Mix]] = {}
        self._worn: dict[str, tuple[Reference, GarmentSwap]] = {}
        self._changed: dict[tuple[str, int], tuple[Reference | None, SlotChange]] = {}

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
        file = _read(weights)
        plan = make_plan(device, beside_window=beside_window)
        model = open_model(file, plan, size and checked_size(size))
        checked_size(model.size)
        info = {"name": file.path.name, "path": str(file.path), "sha256": file.sha256, "card": file.card}
        made_for = _made_for(file) or model.made_for
        if model.size != made_for:
            frame, made = ("x".join(map(str, size)) for size in (model.size, made_for))
            info["note"] = f"made for {made}, running at {frame}"
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

    def add_reference(self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None) -> Reference:
        """As `set_reference`, leaving the identity as it is: a photo to take garments from."""
        with self._computing():
            return self._references.add(rgb_HWC, pose)

    def forget(self, key: str) -> None:
        """Drop a reference and what is kept of it."""
        with self._lock:
            self._references.forget(key)
            self._refinements.forget(key)
            self._mixed.pop(key, None)
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
            return self._refinements.step(request or self._request(None, False), of)

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
        with self._computing():
            grey_1CHW = torch.zeros(1, 3, *self._model.canvas, device=self.plan.device)
            standing_18x3 = t_pose(self.size)
            kept = encode_reference(self._model, ReferenceInput(grey_1CHW, standing_18x3)).compact()
            for level in (None, *self.levels):
                rendering = self._model.render(
                    kept.appearance, standing_18x3, level, preview=level is not None
                )
                self._composed(rendering, standing_18x3, [kept], finely=False)

    # One picture after another

    def set_pose(self, keypoints_18x3: np.ndarray) -> None:
        """Target pose: x, y px in the model frame, state > 0 for joints that are there. Raises InputError on
        another shape.
        """
        self._keypoints_18x3 = _checked_pose(keypoints_18x3)

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
        self._worn.pop(word, None)
        if strength:
            if word not in self.garments(reference):
                raise InputError(lacks(word))
            self._worn[word] = reference, swap

    def change(self, change: SlotChange, reference: Reference | None = None) -> None:
        """Scale a slot, or take it from another reference, which is then given; replaces an earlier change of
        the slot. One that changes nothing takes it back."""
        self._changed.pop((change.group, change.slot), None)
        if change.scale != 1.0 or change.solo or reference is not None:
            key = "" if reference is None else reference.key
            self._changed[change.group, change.slot] = reference, replace(change, reference=key)

    def garments(self, reference: Reference) -> dict[str, str]:
        """What a reference can lend: by every garment word under which there is something, the word of what
        it is (`garments.offered`). Nothing, where nobody was found in it."""
        if reference.keypoints_18x3 is None:
            return {}
        with self._computing():
            shown = self._references.wardrobe(reference.key).shown()
        found = {word: offered(word, shown) for word in GARMENTS}
        return {word: instead for word, instead in found.items() if instead}

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
            self._identity.key, self._keypoints_18x3, mixes, level, maps, swaps=swaps, changes=changes
        )

    def respond(self, request: RenderRequest) -> Frame:
        """Answer one request; depends on nothing but the request and the references that are held.

        Raises InputError for an unknown reference, a pose that is none, or a level that is not in `levels`;
        OutOfMemory where a lower level may be possible.
        """
        *_, frame = self.frames(request)
        return frame

    def frames(self, request: RenderRequest) -> Iterator[Frame]:
        """As `respond`, the picture as soon as it is there; then, where the request asks for maps, the same
        frame with them, which whoever is in a hurry leaves.
        """
        begun = time.perf_counter()
        if request.level is not None and request.level not in self.levels:
            raise InputError(f"There is no level of {request.level} rows; there are {self.levels}.")
        keypoints_18x3 = _checked_pose(request.keypoints_18x3)
        changes = self._changes(request)
        request = replace(request, mixes=(*request.mixes, *mixes_of(changes, self.slots, request.identity)))
        exact = self.plan.preview == torch.float32 or request.level is None
        pieces_hw: np.ndarray | None = None
        room: FittingRoom | None = None
        drawn: dict[str, Rendering] = {}
        with self._computing():
            own, *others = (self._references.encoded(key) for key in _keys(request))
            pairs = [
                (other.appearance, mix.coefficients) for other, mix in zip(others, request.mixes, strict=True)
            ]
            appearance = self._model.mix(own.appearance, pairs) if pairs else own.appearance
            appearance = self._by_hand(appearance, request)
            rendering = drawn[request.identity] = self._rendered(appearance, request)
            composition = self._composed(rendering, keypoints_18x3, [own, *others], request.level is None)
            photo_11HW = composition.photo_11HW if request.maps else None
            if request.swaps or request.pieces:
                room = self._fitting_room(request, drawn)
                composition, pieces_hw = wearing(composition, room)
            image_HWC = to_rgb(composition.image_1CHW[..., : self.size[0], : self.size[1]])
            fine_HWC = None if composition.fine_1CHW is None else to_rgb(composition.fine_1CHW)
        rows = request.level or self.size[0]
        exact = exact and rows == self.size[0]
        ms = 1e3 * (time.perf_counter() - begun)
        frame = Frame(image_HWC, rows, exact, ms, request.stamp, None, fine_HWC, pieces_hw)
        yield frame
        if request.maps:
            with self._computing():
                if pieces_hw is None and parsing.available().available:
                    _, pieces_hw = wearing(composition, self._fitting_room(request, {}))
                worn = {} if room is None or pieces_hw is None else worn_by(pieces_hw, room)
                told = {key: each.maps for key, each in drawn.items()}
                sources = photo_maps(request.identity, request.mixes, told, worn, self._references.maps)
                photo_HW = None
                if photo_11HW is not None:
                    photo_HW = photo_11HW[0, 0, : self.size[0], : self.size[1]].float().cpu().numpy()
            whole = replace(frame, maps=sources[0].maps, sources=sources, photo=photo_HW)
            yield replace(whole, pieces=pieces_hw)

    def close(self) -> None:
        """Give the memory back; the session cannot be used afterwards."""
        with self._lock:
            self._references.clear()
            del self._model
            self._aside.shutdown()

    def _changes(self, request: RenderRequest) -> list[SlotChange]:
        if not self.capabilities.change:
            return []
        return known(request.changes, self.slots, request.identity)

    def _by_hand(self, appearance: Appearance, request: RenderRequest) -> Appearance:
        """With the slots scaled that were changed, and a mark on all that were."""
        changes = self._changes(request)
        if not changes:
            return appearance
        return self._model.change(appearance, scales_of(changes, self.slots), touched_by(changes, self.slots))

    def _rendered(self, appearance: Appearance, request: RenderRequest) -> Rendering:
        return self._model.render(
            appearance,
            _checked_pose(request.keypoints_18x3),
            request.level,
            preview=request.level is not None,
            maps=request.maps,
        )

    def _fitting_room(self, request: RenderRequest, drawn: dict[str, Rendering]) -> FittingRoom:
        """Each giver is drawn as the person is: in the same pose, to the same level. drawn: where its
        rendering is put."""

        def composed(key: str) -> Composition:
            giver = self._references.encoded(key)
            rendering = drawn[key] = self._rendered(giver.appearance, request)
            return self._composed(
                rendering, _checked_pose(request.keypoints_18x3), [giver], request.level is None
            )

        wardrobe = self._references.wardrobe
        return FittingRoom(request.identity, request.swaps, wardrobe, composed, self._beneath(request))

    def _beneath(self, request: RenderRequest) -> Composition | None:
        """The person with textures of the givers, where those were refined; a drag has no time for it."""
        found = self._refinements.of(request)
        if request.level is not None or not found:
            return None
        own, *others = (self._references.encoded(key) for key in _keys(request))
        givers = [self._references.encoded(key) for key, _ in found]
        mixed = [mix.coefficients for mix in request.mixes] + [coefficients for _, coefficients in found]
        kept = [*others, *givers]
        appearances = zip((each.appearance for each in kept), mixed, strict=True)
        mixture = self._by_hand(self._model.mix(own.appearance, list(appearances)), request)
        rendering = self._rendered(mixture, replace(request, maps=False))
        return self._composed(rendering, request.keypoints_18x3, [own, *kept], finely=True)

    def _composed(
        self, rendering: Rendering, keypoints_18x3: np.ndarray, kept: list[EncodedReference], finely: bool
    ) -> Composition:
        return compose(
            self._model,
            rendering,
            keypoints_18x3,
            kept,
            finely=finely,
            aside=self._aside,
            threads=self.plan.threads,
        )

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """One call at a time, without gradients, on the plan's threads. Raises OutOfMemory for torch's own
        ways of saying so."""
        with self._lock, torch.inference_mode():
            torch.set_num_threads(self.plan.threads)
            try:
                yield
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                if self.plan.device.type == "cuda":
                    torch.cuda.empty_cache()
                raise OutOfMemory(f"not enough memory on {self.plan.device}") from error


def _keys(request: RenderRequest) -> list[str]:
    return [request.identity, *(mix.reference for mix in request.mixes)]


def checked_size(size: tuple[int, int]) -> tuple[int, int]:
    """The model frame (H, W) as it is given. Raises InputError where no network could run at it."""
    if any(side % 16 or side < 64 for side in size):
        raise InputError(
            f"The size {size[0]}x{size[1]} is not possible: both sides must be multiples of 16 from 64 on."
        )
    if max(size) > LONGEST_SIDE:
        raise InputError(f"The size {size[0]}x{size[1]} is too large: a side has {LONGEST_SIDE} px at most.")
    return size


def _made_for(file: weights.WeightsFile) -> tuple[int, ...] | None:
    """The size (H, W) that the card says the weights were made for. Raises InputError for another thing."""
    said = file.card.get("made_for")
    if said is None:
        return None
    if not isinstance(said, list) or len(said) != 2 or not all(type(side) is int for side in said):
        raise InputError(f"The weights file {file.path} has a damaged card.")
    return tuple(said)


def _read(path: str | os.PathLike | None) -> weights.WeightsFile:
    if path is None and not DEFAULT_WEIGHTS.is_file():
        raise InputError(f"The weights that come with the program are missing: {DEFAULT_WEIGHTS}.")
    return weights.read(path or DEFAULT_WEIGHTS)


def _checked_pose(keypoints_18x3: np.ndarray) -> np.ndarray:
    pose = np.ascontiguousarray(keypoints_18x3, np.float32)
    if pose.shape != (18, 3):
        raise InputError(f"A pose needs 18 joints of x, y and state; this one has the shape {pose.shape}.")
    if not np.isfinite(pose[pose[:, 2] > 0]).all():
        raise InputError("The pose has a joint whose position is not a number.")
    return pose
