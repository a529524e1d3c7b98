"""Reference photos: framed, detected, parsed and encoded once, whoever asks first.

One cache, bounded in bytes, of all that is made of them: what detector and parser see, what is encoded,
wardrobes, maps. What falls out of it is made again as long as somebody holds the handle; what belongs to a
handle that nobody holds any more is freed with the next call. An appearance that was settled stays with its
handle: it took seconds, and is smaller than the handle's own picture.
"""

from __future__ import annotations

import hashlib
import weakref
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine import detect, parsing
from engine.api import Maps, Reference, Settled
from engine.cache import Cache, room_at
from engine.compositing.clothes import Clothes, clothes_alone, known_as
from engine.compositing.clothes_worn import LAID_ON, clothes_worn
from engine.compositing.compose import EncodedReference, encode_appearance, looked_at
from engine.compositing.garment_kinds import from_waist
from engine.compositing.lent_skin import LentSkin, lent_skin
from engine.compositing.wardrobe import Wardrobe, make_wardrobe
from engine.compositing.worn import Drawn
from engine.contract import Appearance, PoseTransferModel, ReferenceInput
from engine.editing.settle import Settling
from engine.errors import InputError
from engine.flat_lays import as_seen_best, garment_alone, may_fill_a_garment, of_garment, same_pose
from engine.framing import Framed, frame_photo
from engine.garments import GARMENTS, TROUSERS, Garment
from engine.hands import Hand, find_hands
from engine.people import find_pose
from engine.pictures import to_tensor
from engine.plan import give_back_memory
from engine.pose.extent import Box

# At 256 rows a photo is 3 MB looked at, 4 to 7 encoded, 7 as maps, 3 as a wardrobe; of 1024 rows 14 encoded,
# and each garment that is cut out of it as fine as it is 11 to 22.
CACHE_BYTES = 192 << 20
_LOOKED, _ENCODED, _WARDROBE, _MAPS, _CLOTHES, _FINE_CLOTHES, _SKIN = _KINDS = (
    "looked at",
    "encoded",
    "wardrobe",
    "maps",
    "clothes",
    "fine clothes",
    "skin",
)
_WORN = tuple(f"{kind}, {word}" for kind in (_CLOTHES, _FINE_CLOTHES) for word in LAID_ON)
# Times as fine as an engine draws, from which on garments are laid on: rendered people of 256 rows are drawn
# nearer to the truth (docs/evaluation.md); tops of 512 in the box are better laid on by eye in most pairs,
# trousers are not: the old ones' outline is left beside them.
_FINE, _FINE_BELOW = 2, 3
_SHOWN_EVERY = 6  # steps of settling: to show them costs as much as two


