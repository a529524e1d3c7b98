"""What is kept of reference photos, and for how long."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from engine import parsing
from engine.api import EXTRACTION, Capabilities, Capability, Maps, NamedMap, SlotChange
from engine.contract import Appearance, PoseTransferModel, ReferenceInput, Rendering
from engine.errors import InputError
from engine.plan import make_plan
from engine.references import References
from engine.session import Session

SIZE = (64, 48)
MEBIBYTE = 1 << 20


@dataclass
class Kept:
    """An appearance: the reference's colour, and how much room it takes."""

    colour: float
    size: int

    def bytes(self) -> int:
        return self.size


class Painter:
    """An engine that paints a frame in the reference's colour and counts how often it looks at whom."""

    name, made_for, slots, maps, capabilities = "painter", SIZE, (), (), Capabilities()
    levels = (64,)
    composited = needs_surface = copies_detail = False

    def __init__(self, size: int = 10, canvas: tuple[int, int] = SIZE):
        self.size, self.canvas, self.each = SIZE, canvas, size
        self.encoded: Counter[int] = Counter()
        self.mapped: Counter[int] = Counter()
        self.seen: ReferenceInput | None = None
        self.posed: np.ndarray | None = None

    def colour(self, reference: ReferenceInput) -> int:
        return round(float(reference.picture_1CHW[0, 0, 0, 0] + 1) * 127.5)

    def encode(self, reference: ReferenceInput) -> Appearance:
        self.seen = reference
        colour = self.colour(reference)
        self.encoded[colour] += 1
        return Kept(colour, self.each)

    def reference_maps(self, reference: ReferenceInput) -> Maps:
        colour = self.colour(reference)
        self.mapped[colour] += 1
        return Maps([NamedMap(EXTRACTION, "1", np.full((1, 1, 1), colour, np.float32))])

    def mix(self, own: Kept, others) -> Kept:
        for other, share in others:
            own = Kept(own.colour + share * (other.colour - own.colour), own.size)
        return own

    def render(self, appearance: Kept, keypoints_18x3, level=None, *, preview=False, maps=False) -> Rendering:
        self.posed = keypoints_18x3
        return Rendering(torch.full((1, 3, *self.canvas), appearance.colour / 127.5 - 1))

    def gate(self, rendering, seen_1KHW, window):
        raise AssertionError


def photo(colour: int) -> np.ndarray:
    return np.full((*SIZE, 3), colour, np.uint8)


def nobody() -> np.ndarray:
    return np.zeros((18, 3), np.float32)


def opened(painter: PoseTransferModel) -> References:
    return References(painter, torch.device("cpu"))


def kept_of(references: References, kind: str) -> list[str]:
    """Keys of those of whom this is kept."""
    return [key for each, key in references._kept if each == kind]


@pytest.fixture
def room_for_two(monkeypatch) -> None:
    monkeypatch.setattr("engine.references.CACHE_BYTES", 20)


def test_the_same_photo_is_the_same_reference_encoded_once():
    painter = Painter()
    references = opened(painter)
    one, again = (references.add(photo(1), nobody()) for _ in range(2))
    assert one is again and painter.encoded == {1: 1}
    assert one.keypoints_18x3 is None, "no joint is there: nobody is looked for"
    other = references.add(photo(2), nobody())
    assert other is not one and other.key != one.key


def test_one_photo_in_two_poses_is_two_references():
    painter, here, there = Painter(), nobody(), nobody()
    here[:8], there[:8] = (20, 30, 2), (20, 33, 2)
    references = opened(painter)
    one, other = (references.add(photo(1), pose) for pose in (here, there))
    assert one.key != other.key and painter.encoded == {1: 2}


def test_what_was_used_last_stays(room_for_two):
    painter = Painter()
    references = opened(painter)
    held = [references.add(photo(colour), nobody()) for colour in (1, 2)]
    references.encoded(held[0].key)
    held.append(references.add(photo(3), nobody()))  # there is no room for the second any more
    references.encoded(held[0].key)
    references.encoded(held[2].key)
    assert painter.encoded == {1: 1, 2: 1, 3: 1}
    references.encoded(held[1].key)
    assert painter.encoded == {1: 1, 2: 2, 3: 1}


