"""A request -> its frames: appearances mixed, drawn, composed, dressed; then the maps that explain them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch

from engine import parsing
from engine.api import Frame, RenderRequest, SlotChange
from engine.compositing.compose import Composition, EncodedReference, compose, encode_reference
from engine.computing import Computing
from engine.contract import Appearance, PoseTransferModel, ReferenceInput, Rendering
from engine.editing.changes import known, mixes_of, scales_of, touched_by
from engine.editing.refinement import Refinements
from engine.editing.sources import photo_maps
from engine.editing.swap import FittingRoom, wearing, worn_by
from engine.errors import InputError
from engine.pictures import to_rgb, to_tensor
from engine.plan import Plan
from engine.pose.kinematics import t_pose
from engine.references import References


class Frames:
    """What an open engine makes of requests; depends on nothing but them and the references that are held."""

    def __init__(self, model: PoseTransferModel, plan: Plan, references: References, computing: Computing):
        self._model, self._plan = model, plan
        self._references, self._computing = references, computing
        self.refinements = Refinements(model, lambda key: references.encoded(key).appearance, self.last)
        self._aside = ThreadPoolExecutor(1, "layer", initializer=torch.set_num_threads, initargs=(1,))

    def last(self, request: RenderRequest) -> Frame:
        """The whole answer to a request, as of `of`."""
        *_, frame = self.of(request)
        return frame

    def of(self, request: RenderRequest) -> Iterator[Frame]:
        """The picture as soon as it is there; then, where the request asks for maps, the same frame with
        them.

        Raises InputError for an unknown reference, a pose that is none, or a level that the engine does not
        have; OutOfMemory where a lower level may be possible.
        """
        begun = time.perf_counter()
        if request.level is not None and request.level not in self._model.levels:
            raise InputError(f"There is no level of {request.level} rows; there are {self._model.levels}.")
        keypoints_18x3 = checked_pose(request.keypoints_18x3)
        changes = self._changes(request)
        by_hand = mixes_of(changes, self._model.slots, request.identity)
        request = replace(request, mixes=(*request.mixes, *by_hand))
        exact = self._plan.preview == torch.float32 or request.level is None
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
            image_HWC = to_rgb(composition.image_1CHW[..., : self._model.size[0], : self._model.size[1]])
            fine_HWC = None if composition.fine_1CHW is None else to_rgb(composition.fine_1CHW)
        rows = request.level or self._model.size[0]
        exact = exact and rows == self._model.size[0]
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
                    rows, columns = self._model.size
                    photo_HW = photo_11HW[0, 0, :rows, :columns].float().cpu().numpy()
            whole = replace(frame, maps=sources[0].maps, sources=sources, photo=photo_HW)
            yield replace(whole, pieces=pieces_hw)

    def warm_up(self) -> None:
        """Compute one of everything on grey (`Session.warm_up`)."""
        with self._computing():
            grey_1CHW = torch.zeros(1, 3, *self._model.canvas, device=self._plan.device)
            standing_18x3 = t_pose(self._model.size)
            kept = encode_reference(self._model, ReferenceInput(grey_1CHW, standing_18x3)).compact()
            for level in (None, *self._model.levels):
                rendering = self._model.render(
                    kept.appearance, standing_18x3, level, preview=level is not None
                )
                self._composed(rendering, standing_18x3, [kept], finely=False)

    def close(self) -> None:
        self._aside.shutdown()

    def _changes(self, request: RenderRequest) -> list[SlotChange]:
        if not self._model.capabilities.change:
            return []
        return known(request.changes, self._model.slots, request.identity)

    def _by_hand(self, appearance: Appearance, request: RenderRequest) -> Appearance:
        """With the slots scaled that were changed, and a mark on all that were."""
        changes = self._changes(request)
        if not changes:
            return appearance
        slots = self._model.slots
        return self._model.change(appearance, scales_of(changes, slots), touched_by(changes, slots))

    def _rendered(self, appearance: Appearance, request: RenderRequest) -> Rendering:
        return self._model.render(
            appearance,
            checked_pose(request.keypoints_18x3),
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
                rendering, checked_pose(request.keypoints_18x3), [giver], request.level is None
            )

        wardrobe, plate = self._references.wardrobe, self._references.encoded(request.identity).plate
        behind_1CHW = None
        if request.level is None and plate is not None and plate.fine_HWC is not None:
            behind_1CHW = to_tensor(plate.fine_HWC, self._plan.device)
        return FittingRoom(
            request.identity, request.swaps, wardrobe, composed, self._beneath(request), behind_1CHW
        )

    def _beneath(self, request: RenderRequest) -> Composition | None:
        """The person with textures of the givers, where those were refined; a drag has no time for it."""
        found = self.refinements.of(request)
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
            threads=self._plan.threads,
        )


def _keys(request: RenderRequest) -> list[str]:
    return [request.identity, *(mix.reference for mix in request.mixes)]


def checked_pose(keypoints_18x3: np.ndarray) -> np.ndarray:
    """As float32 [18, 3]. Raises InputError for another shape, and joints at no number."""
    pose = np.ascontiguousarray(keypoints_18x3, np.float32)
    if pose.shape != (18, 3):
        raise InputError(f"A pose needs 18 joints of x, y and state; this one has the shape {pose.shape}.")
    if not np.isfinite(pose[pose[:, 2] > 0]).all():
        raise InputError("The pose has a joint whose position is not a number.")
    return pose
