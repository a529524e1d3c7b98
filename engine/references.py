"""Reference photos: framed, detected, parsed and encoded once, whoever asks first.

One cache, bounded in bytes. What falls out of it can be encoded again as long as somebody holds the handle;
what belongs to a handle that nobody holds any more is freed with the next call.
"""

from __future__ import annotations

import hashlib
import weakref
from collections import OrderedDict, deque
from weakref import WeakValueDictionary

import numpy as np
import torch
import torch.nn.functional as F

from engine import detect
from engine.api import Maps, Reference
from engine.compositing.compose import EncodedReference, encode_reference
from engine.contract import PoseTransferModel, ReferenceInput
from engine.errors import InputError
from engine.framing import Framed, frame_photo
from engine.pictures import to_tensor
from engine.plan import give_back_memory

CACHE_BYTES = 128 << 20
CACHED_MAPS = 2  # references whose maps are kept: they take about ten times the memory of the textures
MOST_TIMES = 4  # as large as the frame is the finest picture


class References:
    """The photos of one open engine. Not thread-safe."""

    def __init__(self, model: PoseTransferModel, device: torch.device):
        self._model, self._device = model, device
        self._handles: WeakValueDictionary[str, Reference] = WeakValueDictionary()
        self._encoded: OrderedDict[str, EncodedReference] = OrderedDict()
        self._maps: OrderedDict[str, Maps] = OrderedDict()
        # Keys whose handle nobody holds any more: told on whatever thread let it go, looked at on ours.
        self._let_go: deque[str] = deque()

    def add(self, rgb_HWC: np.ndarray, pose: np.ndarray | None = None) -> Reference:
        """Frame a photo and encode it: uint8 RGB of any size, float32 [18, 3] in photo px.

        pose: None detects it where detection is available; with all joints absent the whole photo is taken
        and nobody is looked for.
        """
        if pose is None:
            pose = detect.detect_pose(rgb_HWC)
        elif not (pose[:, 2] > 0).any():
            pose = None
        framed = frame_photo(rgb_HWC, pose, self._model.size)
        digest = hashlib.sha256(np.ascontiguousarray(framed.image_HWC).tobytes())
        if framed.keypoints_18x3 is not None:
            digest.update(framed.keypoints_18x3.tobytes())
        key = digest.hexdigest()
        reference = self._handles.get(key)
        if reference is None:
            fine_HWC = self._fine(rgb_HWC, pose, framed)
            reference = Reference(key, framed.image_HWC, framed.keypoints_18x3, fine_HWC)
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
        freed = [key for key in gone - {asked} if self._encoded.pop(key, None) is not None]
        for key in gone - {asked}:
            self._maps.pop(key, None)
        if freed:
            give_back_memory()

    def encoded(self, key: str) -> EncodedReference:
        """What is known of a reference. Raises InputError where nobody holds it any more."""
        self.free(key)
        if key in self._encoded:
            self._encoded.move_to_end(key)
            return self._encoded[key]
        reference = self._reference(key)
        encoded = encode_reference(self._model, self._input(reference), reference.fine_HWC).compact()
        self._encoded[key] = encoded
        while len(self._encoded) > 1 and sum(each.bytes() for each in self._encoded.values()) > CACHE_BYTES:
            self._encoded.popitem(last=False)
        return encoded

    def maps(self, key: str) -> Maps:
        """The maps that lie on a reference."""
        if key not in self._maps:
            self._maps[key] = self._model.reference_maps(self._input(self._reference(key)))
            while len(self._maps) > CACHED_MAPS:
                self._maps.popitem(last=False)
        self._maps.move_to_end(key)
        return self._maps[key]

    def forget(self, key: str) -> None:
        """Drop a reference and what is kept of it."""
        for kept in (self._handles, self._encoded, self._maps):
            kept.pop(key, None)

    def clear(self) -> None:
        for kept in (self._handles, self._encoded, self._maps):
            kept.clear()

    def _reference(self, key: str) -> Reference:
        reference = self._handles.get(key)
        if reference is None:
            raise InputError("The reference of this request was never given to the session, or was dropped.")
        return reference

    def _input(self, reference: Reference) -> ReferenceInput:
        """A framed photo on the canvas."""
        picture_1CHW = to_tensor(reference.image_HWC, self._device)
        below, beside = (
            canvas - side for canvas, side in zip(self._model.canvas, self._model.size, strict=True)
        )
        if below or beside:
            picture_1CHW = F.pad(picture_1CHW, (0, beside, 0, below), mode="replicate")
        return ReferenceInput(picture_1CHW, reference.keypoints_18x3)

    def _fine(self, rgb_HWC: np.ndarray, pose: np.ndarray | None, framed: Framed) -> np.ndarray | None:
        """The photo framed at a multiple of the size, where it has so many px and is shown again."""
        times = min(MOST_TIMES, round(1 / framed.matrix_2x3[0, 0]))
        if times < 2 or not self._model.composited or self._model.canvas != self._model.size:
            return None
        size = tuple(times * side for side in self._model.size)
        return frame_photo(rgb_HWC, pose, size).image_HWC