def test_the_room_is_used_to_the_last_byte_and_no_further(room_for_two):
    painter = Painter()
    references = opened(painter)
    held = [references.add(photo(colour), nobody()) for colour in (1, 2)]
    for reference in held * 2:
        references.encoded(reference.key)
    assert painter.encoded == {1: 1, 2: 1}
    painter.each = 11
    held.append(references.add(photo(3), nobody()))
    painter.encoded.clear()
    for reference in reversed(held):
        references.encoded(reference.key)
    assert painter.encoded == {1: 1, 2: 1}, "a larger one leaves no room for either"


def test_one_that_is_larger_than_the_room_is_kept_alone(room_for_two):
    painter = Painter(size=1000)
    references = opened(painter)
    one = references.add(photo(1), nobody())
    for _ in range(3):
        references.encoded(one.key)
    assert painter.encoded == {1: 1}


@pytest.mark.parametrize("count, kept", [(100, True), (200, False)])
def test_a_hundred_references_of_a_mebibyte_are_kept_and_two_hundred_are_not(count, kept):
    painter = Painter(size=MEBIBYTE)
    references = opened(painter)
    held = [references.add(photo(colour), nobody()) for colour in range(count)]
    for reference in held:
        references.encoded(reference.key)
    assert (max(painter.encoded.values()) == 1) == kept


def test_one_that_is_held_comes_back_and_one_that_nobody_holds_is_gone(room_for_two):
    painter = Painter()
    references = opened(painter)
    held = references.add(photo(1), nobody())
    dropped = references.add(photo(2), nobody()).key
    gc.collect()
    references.encoded(dropped)  # as long as there is room
    for colour in (3, 4):
        references.add(photo(colour), nobody())
    assert references.encoded(held.key).appearance.colour == 1
    with pytest.raises(InputError, match="dropped"):
        references.encoded(dropped)


def test_maps_of_the_four_used_last_are_kept(monkeypatch):
    monkeypatch.setattr("engine.references.CACHE_BYTES", 4 * 4)  # there is room for four of one number
    painter = Painter(size=0)
    references = opened(painter)
    held = [references.add(photo(colour), nobody()) for colour in range(1, 6)]
    keys = [reference.key for reference in held]
    for key in (*keys[:4], *keys[:4], keys[0]):
        references.maps(key)
    assert painter.mapped == {1: 1, 2: 1, 3: 1, 4: 1}
    assert references.maps(keys[4]).of(EXTRACTION)["1"] == 5
    for key in (keys[0], keys[2], keys[3]):
        references.maps(key)
    assert painter.mapped == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}
    references.maps(keys[1])
    assert painter.mapped == {1: 1, 2: 2, 3: 1, 4: 1, 5: 1}


def test_wardrobes_of_those_used_last_are_kept(monkeypatch):
    made: Counter[int] = Counter()
    painter = Painter(size=0)
    monkeypatch.setattr("engine.references.CACHE_BYTES", 16)

    def wardrobe(picture_1CHW, *_):
        made[painter.colour(ReferenceInput(picture_1CHW, None))] += 1
        return Kept(0.0, 1)

    monkeypatch.setattr("engine.references.make_wardrobe", wardrobe)
    monkeypatch.setattr("engine.references.parsing.available", lambda: Capability(True))
    monkeypatch.setattr(
        "engine.references.parsing.careful_look",
        lambda picture_1CHW, _: parsing.Seen(picture_1CHW, picture_1CHW),
    )
    references = opened(painter)
    held = [references.add(photo(colour), nobody()) for colour in range(1, 18)]
    keys = [reference.key for reference in held]
    for key in (*keys[:16], keys[0], keys[16]):
        references.wardrobe(key)
    assert made == dict.fromkeys(range(1, 18), 1), "sixteen at once"
    for key in (keys[0], *keys[2:]):
        references.wardrobe(key)
    assert made == dict.fromkeys(range(1, 18), 1), "the first was asked for again"
    references.wardrobe(keys[1])
    assert made[2] == 2, "and the second was not"


