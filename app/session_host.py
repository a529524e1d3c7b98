"""The open session as the render thread uses it, and the photos that the document holds."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from app.backend import OpenSession
from engine.api import Frame, GarmentSwap, Mix, Reference, RenderRequest, Settled
from engine.errors import InputError
from engine.pose.skeleton import NOBODY

_Garment = tuple[str, str, str]  # keys of wearer and giver, the garment's word


class SessionHost:
    """Photos outlive sessions: the document and its history name a photo by the key it first got.

    Other weights may have another frame, and so know the photo by another key or not at all: it is encoded
    again when it is first asked for, with the pose that was decided on before. A photo is held as long as the
    document or its history holds it.
    """

    def __init__(self):
        self._session: OpenSession | None = None
        self._photos: WeakValueDictionary[str, Reference] = WeakValueDictionary()
        # What the session knows a photo as; None: as the document does.
        self._known: WeakKeyDictionary[Reference, Reference | None] = WeakKeyDictionary()
        self._refining: set[_Garment] = set()  # what is refined, or is already
        self._left: set[_Garment] = set()  # of that, what is left as good as it is

    @property
    def awake(self) -> bool:
        """Whether there is a session."""
        return self._session is not None

    @property
    def levels(self) -> tuple[int, ...]:
        """As of `Session`. Raises InputError without one."""
        return self._open().levels

    def change(self, session: OpenSession | None) -> None:
        """Work with this session (None: with none) and close the one before."""
        if self._session is not None:
            self._session.close()
        self._session = session
        self._known.clear()
        self._left.clear()  # what was found is gone with it

    def encode(self, rgb_HWC: np.ndarray, pose_18x3: np.ndarray) -> Reference:
        """Frame and encode a photo; of NOBODY the whole of it. Raises InputError without a session."""
        given = self._open().add_reference(rgb_HWC, pose_18x3)
        photo = self._photos.setdefault(given.key, given)
        self._known[photo] = None if photo is given else given
        return photo

    def respond(self, request: RenderRequest) -> Frame:
        """The last of `frames`: with all that was asked for."""
        *_, frame = self.frames(request)
        return frame

    def frames(self, request: RenderRequest) -> Iterator[Frame]:
        """The picture of a request that names photos as the document does, then the same frame with its maps,
        which name them so too. Raises InputError without a session."""
        names = {self._key(key): key for key in _photos_of(request)}
        for frame in self._open().frames(self._asked(request)):
            sources = tuple(replace(each, reference=names[each.reference]) for each in frame.sources)
            yield replace(frame, sources=sources)

    def prepare(self, request: RenderRequest) -> Generator[None, None, None]:
        """As `Session.prepare`. Raises InputError without a session."""
        yield from self._open().prepare(self._asked(request))

    def garments(self, photo: Reference) -> dict[str, str]:
        """What a photo can lend, as `Session.garments`. Raises InputError without a session."""
        session = self._open()
        self._photos.setdefault(photo.key, photo)
        self._key(photo.key)
        return session.garments(self._known[photo] or photo)

    def reads(self, photo: Reference) -> dict[str, np.ndarray]:
        """Where its textures are gathered, as `Session.reads`. Raises InputError without a session."""
        session = self._open()
        self._photos.setdefault(photo.key, photo)
        self._key(photo.key)
        return session.reads(self._known[photo] or photo)

    def settle(self, request: RenderRequest) -> Settled | None:
        """A part of refining the garments of a request, or a step of settling its photos, the person's first;
        None where all is done."""
        garments = _garments(request)
        self._refining = set(garments.values())
        self.wears(request)
        if swaps := tuple(swap for swap in request.swaps if garments[swap] not in self._left):
            refined = self._open().refine_part(self._asked(replace(request, swaps=swaps)))
            if refined.changed or not refined.done:
                return refined
        for key in _photos_of(request):
            settled = self._open().settle(self._key(key))
            if settled.changed or not settled.done:
                return settled
        return None

    def wears(self, request: RenderRequest) -> None:
        """What a person wears in the picture that is made now: what is taken off and put on again is refined
        anew."""
        self._left &= set(_garments(request).values())

    def leave_refining(self, word: str) -> None:
        """Leave the garment of this word as good as it is, as long as it is worn."""
        self._left |= {garment for garment in self._refining if garment[2] == word}

    def _asked(self, request: RenderRequest) -> RenderRequest:
        """A request as the session knows its photos."""
        mixes = tuple(Mix(self._key(mix.reference), mix.coefficients) for mix in request.mixes)
        swaps = tuple(replace(swap, reference=self._key(swap.reference)) for swap in request.swaps)
        changes = tuple(
            replace(change, reference=self._key(change.reference)) if change.reference else change
            for change in request.changes
        )
        identity = self._key(request.identity)
        return replace(request, identity=identity, mixes=mixes, swaps=swaps, changes=changes)

    def _open(self) -> OpenSession:
        if self._session is None:
            raise InputError("The engine is not awake.")
        return self._session

    def _key(self, key: str) -> str:
        photo = self._photos.get(key)
        if photo is None:
            return key
        if photo not in self._known:
            self._known[photo] = self._open().add_reference(photo.finest_HWC, _own_pose(photo), photo.alone)
        known = self._known[photo]
        return key if known is None else known.key


def _garments(request: RenderRequest) -> dict[GarmentSwap, _Garment]:
    return {swap: (request.identity, swap.reference, swap.garment) for swap in request.swaps}


def _photos_of(request: RenderRequest) -> list[str]:
    """Keys of the photos of a request, the person's first."""
    givers = [*(mix.reference for mix in request.mixes), *(swap.reference for swap in request.swaps)]
    taken = [change.reference for change in request.changes if change.reference]
    return list(dict.fromkeys((request.identity, *givers, *taken)))


def _own_pose(photo: Reference) -> np.ndarray:
    """The pose in px of the finest picture, NOBODY where there was nobody."""
    if photo.keypoints_18x3 is None:
        return NOBODY
    times = len(photo.finest_HWC) / len(photo.image_HWC)
    return photo.keypoints_18x3 * np.array((times, times, 1), np.float32)