class References:
    """The photos of one open engine. Not thread-safe."""

    def __init__(self, model: PoseTransferModel, device: torch.device):
        self._model, self._device = model, device
        self._handles: WeakValueDictionary[str, Reference] = WeakValueDictionary()
        self._kept: Cache[tuple[str, str], Any] = Cache()  # by what it is, and of which reference
        # Keys whose handle nobody holds any more: told on whatever thread let it go, looked at on ours.
        self._let_go: deque[str] = deque()
        self._settled: WeakKeyDictionary[Reference, Appearance] = WeakKeyDictionary()
        self._steps: WeakKeyDictionary[Reference, int] = WeakKeyDictionary()
        self._settling: dict[str, Settling] = {}  # the one that is on the way

    def add(
        self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None, alone: bool | None = None
    ) -> Reference:
        """Frame a photo and encode it: uint8 RGB of any size, float32 [18, 3] in photo px.

        pose: None detects it where detection is available, or tells it of a garment that lies there alone;
        with all joints absent the whole photo is taken and nobody is looked for. alone: whether it is such a
        garment, in a photo that is framed already; None: it is where the pose is that of one (`flat_lays`).
        """
        pose, figure = _seen_in(rgb_HWC, pose, alone)
        framing = partial(frame_photo, rgb_HWC, pose, figure=figure)
        framed = framing(size=self._model.size)
        digest = hashlib.sha256(np.ascontiguousarray(framed.image_HWC).tobytes())
        if figure is not None:
            digest.update(b"alone")
        if framed.keypoints_18x3 is not None:
            digest.update(framed.keypoints_18x3.tobytes())
        key = digest.hexdigest()
        reference = self._handles.get(key)
        if reference is None:
            fine_HWC = self._fine(framing, framed)
            size = rgb_HWC.shape[0], rgb_HWC.shape[1]
            reference = Reference(
                key,
                framed.image_HWC,
                framed.keypoints_18x3,
                fine_HWC,
                size,
                framed.matrix_2x3,
                figure is not None,
            )
            self.free(key)
            self._handles[key] = reference
            weakref.finalize(reference, self._let_go.append, key).atexit = False
        self.encoded(key)
        return reference

    def free(self, asked: str) -> None:
        """Drop what is kept of references that nobody holds any more, but for the one that is asked for."""
        gone = {self._let_go.popleft() for _ in range(len(self._let_go))}
        gone = {key for key in gone if key not in self._handles}  # the same photo may have come again
        if asked in gone:
            self._let_go.append(asked)
        freed = [self._drop(key) for key in gone - {asked}]
        if any(freed):
            give_back_memory()

    @property
    def all_encoded(self) -> Collection[EncodedReference]:
        """What is kept now, of whomever."""
        return [each for each in self._kept.values() if isinstance(each, EncodedReference)]

    def encoded(self, key: str) -> EncodedReference:
        """What is known of a reference. Raises InputError where nobody holds it any more."""
        self.free(key)
        if (_ENCODED, key) in self._kept:
            return self._kept[_ENCODED, key]
        return self._encode(self._reference(key))

    def _encode(self, reference: Reference) -> EncodedReference:
        given = self._looked_at(reference)
        appearance = self._settled.get(reference) or self._model.encode(given)
        encoded = encode_appearance(self._model, given, appearance, reference.fine_HWC)
        return self._keep(reference.key, encoded)

    def settle(self, key: str, of: int) -> Settled:
        """One more step of settling a reference, of so many; what is kept of it follows every few steps.

        Raises InputError where nobody holds it any more.
        """
        reference, kept = self._reference(key), self.encoded(key)
        settles = self._model.capabilities.settle and kept.own is not None and not reference.alone
        if not settles or self._steps.get(reference, 0) >= of:
            return Settled(of, of, changed=False)
        settling = self._settling.get(key)
        if settling is None:
            settling = Settling(self._model, kept.appearance, self._looked_at(reference))
            self._settling = {key: settling}
        settling.step()
        steps = self._steps[reference] = self._steps.get(reference, 0) + 1
        changed = steps % _SHOWN_EVERY == 0 or steps == of
        if changed:
            self._settled[reference] = appearance = settling.appearance()
            given, fine_HWC = settling.reference, reference.fine_HWC
            self._keep(key, encode_appearance(self._model, given, appearance, fine_HWC, kept))
        if steps == of:
            del self._settling[key]
        return Settled(steps, of, changed)

    def _keep(self, key: str, encoded: EncodedReference) -> EncodedReference:
        encoded = encoded.compact()
        return self._kept.put((_ENCODED, key), encoded, encoded.bytes(), self._room)

    def wardrobe(self, key: str) -> Wardrobe:
        """What the person of a reference wears. Raises InputError where nobody can be parsed here."""
        if (_WARDROBE, key) in self._kept:
            return self._kept[_WARDROBE, key]
        own, given = self.encoded(key).own, self._surface(key)
        picture_1CHW, surface_1Khw = given.picture_1CHW, given.surface_1Khw
        assert surface_1Khw is not None
        plate_1CHW = None if own is None else own.background.float()
        wardrobe = make_wardrobe(picture_1CHW, surface_1Khw, plate_1CHW)
        clothes = self.clothes(key, finely=False)
        if clothes is not None:
            hem = float(np.flatnonzero(clothes.mask.any(1))[-1])
            part_P = known_as(wardrobe.part, clothes.upper, hem, from_waist(clothes.mask))
            wardrobe = wardrobe._replace(part=part_P)
        return self._kept.put((_WARDROBE, key), wardrobe, wardrobe.bytes(), self._room)

    def shown(self, key: str, word: str = "trousers") -> dict[str, float]:
        """By garment word how much of a reference's person it is (`Wardrobe.shown`). word: what is asked for;
        only who asks for what is worn below need know whether it can be laid on."""
        wardrobe = self.wardrobe(key)
        cut_off = word in ("trousers", "skirt") and wardrobe.cut_off and float(wardrobe.part[TROUSERS]) > 0
        return wardrobe.shown(cut_off and self.clothes_of(key, GARMENTS["trousers"], False) is not None)

    def _surface(self, key: str) -> ReferenceInput:
        """A reference with its surface map, whatever the engine needs. Raises InputError where nobody can be
        parsed here."""
        if not parsing.available().available:
            raise InputError(f"Garments cannot be told here: {parsing.available().reason}.")
        given = self._looked_at(self._reference(key))
        if given.surface_1Khw is None:  # an engine that needs none
            alone = self._reference(key).alone
            joints_1J3 = None if alone else given.joints_1J3
            surface_1Khw = parsing.careful_look(given.picture_1CHW, joints_1J3).surface
            if alone:
                surface_1Khw = of_garment(given.picture_1CHW, surface_1Khw)
            given = replace(given, surface_1Khw=surface_1Khw)
        return given

    def is_alone(self, key: str) -> bool:
        """Whether a reference shows a garment with nobody in it."""
        return self._reference(key).alone

    def clothes(self, key: str, finely: bool) -> Clothes | None:
        """A garment that a reference shows with nobody in it, cut out of its photo; None where somebody is.
        finely: as large as is known. Raises InputError where nothing can be parsed here."""
        reference = self._reference(key)
        if not reference.alone:
            return None
        fine_HWC = reference.fine_HWC if finely else None
        kind = _CLOTHES if fine_HWC is None else _FINE_CLOTHES
        if (kind, key) in self._kept:
            return self._kept[kind, key]
        given = self._surface(key)
        assert given.surface_1Khw is not None
        photo_1CHW = given.picture_1CHW if fine_HWC is None else to_tensor(fine_HWC, self._device)
        clothes = clothes_alone(photo_1CHW, given.surface_1Khw)
        if clothes is None:
            return None
        return self._kept.put((kind, key), clothes, clothes.bytes(), self._room)

    def clothes_of(self, key: str, garment: Garment, finely: bool) -> Clothes | None:
        """A garment of a reference, cut out of its photo to be laid on: one that lies alone, or one that its
        person wears in a photo that is finer than engines draw; None where an engine is to draw it, as the
        small picture decides for both. finely: as large as is known. Raises InputError where nothing can be
        parsed here."""
        reference = self._reference(key)
        if reference.alone:
            return self.clothes(key, finely)
        times = _FINE_BELOW if garment.word in ("trousers", "skirt") else _FINE
        coarse = len(reference.finest_HWC) < times * len(reference.image_HWC)
        if coarse or reference.keypoints_18x3 is None or garment.word not in LAID_ON:
            return None
        assert reference.fine_HWC is not None
        kind = f"{_FINE_CLOTHES if finely else _CLOTHES}, {garment.word}"
        if (kind, key) in self._kept:
            return self._kept[kind, key]
        small = self.clothes_of(key, garment, finely=False) if finely else None
        if finely and small is None:
            return None
        clothes = clothes_worn(self._as_photo(key, finely), garment) or small
        size = 0 if clothes is None else clothes.bytes()
        return self._kept.put((kind, key), clothes, size, self._room)

    def _as_photo(self, key: str, finely: bool) -> Drawn:
        """The person of a reference as its photo shows them."""
        reference, given = self._reference(key), self._surface(key)
        assert given.surface_1Khw is not None and reference.keypoints_18x3 is not None
        fine_HWC = reference.fine_HWC if finely else None
        photo_1CHW = given.picture_1CHW if fine_HWC is None else to_tensor(fine_HWC, self._device)
        of_map = given.surface_1Khw.shape[-1] / self._model.canvas[1]
        joints_18x3 = reference.keypoints_18x3 * np.array((of_map, of_map, 1), np.float32)
        return Drawn(photo_1CHW, given.surface_1Khw.float(), self.wardrobe(key), joints=joints_18x3)

    def lent_skin(self, key: str) -> LentSkin | None:
        """What bare limbs of a reference's person look like."""
        reference = self._reference(key)
        if reference.alone or reference.keypoints_18x3 is None:
            return None
        if (_SKIN, key) in self._kept:
            return self._kept[_SKIN, key]
        skin = lent_skin(self._as_photo(key, finely=True))
        return self._kept.put((_SKIN, key), skin, 0 if skin is None else skin.bytes(), self._room)

    def maps(self, key: str) -> Maps:
        """The maps that lie on a reference."""
        if (_MAPS, key) in self._kept:
            return self._kept[_MAPS, key]
        maps = self._model.reference_maps(self._input(self._reference(key)))
        return self._kept.put((_MAPS, key), maps, maps.bytes(), self._room)

    def forget(self, key: str) -> None:
        """Drop a reference and what is kept of it."""
        self._handles.pop(key, None)
        self._drop(key)

    def _drop(self, key: str) -> bool:
        """What is kept of a reference; whether anything was."""
        self._settling.pop(key, None)
        dropped = [self._kept.drop((kind, key)) for kind in (*_KINDS, *_WORN)]
        return any(dropped)

    def clear(self) -> None:
        for kept in (self._handles, self._kept, self._settling, self._settled, self._steps):
            kept.clear()

    def _reference(self, key: str) -> Reference:
        reference = self._handles.get(key)
        if reference is None:
            raise InputError("The reference of this request was never given to the session, or was dropped.")
        return reference

    @property
    def _room(self) -> int:
        return room_at(self._model.canvas, CACHE_BYTES)

    def _input(self, reference: Reference) -> ReferenceInput:
        """A framed photo on the canvas."""
        picture_1CHW = self._on_canvas(to_tensor(reference.image_HWC, self._device), "replicate")
        return ReferenceInput(picture_1CHW, reference.keypoints_18x3)

    def _looked_at(self, reference: Reference) -> ReferenceInput:
        """A framed photo with all that detector and parser see in it."""
        if (_LOOKED, reference.key) in self._kept:
            return self._kept[_LOOKED, reference.key]
        given = self._input(reference)
        if not self._model.needs_surface:
            return given
        picture_1CHW = given.picture_1CHW
        if reference.alone:
            seen_1CHW = to_tensor(as_seen_best(reference.image_HWC), self._device)
            seen_1CHW = self._on_canvas(seen_1CHW, "replicate")
            given = replace(given, picture_1CHW=seen_1CHW, keypoints_18x3=None)  # nobody wears it
        given = replace(given, hands=_hands(reference), toes_2x3=_toes(reference))
        given = replace(given, person_11HW=self._person(reference))
        given = looked_at(self._model, given)
        if reference.alone and given.surface_1Khw is not None:
            given = replace(given, surface_1Khw=of_garment(given.picture_1CHW, given.surface_1Khw))
        given = replace(given, picture_1CHW=picture_1CHW, keypoints_18x3=reference.keypoints_18x3)
        return self._kept.put((_LOOKED, reference.key), given, given.bytes(), self._room)

    def _on_canvas(self, planes_1CHW: Tensor, mode: str) -> Tensor:
        """Planes of the model frame, filled up at the right and below."""
        below, beside = (
            canvas - side for canvas, side in zip(self._model.canvas, self._model.size, strict=True)
        )
        if not (below or beside):
            return planes_1CHW
        return F.pad(planes_1CHW, (0, beside, 0, below), mode=mode)

    def _person(self, reference: Reference) -> Tensor | None:
        """Who of those in the photo is meant, on the canvas; None where no detector sees them."""
        fine_18x3 = _finely(reference)
        if fine_18x3 is None:
            return None
        mask_HW = detect.person_mask(reference.finest_HWC, fine_18x3)
        if mask_HW is None:
            return None
        mask_11HW = torch.from_numpy(mask_HW)[None, None].to(self._device)
        return self._on_canvas(
            F.interpolate(mask_11HW, reference.image_HWC.shape[:2], mode="area"), "constant"
        )

    def _fine(self, framing: Callable[..., Framed], framed: Framed) -> np.ndarray | None:
        """The photo framed at a multiple of the size, where it has so many px and is shown again."""
        if framed.times < 2 or not self._model.composited or self._model.canvas != self._model.size:
            return None
        size = tuple(framed.times * side for side in self._model.size)
        return framing(size=size).image_HWC