def test_all_that_is_made_of_photos_shares_one_room(monkeypatch):
    """Maps that are asked for leave no room for an encoding that nobody used since."""
    monkeypatch.setattr("engine.references.CACHE_BYTES", 23)
    painter = Painter()
    references = opened(painter)
    held = [references.add(photo(colour), nobody()) for colour in (1, 2)]
    references.maps(held[1].key)
    assert kept_of(references, "encoded") == [held[1].key] and kept_of(references, "maps") == [held[1].key]
    references.encoded(held[0].key)
    assert painter.encoded == {1: 2, 2: 1} and references._kept.bytes == 14


def test_whoever_is_forgotten_lends_nothing_any_more(monkeypatch):
    """Neither mixed in, nor worn, nor as a texture; nor is what was found for a garment of theirs kept."""
    session = Session(Painter(), make_plan("cpu"))
    monkeypatch.setattr(session, "garments", lambda reference: {"top": "top", "trousers": "trousers"})
    own, one, other = (session.add_reference(photo(colour), nobody()) for colour in (0, 100, 200))
    session.use(own)
    session.set_pose(nobody())
    refined: list[str] = []
    monkeypatch.setattr(session._frames.refinements, "forget", refined.append)
    for giver in (one, other):
        session.mix(giver, 0.5)
        session.wear({100: "top", 200: "trousers"}[giver.image_HWC[0, 0, 0]], giver)
        session.change(SlotChange("32a", int(giver.image_HWC[0, 0, 0])), giver)
    assert session.in_use == [own, one, other]
    session.forget(one.key)
    assert session.in_use == [own, other] and refined == [one.key]
    request = session._request(None, False)
    assert [len(part) for part in (request.mixes, request.swaps, request.changes)] == [1, 1, 1]
    session.forget(own.key)
    with pytest.raises(InputError, match="No reference is set"):
        session.render()


def test_what_is_forgotten_is_gone_with_all_that_was_kept():
    painter = Painter()
    references = opened(painter)
    one, other = (references.add(photo(colour), nobody()) for colour in (1, 2))
    references.maps(one.key)
    references.forget(one.key)
    for ask in (references.encoded, references.maps):
        with pytest.raises(InputError, match="dropped"):
            ask(one.key)
    references.encoded(other.key)
    again = references.add(photo(1), nobody())
    references.maps(again.key)
    assert again is not one and painter.encoded == {1: 2, 2: 1} and painter.mapped == {1: 2}
    references.forget("nobody's")
    references.clear()
    for ask in (references.encoded, references.maps):
        for reference in (again, other):
            with pytest.raises(InputError, match="dropped"):
                ask(reference.key)


def test_a_photo_is_continued_beyond_the_frame_where_the_engine_needs_it():
    painter = Painter(canvas=(80, 64))
    rows = np.arange(SIZE[0], dtype=np.uint8)[:, None, None].repeat(SIZE[1], 1).repeat(3, 2)
    opened(painter).add(rows, nobody())
    picture = painter.seen.picture_1CHW
    assert picture.shape == (1, 3, 80, 64)
    assert (picture[..., 64:, :] == picture[..., 63:64, :]).all()
    assert (picture[..., 48:] == picture[..., 47:48]).all()


@pytest.mark.parametrize("times, fine", [(1, None), (1.4, None), (1.6, 2), (3, 3), (4, 4), (7, 4)])
def test_the_fine_picture_is_a_whole_multiple_of_the_frame_up_to_four_times(times, fine):
    """Three times as many px as the frame has are kept three times, seven four times; they are memory."""
    painter = Painter()
    painter.composited = True
    size = tuple(round(times * side) for side in SIZE)
    reference = opened_without_encoding(painter).add(np.full((*size, 3), 9, np.uint8), nobody())
    if fine is None:
        assert reference.fine_HWC is None and reference.finest_HWC is reference.image_HWC
    else:
        assert reference.finest_HWC.shape == (fine * SIZE[0], fine * SIZE[1], 3)


