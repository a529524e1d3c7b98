"""The only place that composes: what an engine drew and its references -> the picture that is shown.

Whoever shows, rates or times a picture calls `encode_reference` once a reference and `compose` once a
picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine import parsing
from engine.compositing.arms_seen import with_held
from engine.compositing.atlas import CLASSES
from engine.compositing.background import Plate, before_plates, make_plate, of_person, person_matte
from engine.compositing.coming_to_light import with_rows_carried_on
from engine.compositing.detail import (
    CopiedDetail,
    DetailSource,
    blended,
    brought_together,
    copied,
    make_source,
)
from engine.compositing.edges_told import along_edges
from engine.compositing.fields import size_of, window_of
from engine.compositing.fine_mattes import FineMattes, fine_mattes
from engine.compositing.grain import with_grain
from engine.compositing.hair_told import with_hair
from engine.compositing.held_things import held_things
from engine.compositing.hung_things import with_things
from engine.compositing.layers import PhotoWarp, Referred, over, photo_layer, photo_warps, without_moved_hands
from engine.compositing.legwear_told import with_one_legwear
from engine.compositing.moving_least_squares import normalised_pose
from engine.compositing.own_pose import OwnPose, own_pose_rendering
from engine.compositing.patterns import patterned
from engine.compositing.shown_surface import Shown, shown_surface
from engine.compositing.sleeves_told import with_bare_arms, with_sleeves
from engine.contract import Appearance, PoseTransferModel, ReferenceInput, Rendering
from engine.ops.resample import enlarged
from engine.pictures import to_tensor
from engine.pose.planes import present_joints

_RIM = 4  # px around the person: a gate looks at 2, and a finer picture at 1 more
_STEP = 16  # px: convolutions of ever other sizes are slow


@dataclass(frozen=True, eq=False)
class EncodedReference:
    """All that is known of a reference for one engine, free of any target pose.

    source: what of the photo can be copied, own: how the engine draws its own pose, plate: what is behind;
    None where the engine shows what it draws, or the pose is not known. fine_HWC: as in `api.Reference`;
    cloth_HWC: of that size, the colours under arms (`grain.with_grain`); mattes: likewise, whose its pixels
    are.
    """

    appearance: Appearance
    source: DetailSource | None = None
    own: OwnPose | None = None
    fine_HWC: np.ndarray | None = None
    plate: Plate | None = None
    cloth_HWC: np.ndarray | None = None
    mattes: FineMattes | None = None

    @property
    def known_source(self) -> DetailSource:
        """`source`, of a reference of an engine that is composited."""
        assert self.source is not None
        return self.source

    @cached_property
    def own_pose_error(self) -> float | None:
        """As `api.Frame` has it."""
        if self.own is None or self.source is None:
            return None
        drawn_1Chw, person_11hw = self.own.picture.float(), self.own.hole > 0.5
        photo_1Chw = F.interpolate(self.source.photo[:, :3].float(), drawn_1Chw.shape[-2:], mode="area")
        apart_N = (drawn_1Chw - photo_1Chw).abs().mean(1, keepdim=True)[person_11hw]
        return float(apart_N.mean()) if len(apart_N) else None

    def compact(self) -> EncodedReference:
        """As it is kept: in half the memory."""
        source = None if self.source is None else self.source.compact()
        own = None if self.own is None else self.own.compact()
        return replace(self, source=source, own=own)

    def bytes(self) -> int:
        kept = [*(self.source or ()), *(self.own or ())]
        photo = sum(0 if each is None else each.nbytes for each in (self.fine_HWC, self.cloth_HWC))
        photo += sum(0 if each is None else each.bytes() for each in (self.plate, self.mattes))
        return self.appearance.bytes() + photo + sum(each.numel() * each.element_size() for each in kept)


@dataclass(frozen=True, eq=False)
class Composition:
    """image_1CHW: about [-1, 1], on the canvas. fine_1CHW: the same at the first reference's fine size, where
    that was asked for and there is one. copied: where its detail comes from, if it has any. surface_1Khw: the
    surface map it was composed by, None where nothing was. tell_photo: makes `photo_11HW`, tell_shown:
    `shown`, once; None where nothing is taken from a photo. made_11hw: as of `worn.Dressed`."""

    image_1CHW: Tensor
    fine_1CHW: Tensor | None = None
    copied: CopiedDetail | None = None
    surface_1Khw: Tensor | None = None
    tell_photo: Callable[[], Tensor] | None = None
    tell_shown: Callable[[], Shown] | None = None
    made_11hw: Tensor | None = None

    @property
    def shown(self) -> Shown | None:
        """What is shown as a surface map, None where nothing was composed; a drag has no use for it."""
        if self.tell_shown is not None:
            return self.tell_shown()
        if self.surface_1Khw is None:
            return None
        return Shown(self.surface_1Khw, torch.zeros_like(self.surface_1Khw[:, :1]))

    @property
    def photo_11HW(self) -> Tensor | None:
        """How much of every pixel is taken from the references' photos, 0 to 1; made now, for a drag has no
        use for it."""
        return None if self.tell_photo is None else self.tell_photo()

    @property
    def made_11HW(self) -> Tensor | None:
        """`made_11hw` of every pixel."""
        return None if self.made_11hw is None else enlarged(self.made_11hw, size_of(self.image_1CHW))


def encode_reference(
    model: PoseTransferModel,
    reference: ReferenceInput,
    fine_HWC: np.ndarray | None = None,
) -> EncodedReference:
    """Look at a reference once, in float32, and draw it in its own pose where that is known.

    Raises InputError where the engine needs the parsing network in the box and that cannot be read.
    """
    reference = looked_at(model, reference)
    return encode_appearance(model, reference, model.encode(reference), fine_HWC)


def encode_appearance(
    model: PoseTransferModel,
    reference: ReferenceInput,
    appearance: Appearance,
    fine_HWC: np.ndarray | None = None,
    before: EncodedReference | None = None,
) -> EncodedReference:
    """What `encode_reference` makes of a reference that was looked at, and an appearance, settled perhaps.

    before: what was made of it with another appearance. Its plate, its fine mattes and its colours under arms
    stay.
    """
    picture_1CHW, surface_1Khw = reference.picture_1CHW, reference.surface_1Khw
    if not model.composited or surface_1Khw is None:
        return EncodedReference(appearance, fine_HWC=fine_HWC)
    if reference.keypoints_18x3 is None:
        return EncodedReference(appearance, make_source(surface_1Khw, picture_1CHW), None, fine_HWC)
    drawn = model.render(appearance, reference.keypoints_18x3, model.levels[0])
    draft_1Chw, own_1Khw = draft_and_surface(drawn)
    source = make_source(brought_together(surface_1Khw, own_1Khw), picture_1CHW)
    pose_1183 = drawn_pose(reference.keypoints_18x3, model.canvas, picture_1CHW.device)
    plate = before.plate if before is not None else None
    assert reference.arms_1Ahw is not None  # seen with the surface map
    plate = plate or make_plate(source.photo, reference.arms_1Ahw, fine_HWC)
    background_1CHW = to_tensor(plate.frame_HWC, picture_1CHW.device)
    seen = surface_1Khw, reference.arms_1Ahw
    photos = None if fine_HWC is None else [fine_HWC]
    toes_23 = None
    if reference.toes_2x3 is not None:
        toes_2x3 = torch.tensor(reference.toes_2x3, device=picture_1CHW.device)
        toes_23 = normalised_pose(toes_2x3, model.canvas)
    own = own_pose_rendering(
        source,
        draft_1Chw,
        own_1Khw,
        pose_1183,
        background_1CHW,
        *seen,
        reference.held_12HW,
        photos,
        [reference.hands],
        [toes_23],
    )
    pattern_HW2 = patterned(own, source.photo, fine_HWC) if plate.pattern_HW2 is None else plate.pattern_HW2
    plate = plate._replace(pattern_HW2=pattern_HW2)
    if before is not None and before.own is not None:
        own = own._replace(under=torch.cat([before.own.under[:, :3].float(), own.under[:, 3:]], 1))
        cloth_HWC = before.cloth_HWC
    else:
        own, cloth_HWC = with_grain(own, source.photo, fine_HWC, pattern_HW2)
        own, cloth_HWC = with_rows_carried_on(own, source.photo, fine_HWC, cloth_HWC, pattern_HW2)
    mattes = before.mattes if before is not None else None
    if mattes is None and fine_HWC is not None and plate.fine_HWC is not None:
        fine_1CHW, wall_1CHW = (
            to_tensor(each_HWC, picture_1CHW.device) for each_HWC in (fine_HWC, plate.fine_HWC)
        )
        class_18hw = F.interpolate(own.seen[:, :CLASSES], size_of(source.photo), mode="bilinear")
        told = own.limbs, own.held, own.pose[0], own.shown, own.hair, class_18hw, toes_23
        mattes = fine_mattes(fine_1CHW, wall_1CHW, source.photo[:, -1:], *told)
    return EncodedReference(appearance, source, own, fine_HWC, plate, cloth_HWC, mattes)


def looked_at(model: PoseTransferModel, reference: ReferenceInput) -> ReferenceInput:
    """A reference with its surface map, where the engine needs one and nobody has looked yet."""
    if not model.needs_surface or reference.surface_1Khw is not None:
        return reference
    picture_1CHW, held = reference.picture_1CHW, None
    surface_1Khw, arms_1Ahw = parsing.careful_look(picture_1CHW, reference.joints_1J3)
    if reference.person_11HW is not None:
        if reference.keypoints_18x3 is not None:
            looks = surface_1Khw, arms_1Ahw, reference.person_11HW
            held = held_things(picture_1CHW, reference.keypoints_18x3, *looks)
        surface_1Khw = of_person(surface_1Khw, reference.person_11HW)
    surface_1Khw = along_edges(surface_1Khw, picture_1CHW)
    surface_1Khw, arms_1Ahw = with_hair(surface_1Khw, arms_1Ahw, picture_1CHW)
    surface_1Khw = with_bare_arms(with_sleeves(surface_1Khw, picture_1CHW), arms_1Ahw[:, -2:], picture_1CHW)
    surface_1Khw = with_held(surface_1Khw, arms_1Ahw)
    surface_1Khw = with_one_legwear(surface_1Khw, reference.keypoints_18x3, size_of(picture_1CHW))
    if held is None:
        return replace(reference, surface_1Khw=surface_1Khw, arms_1Ahw=arms_1Ahw)
    surface_1Khw = with_things(surface_1Khw, held)
    return replace(reference, surface_1Khw=surface_1Khw, arms_1Ahw=arms_1Ahw, held_12HW=held.things)


def compose(
    model: PoseTransferModel,
    rendering: Rendering,
    keypoints_18x3: np.ndarray,
    references: Sequence[EncodedReference],
    *,
    finely: bool = False,
    aside: Executor | None = None,
    threads: int = 1,
) -> Composition:
    """The picture that a rendering of `model` in this pose is shown as.

    references: whose appearances were mixed, in that order. finely: whether the fine picture is wanted too.
    aside: where the photo's layer may be computed meanwhile, with one of the `threads`.
    """
    whole = rendering.image_1CHW.shape[-2] == model.canvas[0]
    if not model.composited:
        # A later rendering may overwrite it.
        image_1CHW = rendering.image_1CHW
        return Composition(image_1CHW.clone() if whole else enlarged(image_1CHW, model.canvas))
    draft_1Chw, surface_1Khw = draft_and_surface(rendering)
    pose_1183 = drawn_pose(keypoints_18x3, model.canvas, draft_1Chw.device)
    own, *others = references
    shares = [(own, 1.0), *zip(others, rendering.shares, strict=True)]
    layers = [(kept.known_source, kept.own, share) for kept, share in shares if share is not None]
    person_11HW = person_matte(surface_1Khw, model.canvas)
    drawn = draft_1Chw, surface_1Khw, pose_1183
    # Many small operators, which do not fill two threads, beside few large ones.
    mixed = len(references) > 1
    layer = None if aside is None else aside.submit(_laid_aside, *drawn, layers, mixed)
    image_1CHW, taken = rendering.image_1CHW, None
    if whole:
        if layer is not None:
            torch.set_num_threads(max(1, threads - 1))
        try:
            image_1CHW, taken = _detailed(model, rendering, surface_1Khw, pose_1183, layers, person_11HW)
        except BaseException:
            if layer is not None:
                wait([layer])  # nothing computes beside what is asked for next
            raise
        finally:
            if layer is not None:
                torch.set_num_threads(threads)
    else:
        image_1CHW = enlarged(image_1CHW, model.canvas)
    plain_1CHW, image_1CHW = image_1CHW, before_plates(image_1CHW, person_11HW, layers)
    warps, layer_14HW = _laid(*drawn, layers, mixed) if layer is None else layer.result()
    finished_1CHW = _as_drawn(over(image_1CHW, layer_14HW), rendering)
    share_11HW = None if taken is None else taken.share
    tell_photo = partial(from_photo, share_11HW, person_11HW, layer_14HW, layers, rendering.by_hand_11hw)
    tell_shown = cache(partial(shown_surface, surface_1Khw, warps, layers, mixed))
    if not finely or own.fine_HWC is None:
        return Composition(finished_1CHW, None, taken, surface_1Khw, tell_photo, tell_shown)
    size = own.fine_HWC.shape[:2]
    layers = [(*_finer(kept, size), share) for kept, share in shares if share is not None]
    large_1CHW = enlarged(plain_1CHW, size)
    large_1CHW = before_plates(large_1CHW, person_matte(surface_1Khw, size), layers)
    fine_1CHW = _as_drawn(over(large_1CHW, photo_layer(warps, layers, mixed=mixed)), rendering)
    return Composition(finished_1CHW, fine_1CHW, taken, surface_1Khw, tell_photo, tell_shown)


@torch.no_grad()
def from_photo(
    share_11HW: Tensor | None,
    person_11HW: Tensor,
    layer_14HW: Tensor,
    references: Sequence[Referred],
    by_hand_11hw: Tensor | None = None,
) -> Tensor:
    """How much of every pixel of a picture is taken from a photo of its references, [1, 1, H, W].

    share: of copied detail, None where none is. person: how much of a pixel is the person's. layer,
    references: as of `layers.photo_layer`. Of the person it is what is copied or laid over, of what is behind
    that which the photos show, and not what was filled in where somebody stood; nothing where slots were
    changed by hand, which is shown as it is drawn.
    """
    plain_11HW = torch.zeros_like(person_11HW)
    share_11HW = plain_11HW if share_11HW is None else share_11HW
    size = size_of(plain_11HW)
    shown = (
        (plain_11HW if own is None else 1.0 - enlarged(own.hole, size), share) for _, own, share in references
    )
    hers_11HW = share_11HW + layer_14HW[:, :1] * (1.0 - share_11HW)
    photo_11HW = torch.lerp(blended(shown), hers_11HW, person_11HW)
    if by_hand_11hw is None:
        return photo_11HW
    return photo_11HW * (1.0 - enlarged(by_hand_11hw, size))


def drawn_pose(keypoints_18x3: np.ndarray, canvas: tuple[int, int], device: torch.device) -> Tensor:
    """A pose [1, 18, 3] as `moving_least_squares` takes it, less the joints that engines are not shown."""
    present_18x3 = np.where(present_joints(keypoints_18x3)[:, None], keypoints_18x3, np.float32(0))
    return normalised_pose(torch.tensor(present_18x3, device=device)[None], canvas)


def draft_and_surface(rendering: Rendering) -> tuple[Tensor, Tensor]:
    """A rendering's picture and surface map at one size: the engine's own, or what the parsing network
    sees."""
    if rendering.draft_1Chw is not None and rendering.surface_1Khw is not None:
        return rendering.draft_1Chw, rendering.surface_1Khw
    surface_1KHW = parsing.surface_map(rendering.image_1CHW)
    size = tuple(side // 2 for side in rendering.image_1CHW.shape[-2:])
    draft_1Chw, surface_1Khw = (
        F.interpolate(planes, size, mode="area") for planes in (rendering.image_1CHW, surface_1KHW)
    )
    return draft_1Chw, surface_1Khw


def _laid(
    picture_1Chw: Tensor,
    surface_1Khw: Tensor,
    pose_1183: Tensor,
    references: Sequence[Referred],
    mixed: bool,
) -> tuple[list[PhotoWarp | None], Tensor]:
    """How references lie in a picture, and their layer, as of `layers`."""
    warps = photo_warps(picture_1Chw, surface_1Khw, pose_1183, references)
    return warps, photo_layer(warps, references, mixed=mixed)


_laid_aside = torch.inference_mode()(_laid)  # other threads do not inherit the mode


def _detailed(
    model: PoseTransferModel,
    rendering: Rendering,
    surface_1Khw: Tensor,
    pose_1183: Tensor,
    layers: Sequence[Referred],
    person_11HW: Tensor,
) -> tuple[Tensor, CopiedDetail | None]:
    """A whole rendering with the detail of its references, where it is not hidden by their plates; as it is
    where the engine has no gate for that."""
    if not model.copies_detail:
        return rendering.image_1CHW, None
    sources = [(without_moved_hands(pose_1183, source, own), share) for source, own, share in layers]
    shown_HW = person_11HW[0, 0]
    if any(own is None for _, own, _ in layers):  # no plate hides what is behind
        shown_HW = torch.ones_like(shown_HW)
    window = window_of(shown_HW, _RIM, _STEP)
    return copied(
        rendering.image_1CHW, sources, surface_1Khw, lambda seen: model.gate(rendering, seen, window), window
    )


def _as_drawn(picture_1CHW: Tensor, rendering: Rendering) -> Tensor:
    """A finished picture, but as the engine draws it where slots were changed by hand: the photo would hide
    what they do."""
    if rendering.by_hand_11hw is None:
        return picture_1CHW
    size = size_of(picture_1CHW)
    drawn_1CHW, by_hand_11HW = (
        enlarged(each, size) for each in (rendering.image_1CHW, rendering.by_hand_11hw)
    )
    return torch.lerp(picture_1CHW, drawn_1CHW, by_hand_11HW)


def _finer(kept: EncodedReference, size: tuple[int, int]) -> tuple[DetailSource, OwnPose | None]:
    """A reference's source and own pose with the photo in this size."""
    source = kept.known_source
    photo_1CHW = source.photo[:, :3].float()
    if kept.fine_HWC is not None:
        photo_1CHW = to_tensor(kept.fine_HWC, photo_1CHW.device)
    if photo_1CHW.shape[-2:] != size:
        photo_1CHW = F.interpolate(photo_1CHW, size, mode="bilinear", antialias=True)
    behind_11HW = enlarged(source.photo[:, -1:], size)
    if kept.mattes is not None:
        behind_11HW = enlarged(kept.mattes.behind / 255.0, size)
    source, own = source._replace(photo=torch.cat([photo_1CHW, behind_11HW], 1)), kept.own
    if own is not None:
        plate_1CHW = own.background.float()
        if kept.plate is not None and kept.plate.fine_HWC is not None:
            plate_1CHW = to_tensor(kept.plate.fine_HWC, plate_1CHW.device)
        own = own._replace(background=enlarged(plate_1CHW, size))
        limbs_14HW, arms_1CHW, drawn_12HW, held_12HW = own.limbs, own.arms.float(), own.drawn, own.held
        if kept.mattes is not None:
            limbs_14HW, drawn_12HW = kept.mattes.limbs / 255.0, kept.mattes.drawn / 255.0
            arms_1CHW, held_12HW = kept.mattes.arms / 127.5 - 1.0, kept.mattes.held / 255.0
        shown = (enlarged(each, size) for each in (limbs_14HW, arms_1CHW, drawn_12HW, held_12HW))
        own = own._replace(**dict(zip(("limbs", "arms", "drawn", "held"), shown, strict=True)))
        if kept.cloth_HWC is not None and kept.cloth_HWC.shape[:2] == size:
            under_1EHW = [
                to_tensor(kept.cloth_HWC, photo_1CHW.device),
                enlarged(own.under[:, 3:].float(), size),
            ]
            own = own._replace(under=torch.cat(under_1EHW, 1))
    return source, own