def _finely(reference: Reference) -> np.ndarray | None:
    """A person's own pose, px of the finest picture; None where it is not known, or there is no person."""
    if reference.keypoints_18x3 is None or reference.alone:
        return None
    times = _times(reference)
    return reference.keypoints_18x3 * np.array((times, times, 1), np.float32)


def _hands(reference: Reference) -> tuple[Hand, ...]:
    """The hands of a reference's person that are seen, px of the canvas."""
    fine_18x3, times = _finely(reference), _times(reference)
    if fine_18x3 is None:
        return ()
    found = find_hands(reference.finest_HWC, fine_18x3)
    return tuple(hand._replace(points_21x2=(hand.points_21x2 + 0.5) / times - 0.5) for hand in found)


def _toes(reference: Reference) -> np.ndarray | None:
    """Where the feet of a reference's person end, px of the canvas."""
    fine_18x3 = _finely(reference)
    found_2x3 = None if fine_18x3 is None else detect.find_toes(reference.finest_HWC, fine_18x3)
    if found_2x3 is None:
        return None
    found_2x3[:, :2] = (found_2x3[:, :2] + 0.5) / _times(reference) - 0.5
    return found_2x3


def _times(reference: Reference) -> float:
    """How many px of its finest picture are one of the frame."""
    return len(reference.finest_HWC) / len(reference.image_HWC)


def _seen_in(
    rgb_HWC: np.ndarray, pose: np.ndarray | None, alone: bool | None
) -> tuple[np.ndarray | None, Box | None]:
    """Whose pose a photo is taken with, if anybody's, and where the garment is if that is there alone; as
    `References.add` is told."""
    if pose is not None and not (pose[:, 2] > 0).any():
        return None, None
    if alone:
        return pose, Box(0.0, 0.0, float(rgb_HWC.shape[1]), float(rgb_HWC.shape[0]))
    # A pose that is the garment's own was taken from it: whoever took it has decided that nobody is in it.
    may_be = alone is None and may_fill_a_garment(pose)
    garment = garment_alone(rgb_HWC, told=pose is not None) if may_be else None
    if garment is not None and (pose is None or same_pose(pose, garment.pose_18x3)):
        return garment.pose_18x3, garment.box
    return find_pose(rgb_HWC) if pose is None else pose, None
