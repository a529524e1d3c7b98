"""A request -> its frames: appearances mixed, drawn, composed, dressed; then the maps that explain them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from engine import parsing
from engine.api import Frame, GarmentSwap, Maps, RenderRequest, SlotChange
from engine.compositing.bodies import seen_from_before
from engine.compositing.clothes import Clothes
from engine.compositing.compose import Composition, EncodedReference, compose, encode_reference
from engine.compositing.lent_skin import LentSkin
from engine.compositing.painted import AS_IT_IS, painted
from engine.compositing.wardrobe import CLASS_OF_PIECE
from engine.computing import Computing
from engine.contract import Appearance, PoseTransferModel, ReferenceInput, Rendering
from engine.drawn import Depth, DrawnReference, LastBared, LastDrawn, drawn_reference, in_frame
from engine.editing.changes import known, mixes_of, redrawn, scales_of, touched_by
from engine.editing.recolour import colours_of, in_colour
from engine.editing.refinement import Made, Refinements
from engine.editing.sources import photo_maps, photo_share
from engine.editing.swap import FittingRoom, as_painted, given_by, pieces_seen, tell_body, wearing, worn_by
from engine.errors import InputError
from engine.garments import BACKGROUND, Garment
from engine.pictures import to_rgb, to_tensor
from engine.plan import Plan
from engine.pose.kinematics import t_pose
from engine.references import References
from engine.requests import checked_pose, hashable, keys_of


class FrameMaker:
    """What an open engine makes of requests; depends on nothing but them and the references that are held."""

    def __init__(self, model: PoseTransferModel, plan: Plan, references: References, computing: Computing):
        self._model, self._plan = model, plan
        self._references, self._computing = references, computing
        self.refinements = Refinements(
            model,
            lambda key: references.encoded(key).appearance,
            self.last,
            self._made,
            lambda key: references.lent_skin(key) is not None,
        )
        self._last, self._bared = LastDrawn(model.maps), LastBared()
        self._aside = ThreadPoolExecutor(1, "layer", initializer=torch.set_num_threads, initargs=(1,))

    def last(self, request: RenderRequest) -> Frame:
        """The whole answer to a request, as of `of`."""
        *_, frame = self.of(request)
        return frame

    def of(self, request: RenderRequest) -> Iterator[Frame]:
        """The picture as soon as it is there; then, where the request asks for maps, the same frame with
        them, which another thread may ask for while this one draws on.

        Raises InputError for an unknown reference, a pose that is none, or a level that the engine does not
        have; OutOfMemory where a lower level may be possible.
        """
        begun = time.perf_counter()
        if request.level is not None and request.level not in self._model.levels:
            raise InputError(f"There is no level of {request.level} rows; there are {self._model.levels}.")
        request, painted_1HW = self._understood(request)
        exact = self._plan.preview == torch.float32 or request.level is None
        pieces_hw: np.ndarray | None = None
        room: FittingRoom | None = None
        drawn: dict[str, DrawnReference] = {}
        with self._computing():
            drawn[request.identity], depth = self._person(request, painted_1HW)
            if drawn[request.identity].painted is not None:
                painted_1HW = drawn[request.identity].painted
            composition = drawn[request.identity].composition
            if request.swaps or request.pieces:
                room = self._fitting_room(request, depth, drawn, painted_1HW)
                composition, pieces_hw = wearing(composition, room)
                if request.maps:
                    for swap in request.swaps:  # what is laid on is not drawn for its picture
                        if swap.strength and swap.garment != BACKGROUND and swap.reference not in drawn:
                            room.composed(swap.reference)
                pieces_hw = self._of_frame(pieces_hw)
            image_HWC = to_rgb(composition.image_1CHW[..., : self._model.size[0], : self._model.size[1]])
            fine_HWC = None if composition.fine_1CHW is None else to_rgb(composition.fine_1CHW)
            own_pose_error = self._references.encoded(request.identity).own_pose_error
            made_HW = in_frame(composition.made_11HW, self._model.size) if request.maps else None
            tell = (
                self._teller(request, drawn, pieces_hw, made_HW, room, painted_1HW) if request.maps else None
            )
        rows = request.level or self._model.size[0]
        exact = exact and rows == self._model.size[0]
        ms = 1e3 * (time.perf_counter() - begun)
        frame = Frame(image_HWC, rows, exact, ms, request.stamp, None, fine_HWC, pieces_hw)
        frame = replace(frame, own_pose_error=own_pose_error)
        yield frame
        if tell is not None:
            with self._computing.beside():
                frame = tell(frame)
            yield frame

    def prepare(self, request: RenderRequest) -> Iterator[None]:
        """Garments of a request cut out, and the body told that they are laid on, or their givers drawn, one
        after another; its person is only drawn where that was not done in this pose."""
        request, painted_1HW = self._understood(replace(request, maps=False))
        for swap in request.swaps:
            if swap.garment == BACKGROUND:
                continue
            with self._computing():
                piece = given_by(swap, self._references.shown(swap.reference, swap.garment))
                clothes = self._clothes(request, swap.reference, piece, finely=False)
            yield
            with self._computing():
                person, depth = self._person(request, painted_1HW)
                told_1HW = painted_1HW if person.painted is None else person.painted
                room = self._fitting_room(request, depth, {}, told_1HW)
                if clothes is None:
                    room.composed(swap.reference)
                else:
                    tell_body(person.composition, room)
            yield

    def _understood(self, request: RenderRequest) -> tuple[RenderRequest, Tensor | None]:
        """A request with what was changed by hand as mixes, and what was painted."""
        by_hand = mixes_of(self._changes(request), self._model.slots, request.identity)
        keypoints_18x3 = checked_pose(request.keypoints_18x3)
        size, canvas = self._model.size, self._model.canvas
        painted_1HW = painted(request.strokes, keypoints_18x3, size, canvas, self._plan.device)
        request = replace(request, keypoints_18x3=keypoints_18x3, mixes=(*request.mixes, *by_hand))
        return request, painted_1HW

    def _teller(
        self,
        request: RenderRequest,
        drawn: dict[str, DrawnReference],
        pieces_hw: np.ndarray | None,
        made_HW: np.ndarray | None,
        room: FittingRoom | None,
        painted_1HW: Tensor | None,
    ) -> Callable[[Frame], Frame]:
        """What makes a frame's maps. Of references all is looked up now, while nobody else computes; the maps
        can then be made beside the next picture.

        drawn: the person and every giver. pieces, made: as of `Frame`, None where nothing is worn.
        """
        size, references = self._model.size, self._references
        of_reference = {key: references.maps(key) for key in (*keys_of(request), *drawn)}
        worn = {} if room is None or pieces_hw is None else worn_by(pieces_hw, room)
        parsed = pieces_hw is None and parsing.available().available
        wardrobe = references.wardrobe(request.identity) if parsed else None

        def tell(frame: Frame) -> Frame:
            own = drawn[request.identity]
            pieces = pieces_hw
            if wardrobe is not None:
                pose_18x3 = self._across_canvas(request.keypoints_18x3)
                pieces = self._of_frame(pieces_seen(own.composition, wardrobe, painted_1HW, pose_18x3))
            maps = {key: each.tell_maps() for key, each in drawn.items()}
            details = dict(zip(keys_of(request), own.details_2HW(size), strict=False))
            details |= {key: each.details_2HW(size)[0] for key, each in drawn.items()}
            sources = photo_maps(
                request.identity, request.mixes, maps, worn, of_reference.__getitem__, details
            )
            photos = {key: each.photo_HW(size) for key, each in drawn.items()}
            photo_HW = photo_share(photos[request.identity], worn, photos)
            if photo_HW is not None and made_HW is not None:
                photo_HW = photo_HW * (1.0 - made_HW)
            told = replace(frame, maps=sources[0].maps, sources=sources)
            return replace(told, photo=photo_HW, made=made_HW, pieces=pieces)

        return tell

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

    def forget(self, reference: str) -> None:
        """Drop what was made of a reference."""
        self.refinements.forget(reference)
        self._last.clear()
        self._bared.clear()

    def close(self) -> None:
        self._last.clear()
        self._bared.clear()
        self._aside.shutdown()

    def _changes(self, request: RenderRequest) -> list[SlotChange]:
        if not self._model.capabilities.change:
            return []
        return known(request.changes, self._model.slots, request.identity)

    def _coloured(self, shown: Composition, rendering: Rendering, changes: list[SlotChange]) -> Composition:
        """With what slots make in the colours that they were given; of it nothing is the photo's own."""
        for colour, by_slot in colours_of(changes, self._model.slots):
            share_11hw = rendering.made_of(by_slot)
            if share_11hw is not None:
                shown = in_colour(shown, share_11hw, colour)
        return shown

    def _by_hand(self, appearance: Appearance, request: RenderRequest, *, worn: bool = False) -> Appearance:
        """With the slots scaled that were changed, and a mark on all that are drawn otherwise. worn: of a
        giver; slots that are taken from elsewhere are the person's alone."""
        asked = self._changes(request)
        if worn:
            asked = [replace(each, reference="") for each in asked]
        changes = [each for each in asked if redrawn(each, request.identity)]
        if not changes:
            return appearance
        slots = self._model.slots
        return self._model.change(appearance, scales_of(changes, slots), touched_by(changes, slots))

    def _repainted(
        self,
        drawn: DrawnReference,
        appearance: Appearance,
        request: RenderRequest,
        painted_1HW: Tensor,
        depth: Depth,
    ) -> DrawnReference:
        """The person as was painted, by an engine over whose pictures the photo is laid: drawn twice, for
        what was not painted stays as it was."""
        rendering = self._model.render(
            self._painted(appearance, painted_1HW),
            request.keypoints_18x3,
            depth.level,
            preview=depth.level is not None,
            maps=depth.maps,
        )
        key = request.identity
        shown, painted_1HW = as_painted(
            drawn.composition,
            rendering.image_1CHW,
            self._references.wardrobe(key),
            painted_1HW,
            self._across_canvas(request.keypoints_18x3),
            self._wall(depth.finely, key),
        )
        tell_maps = rendering.tell if depth.maps else Maps
        return drawn._replace(composition=shown, tell_maps=tell_maps, painted=painted_1HW)

    def _painted(self, appearance: Appearance, painted_1HW: Tensor) -> Appearance:
        class_Q = torch.tensor((*CLASS_OF_PIECE, AS_IT_IS), device=painted_1HW.device)  # -1 is its last
        return self._model.paint(appearance, class_Q[painted_1HW])

    def _person(self, request: RenderRequest, painted_1HW: Tensor | None) -> tuple[DrawnReference, Depth]:
        """The person of a request without garments of others, and how far all of it is drawn. Its mixes: with
        those of changes by hand."""
        own, *others = (self._references.encoded(key) for key in keys_of(request))
        mixed = tuple(hashable(mix) for mix in request.mixes)
        about = own, *others, mixed, request.changes
        paints = painted_1HW is not None and self._model.capabilities.paint_regions
        at_once = paints and not self._model.composited
        if at_once:
            about = *about, request.strokes
        self._last.keep_only(request.keypoints_18x3, self._references.all_encoded)
        self._bared.keep_only(request.keypoints_18x3)
        depth = self._last.depth(request, about)
        drawn = self._last.found(about, depth)
        over = paints and not at_once
        repainted = self._last.found((*about, request.strokes), depth) if over else None
        if drawn is not None and (repainted is not None or not over):
            return repainted or drawn, depth
        pairs = [
            (other.appearance, mix.coefficients) for other, mix in zip(others, request.mixes, strict=True)
        ]
        appearance = self._model.mix(own.appearance, pairs) if pairs else own.appearance
        appearance = self._by_hand(appearance, request)
        if at_once:
            assert painted_1HW is not None
            appearance = self._painted(appearance, painted_1HW)
        if drawn is None:
            drawn = self._last.keep(about, depth, self._drawn(appearance, request, [own, *others], depth))
        if over:
            assert painted_1HW is not None
            drawn = self._repainted(drawn, appearance, request, painted_1HW, depth)
            self._last.keep((*about, request.strokes), depth, drawn)
        return drawn, depth

    def _drawn(
        self, appearance: Appearance, request: RenderRequest, kept: list[EncodedReference], depth: Depth
    ) -> DrawnReference:
        rendering = self._model.render(
            appearance,
            request.keypoints_18x3,
            depth.level,
            preview=depth.level is not None,
            maps=depth.maps,
        )
        shown = self._composed(rendering, request.keypoints_18x3, kept, depth.finely)
        # Whoever's the trousers are: those that were given a colour have it.
        coloured = self._coloured(shown, rendering, self._changes(request))
        return drawn_reference(rendering, coloured, depth.maps)

    def _fitting_room(
        self,
        request: RenderRequest,
        depth: Depth,
        drawn: dict[str, DrawnReference],
        painted_1HW: Tensor | None,
    ) -> FittingRoom:
        """Each giver is drawn as the person is: in the same pose, as far. drawn: where that is put."""

        def composed(key: str) -> Composition:
            giver = self._references.encoded(key)
            about = giver, request.changes
            found = self._last.found(about, depth)
            if found is None:
                appearance = self._by_hand(giver.appearance, request, worn=True)
                found = self._last.keep(about, depth, self._drawn(appearance, request, [giver], depth))
            drawn[key] = found
            return found.composition

        lent = self.refinements.lent(request)

        def skin(key: str, word: str) -> LentSkin | None:
            return self._references.lent_skin(key) if (key, word) in lent else None

        wardrobe, plate = self._references.wardrobe, self._references.encoded(request.identity).plate
        behind_1CHW = None
        if request.level is None and plate is not None and plate.fine_HWC is not None:
            behind_1CHW = to_tensor(plate.fine_HWC, self._plan.device)
        return FittingRoom(
            request.identity,
            request.swaps,
            wardrobe,
            self._references.shown,
            composed,
            partial(self._wall, request.level is None),
            partial(self._clothes, request, finely=request.level is None),
            self._beneath(request),
            behind_1CHW,
            painted_1HW,
            self._across_canvas(request.keypoints_18x3),
            skin,
            self.refinements.lit(request),
            self._bared.of,
        )

    def _made(self, request: RenderRequest, swap: GarmentSwap) -> Made:
        key = swap.reference
        piece = given_by(swap, self._references.shown(key, swap.garment))
        if self._clothes(request, key, piece, finely=False) is None:
            return Made.DRAWN
        return Made.ALONE if self._references.is_alone(key) else Made.WORN

    def _clothes(self, request: RenderRequest, key: str, garment: Garment, finely: bool) -> Clothes | None:
        """What a garment is laid on as; None where an engine is to draw it. It can draw what somebody wears,
        and so does where nobody knows the wearer's body or its front is not seen; but trousers that are cut
        off it cannot."""
        references = self._references
        cut_off = garment.word == "trousers" and references.wardrobe(key).cut_off
        if not (cut_off or references.is_alone(key)) and not seen_from_before(
            checked_pose(request.keypoints_18x3)
        ):
            return None
        return references.clothes_of(key, garment, finely)

    def _across_canvas(self, keypoints_18x3: np.ndarray) -> np.ndarray:
        """A pose, x, y from 0 to 1 across the canvas."""
        rows, columns = self._model.canvas
        return keypoints_18x3 / np.array((columns, rows, 1), np.float32)

    def _of_frame(self, pieces_hw: np.ndarray) -> np.ndarray:
        """The frame's part of a map of the canvas: whole or begun positions, as of an engine's maps."""
        rows, columns = (
            -(-side * many // whole)
            for side, whole, many in zip(self._model.size, self._model.canvas, pieces_hw.shape, strict=True)
        )
        return pieces_hw[:rows, :columns]

    def _wall(self, finely: bool, key: str) -> Tensor:
        """What is behind the person of a reference, as fine as is known."""
        plate = self._references.encoded(key).plate
        if finely and plate is not None and plate.fine_HWC is not None:
            return to_tensor(plate.fine_HWC, self._plan.device)
        return self._references.wardrobe(key).plate

    def _beneath(self, request: RenderRequest) -> Composition | None:
        """The person with textures of the givers, where those were refined; a drag has no time for it."""
        found = self.refinements.of(request) if request.level is None else []
        if not found:
            return None
        own, *others = (self._references.encoded(key) for key in keys_of(request))
        givers = [self._references.encoded(key) for key, _ in found]
        mixed = [mix.coefficients for mix in request.mixes] + [coefficients for _, coefficients in found]
        kept = [*others, *givers]
        appearances = zip((each.appearance for each in kept), mixed, strict=True)
        mixture = self._by_hand(self._model.mix(own.appearance, list(appearances)), request)
        return self._drawn(mixture, request, [own, *kept], Depth(None, True, False)).composition

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