def test_there_is_no_fine_picture_where_the_photo_is_not_shown_again_or_not_all_of_the_canvas():
    large = np.full((3 * SIZE[0], 3 * SIZE[1], 3), 9, np.uint8)
    painter = Painter(canvas=(80, 64))
    assert opened(painter).add(large, nobody()).fine_HWC is None
    painter.composited = True
    assert opened_without_encoding(painter).add(large, nobody()).fine_HWC is None
    assert opened(Painter()).add(large, nobody()).fine_HWC is None


def opened_without_encoding(painter: Painter) -> References:
    references = opened(painter)
    references.encoded = lambda key: None
    return references


# In a session


@pytest.fixture
def session() -> Session:
    made = Session(Painter(), make_plan("cpu"))
    yield made
    made.close()


def colour_of(frame) -> int:
    return int(frame.image[0, 0, 0])


def test_a_reference_that_is_forgotten_is_mixed_in_no_more(session):
    one = session.set_reference(photo(10), nobody())
    other = session.add_reference(photo(90), nobody())
    session.set_pose(nobody())
    session.mix(other, 0.5)
    assert colour_of(session.render()) == 50
    session.forget(other.key)
    assert colour_of(session.render()) == 10
    session.mix(other, 0.5)
    with pytest.raises(InputError, match="dropped"):
        session.render()
    session.mix(other, 0.0)
    assert one.key and colour_of(session.render()) == 10


def test_a_session_whose_person_is_forgotten_has_none(session):
    one = session.set_reference(photo(10), nobody())
    other = session.add_reference(photo(90), nobody())
    session.set_pose(nobody())
    session.forget(other.key)
    assert colour_of(session.render()) == 10, "somebody else's leaving is no matter"
    session.forget(one.key)
    with pytest.raises(InputError, match="No reference is set"):
        session.render()


def test_what_is_mixed_in_comes_back_also_where_nobody_else_holds_it(session, room_for_two):
    session.set_pose(nobody())
    session.set_reference(photo(10), nobody())
    session.mix(session.add_reference(photo(90), nobody()), 1.0)
    for colour in (20, 30, 40):
        session.add_reference(photo(colour), nobody())
    assert colour_of(session.render()) == 90


def test_the_pose_that_was_set_stays_and_the_photos_own_is_the_first(session):
    own, pulled = nobody(), nobody()
    own[:8], pulled[:8] = (20, 30, 2), (20, 40, 2)
    session.set_reference(photo(10), own)
    session.render()
    assert np.array_equal(session._model.posed, own)
    session.set_pose(pulled)
    session.set_reference(photo(20), own)
    session.render()
    assert np.array_equal(session._model.posed, pulled)


def test_closing_gives_the_memory_back():
    session = Session(Painter(), make_plan("cpu"))
    reference = session.set_reference(photo(10), nobody())
    kept = weakref.ref(session._references.encoded(reference.key).appearance)
    assert kept() is not None
    session.close()
    gc.collect()
    assert kept() is None


def test_what_belongs_to_a_handle_goes_with_it(monkeypatch):
    """Not only what the bound throws out: a shelf that was emptied leaves nothing behind."""
    given_back = []
    monkeypatch.setattr("engine.references.give_back_memory", lambda: given_back.append(1))
    kept = References(Painter(), torch.device("cpu"))
    shelf = [kept.add(np.full((*SIZE, 3), colour, np.uint8)) for colour in range(10, 60, 10)]
    for reference in shelf[:2]:
        kept.maps(reference.key)
    first = shelf[0].key
    assert len(kept_of(kept, "encoded")) == 5 and len(kept_of(kept, "maps")) == 2
    del shelf[1:], reference
    gc.collect()
    kept.encoded(first)
    assert kept_of(kept, "encoded") == kept_of(kept, "maps") == [first] and given_back == [1]
    kept.encoded(first)
    assert given_back == [1]


def test_a_photo_that_comes_again_is_not_freed_with_its_first_handle():
    kept = References(Painter(), torch.device("cpu"))
    picture = np.full((*SIZE, 3), 9, np.uint8)
    reference = kept.add(picture)
    key = reference.key
    del reference
    gc.collect()
    again = kept.add(picture)
    assert again.key == key and kept_of(kept, "encoded") == [key]
    kept.encoded(key)
