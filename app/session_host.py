"""The open session as the render thread uses it, and every photo it was ever given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.api import Frame, Mix, Reference, RenderRequest


class SessionHost:
    """Photos outlive sessions: the document and its history name a photo by the key it first got.

    Other weights may have another frame, and so know the photo by another key or not at all: it is encoded
    again when it is first asked for.
    """

    def __init__(self):
        self.session = None
        self._photos: dict[str, Reference] = {}
        self._keys: dict[str, str] = {}  # of the document -> of this session

    def change(self, session) -> None:
        """Work with this session (None: with none) and close the one before."""
        if self.session is not None:
            self.session.close()
        self.session = session
        self._keys.clear()

    def encode(self, rgb_HWC: np.ndarray, pose_18x3: np.ndarray | None) -> Reference:
        """Frame and encode a photo; without a pose the whole of it."""
        reference = self.session.set_reference(rgb_HWC, pose=pose_18x3)
        self._photos[reference.key] = reference
        self._keys[reference.key] = reference.key
        return reference

    def respond(self, request: RenderRequest) -> Frame:
        """Render a request that names photos as the document does."""
        mixes = tuple(Mix(self._key(mix.reference), mix.coefficients) for mix in request.mixes)
        return self.session.respond(replace(request, identity=self._key(request.identity), mixes=mixes))

    def _key(self, key: str) -> str:
        if key not in self._keys and (photo := self._photos.get(key)) is not None:
            pose_18x3, times = photo.keypoints_18x3, len(photo.finest_HWC) / len(photo.image_HWC)
            if pose_18x3 is not None:
                pose_18x3 = pose_18x3 * np.float32((times, times, 1))
            again = self.session.set_reference(photo.finest_HWC, pose=pose_18x3)
            self._keys[key] = again.key
        return self._keys.get(key, key)
