"""Garments of other photos through the one door, with the engines in the box."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from sampled import sample

from engine.api import GarmentSwap, Mix, RenderRequest, SlotChange, Stroke
from engine.editing import swap as swapping
from engine.errors import InputError
from engine.garments import PIECES
from engine.models.registry import DEFAULT, ENGINES
from engine.session import Session


@pytest.fixture(scope="module", params=list(ENGINES))
def session(request):
    with closing(Session.open(ENGINES[request.param].weights, device="cpu")) as open_:
        yield open_


def worn(session: Session, *swaps: tuple, person="ada", pieces=False):
    own = sample(session, person)
    held = [sample(session, name) for name, *_ in swaps]
    wanted = tuple(GarmentSwap(giver.key, *rest) for giver, (_, *rest) in zip(held, swaps, strict=True))
    return session.respond(RenderRequest(own.key, own.keypoints_18x3, swaps=wanted, pieces=pieces))


def test_a_top_changes_the_top_and_never_the_face(session):
    before, after = worn(session, pieces=True), worn(session, ("striped-shirt", "top"))
    changed_HW = (before.image != after.image).any(-1)
    pieces_HW = np.kron(before.pieces, np.ones((2, 2), np.uint8))
    assert changed_HW[pieces_HW == PIECES.index("top")].mean() > 0.9
    eroded = {name: _inner(pieces_HW == PIECES.index(name)) for name in ("face", "legs")}
    assert not changed_HW[eroded["face"]].any() and not changed_HW[eroded["legs"]].any()


def test_a_gap_between_legs_does_not_go_on_as_a_notch_of_wall_under_a_shorter_top(session):
    crotch_HWC = worn(session, ("gingham-shirt", "top")).image[
        124:130, 86:94
    ]  # under the tunic's hem of before
    assert crotch_HWC.min(2).max() < 190  # the wall has 230, the darkest of blue jeans' channels 60


def _inner(mask_HW: np.ndarray) -> np.ndarray:
    """Less a rim of four px."""
    for axis, step in ((0, 4), (0, -4), (1, 4), (1, -4)):
        mask_HW = mask_HW & np.roll(mask_HW, step, axis)
    return mask_HW


def test_another_background_leaves_the_person_and_comes_without_the_givers(session):
    before, after = worn(session, pieces=True), worn(session, ("black-jacket", "background"))
    changed_HW = (before.image != after.image).any(-1)
    pieces_HW = np.kron(before.pieces, np.ones((2, 2), np.uint8))
    assert not changed_HW[_inner(_inner(pieces_HW > 0))].any()
    outside_HW = _inner(_inner(pieces_HW == 0))
    assert changed_HW[outside_HW].mean() > 0.5
    half = worn(session, ("black-jacket", "background", 0.5)).image.astype(int)
    between = (before.image.astype(int) + after.image) / 2
    assert np.abs(half - between)[outside_HW].max() <= 1


def test_what_is_painted_is_told_and_a_garment_goes_beneath_painted_hair(session):
    own, giver = sample(session, "ada"), sample(session, "striped-shirt")
    request = RenderRequest(own.key, own.keypoints_18x3, pieces=True)
    before = session.respond(request)
    rows, columns = np.nonzero(before.pieces == PIECES.index("top"))
    y, x = (2 * float(np.median(each)) / 256 for each in (rows, columns))
    pose = tuple((float(x) / 256, float(y) / 256, float(state)) for x, y, state in own.keypoints_18x3)
    painted = replace(request, strokes=(Stroke("hair", ((x, y),), 12 / 256, pose),))
    after = session.respond(painted)
    spot = int(y * 128), int(x * 128)
    assert before.pieces[spot] == PIECES.index("top") and after.pieces[spot] == PIECES.index("hair")
    drawn = session.capabilities.paint_regions
    assert (before.image != after.image).any() == drawn
    swaps = (GarmentSwap(giver.key, "top"),)
    swapped, corrected = (session.respond(replace(each, swaps=swaps)) for each in (request, painted))
    assert swapped.pieces[spot] == PIECES.index("top") and corrected.pieces[spot] == PIECES.index("hair")
    middle = np.s_[int(y * 256) - 3 : int(y * 256) + 3, int(x * 256) - 3 : int(x * 256) + 3]
    assert np.array_equal(corrected.image[middle], after.image[middle])
    assert (swapped.image[middle] != corrected.image[middle]).any()


def test_a_stroke_changes_the_picture_beneath_it_and_nowhere_else_and_hair_is_painted_away(session):
    own = sample(session, "ada")
    request = RenderRequest(own.key, own.keypoints_18x3, pieces=True)
    before = session.respond(request)
    rows, columns = 2 * np.argwhere(before.pieces == PIECES.index("hair")).T
    y, x = float(rows.max() - 8), float(columns[rows > rows.max() - 12].min() + 2)
    pose = tuple((float(x) / 256, float(y) / 256, float(state)) for x, y, state in own.keypoints_18x3)
    stroke = Stroke("background", ((x / 256, y / 256),), 6 / 256, pose)
    after = session.respond(replace(request, strokes=(stroke,)))
    y_HW, x_HW = np.mgrid[: before.image.shape[0], : before.image.shape[1]]
    far_HW = np.hypot(x_HW - x, y_HW - y)
    assert np.array_equal(before.image[far_HW > 10], after.image[far_HW > 10])
    apart_HW = np.abs(before.image.astype(int) - after.image).max(-1)
    hair_HW = np.kron(before.pieces == PIECES.index("hair"), np.ones((2, 2), bool)) & (far_HW < 4)
    assert (np.median(apart_HW[hair_HW]) > 60) == session.capabilities.paint_regions


def test_what_is_asked_for_does_not_depend_on_what_was_asked_before(session):
    one = worn(session, ("striped-shirt", "top"))
    worn(session, ("black-jacket", "top"), ("dan", "hair"))
    assert np.array_equal(one.image, worn(session, ("striped-shirt", "top")).image)


def test_of_two_garments_the_later_lies_over_the_earlier_and_each_photo_is_drawn_once(session, monkeypatch):
    held = [sample(session, name) for name in ("ada", "striped-shirt", "black-jacket")]  # encoded, and kept
    session.respond(RenderRequest(held[0].key, held[1].keypoints_18x3))  # another pose: nothing is drawn yet
    drawn, render = [], session._model.render
    monkeypatch.setattr(
        session._model, "render", lambda *given, **named: drawn.append(1) or render(*given, **named)
    )
    same = worn(session, ("striped-shirt", "top"), ("striped-shirt", "hair"))
    assert len(drawn) == 2
    other = worn(session, ("black-jacket", "top"), ("striped-shirt", "top"))
    alone = worn(session, ("striped-shirt", "top"))
    del held
    difference_HW = np.abs(other.image.astype(int) - alone.image).max(-1)
    assert (difference_HW > 40).mean() < 0.02 and (same.image != alone.image).any()


def test_a_click_draws_the_giver_alone_and_a_second_garment_nobody(session, monkeypatch):
    own, giver = sample(session, "ada"), sample(session, "striped-shirt")
    pulled = own.keypoints_18x3.copy()
    pulled[4, :2] -= 7
    request = RenderRequest(own.key, pulled, level=session.levels[0], pieces=True)
    session.respond(replace(request, level=None))
    drawn, render = [], session._model.render
    monkeypatch.setattr(
        session._model,
        "render",
        lambda given, *rest, **named: drawn.append(given) or render(given, *rest, **named),
    )
    top, hair = (GarmentSwap(giver.key, word) for word in ("top", "hair"))
    clicked = session.respond(replace(request, swaps=(top,)))
    assert drawn == [session._references.encoded(giver.key).appearance]
    session.respond(replace(request, swaps=(top, hair)))
    session.respond(replace(request, swaps=(replace(top, strength=0.5),)))
    assert len(drawn) == 1
    again = session.respond(replace(request, swaps=(top,)))
    assert np.array_equal(again.image, clicked.image) and len(drawn) == 1


def test_the_people_of_a_picture_are_drawn_to_one_level(session, monkeypatch):
    """Whoever of them was drawn otherwise before."""
    own, giver = sample(session, "ada"), sample(session, "striped-shirt")
    pulled = own.keypoints_18x3.copy()
    pulled[4, :2] -= 8
    swaps = (GarmentSwap(giver.key, "top"),)
    preview = RenderRequest(own.key, pulled, level=session.levels[0], swaps=swaps)
    levels, render = [], session._model.render

    def rendered(appearance, pose_18x3, level=None, **named):
        levels.append(level)
        return render(appearance, pose_18x3, level, **named)

    monkeypatch.setattr(session._model, "render", rendered)
    session.respond(replace(preview, level=None))
    assert levels == [None, None]
    changed = replace(preview, mixes=(Mix(giver.key, 0.3),))
    session.respond(changed)
    assert levels[2:] == [preview.level] * 2, "the giver is there exactly, the person as changed is not"
    session.respond(replace(changed, level=None, swaps=()))
    session.respond(replace(changed, swaps=(*swaps, GarmentSwap(own.key, "hair"))))
    assert levels[4:] == [None], "now both are there exactly, and nobody is drawn again"


def test_beside_the_people_nothing_changes_and_within_it_is_as_in_the_whole(session, monkeypatch):
    """Cut out by columns: the same garment, but for how far colours are carried."""
    cut = worn(session, ("striped-shirt", "top"), pieces=True)
    monkeypatch.setattr(swapping, "taken_up", lambda people: slice(0, people[0].surface.shape[-1]))
    whole = worn(session, ("striped-shirt", "top"), pieces=True)
    assert np.abs(cut.image.astype(int) - whole.image).mean() < 0.1
    assert (cut.pieces == whole.pieces).mean() > 0.999


def test_the_own_photo_and_strength_none_change_nothing(session):
    plain = worn(session)
    for swap in (("ada", "top"), ("striped-shirt", "top", 0.0)):
        assert np.array_equal(worn(session, swap).image, plain.image)


def test_half_lies_between_and_an_impossible_strength_is_refused(session):
    whole, half, none = (worn(session, ("black-jacket", "top", s)).image.astype(int) for s in (1.0, 0.5, 0.0))
    far = np.abs(whole - none).max(-1) > 60
    ratio = np.abs(half - none)[far].sum() / np.abs(whole - none)[far].sum()
    assert 0.4 < ratio < 1.0
    for strength in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match="between 0 and 1"):
            worn(session, ("black-jacket", "top", strength))


def test_unknown_words_and_photos_without_the_garment_get_one_sentence(session):
    with pytest.raises(InputError, match="'hat' is unknown"):
        worn(session, ("black-jacket", "hat"))
    white = session.add_reference(np.full((64, 44, 3), 255, np.uint8), np.zeros((18, 3), np.float32))
    assert session.garments(white) == {}
    with pytest.raises(InputError, match="no top"):
        session.wear("top", white)
    own = sample(session, "ada")
    with pytest.raises(InputError, match="no trousers"):
        session.respond(
            RenderRequest(own.key, own.keypoints_18x3, swaps=(GarmentSwap(white.key, "trousers"),))
        )


def test_a_garment_follows_the_joints_and_previews_wear_it_too(session):
    own, giver = sample(session, "ada"), sample(session, "striped-shirt")
    pulled = own.keypoints_18x3.copy()
    pulled[3:5, 0] -= 20
    request = RenderRequest(own.key, pulled, swaps=(GarmentSwap(giver.key, "top"),), pieces=True)
    preview, exact = (session.respond(replace(request, level=level)) for level in (session.levels[0], None))
    assert np.abs(exact.image.astype(int) - preview.image).mean() < 8
    assert exact.pieces.shape == preview.pieces.shape and (exact.pieces == preview.pieces).mean() > 0.97


@pytest.mark.parametrize(
    ("session", "giver", "strength"),
    [("nted", "checked-dress", 0.3), ("pise", "dan", 1.0), ("nted", "orange-jacket", 1.0)],
    indirect=["session"],
)
def test_whatever_is_taken_the_face_stays_and_nothing_is_black(session, giver, strength):
    plain = worn(session, pieces=True)
    face_HW = np.kron(plain.pieces, np.ones((2, 2), np.uint8)) == PIECES.index("face")
    shown = session.garments(sample(session, giver))
    for word in set(shown.values()) - {"hair", "face"}:
        picture = worn(session, (giver, word, strength)).image
        assert np.array_equal(picture[face_HW], plain.image[face_HW]), word
        assert (picture == 0).all(-1).mean() <= (plain.image == 0).all(-1).mean() + 0.01, word


def test_a_garment_of_three_pixels_and_one_that_was_painted_away_give_a_whole_picture(session):
    own, giver = sample(session, "ada"), sample(session, "striped-shirt")
    pose = tuple((float(x) / 256, float(y) / 256, float(state)) for x, y, state in own.keypoints_18x3)
    swaps = (GarmentSwap(giver.key, "top"), GarmentSwap(giver.key, "hair"))
    plain = session.respond(RenderRequest(own.key, own.keypoints_18x3, pieces=True))
    y, x = np.nonzero(plain.pieces == PIECES.index("face"))
    for strokes in (
        (Stroke("background", ((0.35, 0.5),), 1.0, pose), Stroke("top", ((0.35, 0.4),), 1.5 / 256, pose)),
        (Stroke("background", ((0.35, 0.5),), 1.0, pose),),
    ):
        request = RenderRequest(own.key, own.keypoints_18x3, swaps=swaps, pieces=True, strokes=strokes)
        image = session.respond(request).image
        assert image.std() > 1 and image.mean() > 30  # neither black nor a colour alone
        spot = int(np.median(y)) * 2, int(np.median(x)) * 2
        assert image[spot].max() > 30


def test_joints_outside_the_frame_and_hardly_any_of_them_are_dressed_too(session):
    own, giver = sample(session, "ada"), sample(session, "striped-shirt")
    aside, few = own.keypoints_18x3.copy(), own.keypoints_18x3.copy()
    aside[:, 0] += 4 * session.size[1]
    few[3:] = 0
    for pose in (aside, few):
        request = RenderRequest(own.key, pose, swaps=(GarmentSwap(giver.key, "top"),), pieces=True)
        frame = session.respond(request)
        assert frame.image.any() and frame.pieces.max() < len(PIECES)


@pytest.mark.parametrize("session", [DEFAULT], indirect=True)
def test_wear_replaces_takes_off_and_comes_back(session):
    own, giver = sample(session, "ada"), sample(session, "striped-shirt")
    session.use(own)
    plain = session.render().image
    session.wear("top", giver)
    on = session.render().image
    session.wear("top", giver, 0)
    assert (on != plain).any() and np.array_equal(session.render().image, plain)


@pytest.mark.parametrize("session", [DEFAULT], indirect=True)
def test_the_samples_lend_what_they_show(session):
    assert "top" in session.garments(sample(session, "black-jacket"))
    assert session.garments(sample(session, "checked-dress"))["dress"] == "dress"


@pytest.mark.parametrize("session", [DEFAULT], indirect=True)
def test_a_texture_that_is_muted_is_muted_in_what_is_worn_and_one_that_is_taken_is_the_wearers_alone(session):
    plain = worn(session, ("dan", "trousers"), pieces=True)
    ada, dan, other = (sample(session, name) for name in ("ada", "dan", "striped-shirt"))
    request = RenderRequest(ada.key, ada.keypoints_18x3, swaps=(GarmentSwap(dan.key, "trousers"),))
    every = [(layer.name, slot) for layer in session.slots for slot in range(layer.count)]

    def apart(**change) -> float:
        changes = tuple(SlotChange(*slot, **change) for slot in every)
        shown = session.respond(replace(request, changes=changes)).image.astype(int)
        return float(np.abs(shown - plain.image)[_inner(trousers_HW)].mean())

    trousers_HW = np.kron(plain.pieces, np.ones((2, 2), np.uint8)) == PIECES.index("trousers")
    assert apart(scale=0.0) > 60
    assert apart(reference=other.key) < 10, "dan's all the same, in another light"
