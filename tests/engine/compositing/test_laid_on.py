"""Clothes with nobody in them, laid on a flat figure."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from flat_figure import JOINTS

from engine.compositing import laid_on
from engine.compositing.bare_bodies import BareBody
from engine.compositing.bodies import TRUNK, Ways, body_of, parts_of
from engine.compositing.cloth_laid_on import Cloth
from engine.compositing.clothes import Clothes, clothes_alone, known_as
from engine.compositing.columns import cut
from engine.compositing.dressing import dressed
from engine.compositing.fields import closed
from engine.compositing.laid_on import as_worn_by, bared
from engine.compositing.shoulders import shoulder_rays
from engine.compositing.tops_laid_on import top_on
from engine.compositing.wardrobe import make_wardrobe
from engine.compositing.worn import Drawn, undressed
from engine.cv import cv2
from engine.garments import DRESS, GARMENTS, PIECES, SKIRT, TOP, TROUSERS, Garment, garment
from engine.pose.skeleton import (
    LEFT_ELBOW,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_ELBOW,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    SEEN,
)
from engine.regions import CLASSES, REGIONS, SURFACE_SPAN

from .test_dressing import SKIN, WALL, at, figure, with_part
from .test_garment_outline import ROWS, arms_of, drawn, shirt, trousers

WOOD, CLOTH, STRIPE = -0.9, 0.5, 0.1
PERIOD = 12  # rows of the photo's map from stripe to stripe


def posed(wearer: Drawn, **moved) -> Drawn:
    joints = np.zeros((18, 3), np.float32)
    for joint, (x, y) in (JOINTS | moved.get("joints", {})).items():
        joints[joint] = (x + 6.5) * 8, (9 - y) * 8, SEEN
    return wearer._replace(joints=joints)


def clothes(mask: np.ndarray, name: str = "upper clothes", arms: bool = True) -> Clothes:
    """Of an outline, with stripes across, on wood."""
    arms_hw = torch.from_numpy(arms_of(mask) & arms)
    mask_hw = torch.from_numpy(mask)
    logits = 20.0 * F.one_hot(mask_hw * REGIONS.index(name), CLASSES).movedim(-1, 0).float()
    places = torch.stack(
        [torch.where(arms_hw, 3.0, 0.0), torch.full(mask.shape, 3.0), torch.zeros(mask.shape)]
    )
    rows_h1 = torch.arange(ROWS)[:, None].expand(mask.shape)
    grey_hw = torch.where(mask_hw, torch.where(rows_h1 % PERIOD < PERIOD / 2, CLOTH, STRIPE), WOOD)
    photo = grey_hw.float().expand(1, 3, -1, -1).clone()
    made = clothes_alone(photo, torch.cat([logits, places / SURFACE_SPAN])[None])
    assert made is not None
    return made


WEARER = posed(figure(sleeve=2.5, hem=0, cloth=-0.4))


def as_worn(wearer: Drawn, clothes: Clothes, piece: Garment) -> Drawn | None:
    return as_worn_by(wearer, clothes, piece, bared(wearer))


def wear(mask: np.ndarray, word: str = "top", wearer: Drawn = WEARER, name: str = "upper clothes", arms=True):
    worn = as_worn(wearer, clothes(mask, name, arms), garment(word))
    assert worn is not None
    return worn, dressed(undressed(wearer), wearer, worn, garment(word))


def is_cloth(value: float) -> bool:
    return STRIPE - 0.08 < value < CLOTH + 0.08


def test_stripes_are_as_far_apart_as_the_garment_is_large():
    """It is moved as a whole: no print is stretched, and none of its ground comes along."""
    worn, _ = wear(shirt(hem=160))
    line = worn.laid.colour[0, 0, :, 52][worn.laid.trunk[0, 0, :, 52] > 0.9]
    edges = np.flatnonzero(np.diff((line > (CLOTH + STRIPE) / 2).numpy().astype(int)))
    scale = 3.6 * 8 / clothes(shirt()).upper.breadth
    assert np.diff(edges)[1:-1].mean() == pytest.approx(PERIOD / 2 * scale, rel=0.06)
    covered = (worn.laid.trunk + worn.laid.sleeves > 0.5).expand(1, 3, -1, -1)
    assert worn.laid.colour[covered].min() > STRIPE - 0.1


def test_sleeves_lie_along_the_arms_and_hands_stay():
    _, now = wear(shirt(long=True))
    for x in (2.6, 3.4, 4.0, -2.6, -3.4, -4.0):
        assert is_cloth(at(now.picture, x, 4.75)), x
    assert at(now.picture, 4.8, 4.75) == pytest.approx(at(WEARER.picture, 4.8, 4.75), abs=0.06), "its shadow"
    _, now = wear(shirt())
    assert is_cloth(at(now.picture, 2.6, 4.75))
    assert at(now.picture, 4.4, 4.75) == pytest.approx(SKIN, abs=0.02), "a short one ends before the elbow"


def test_a_sleeves_hem_lies_across_its_arm_however_it_is_cut():
    """An arm that hangs: to its outer side the sleeve ends as far down as in its middle."""
    left = [(70, 40), (46, 52), (6, 70), (44, 112), (56, 78), (56, 200)]
    mask = drawn(*left, *[(176 - x, y) for x, y in reversed(left)])
    worn, _ = wear(mask, wearer=posed(WEARER, joints=HANGING))
    covered = (worn.laid.sleeves[0, 0] > 0.5).numpy()
    columns = np.flatnonzero(covered.any(0))
    outer = columns[columns > 52][1:-2]
    ends = np.array([np.flatnonzero(covered[:, x])[-1] for x in outer]) / 8
    assert np.ptp(ends) < 0.3


def test_an_arm_beside_a_garment_stays_whatever_hides_a_body_there():
    """What is broader than its clothes is not seen; but an arm is no body in them."""
    worn, _ = wear(shirt())
    laid = worn.laid._replace(hides=torch.ones_like(worn.laid.hides))
    now = dressed(undressed(WEARER), WEARER, worn._replace(laid=laid), garment("top"))
    for x in (4.0, 4.4, -4.0, -4.4):
        assert at(now.picture, x, 4.75) == pytest.approx(SKIN, abs=0.02)


def test_nothing_of_a_sleeve_goes_with_the_trunk_below_the_armpit():
    """It would be seen as a scrap below the hem of a sleeve on an arm that hangs."""
    made, body = clothes(shirt()), body_of(WEARER, (144, 104))
    y_hw, x_hw = torch.meshgrid(torch.arange(144), torch.arange(104), indexing="ij")
    way, arms_hw = Ways(body, torch.stack([x_hw, y_hw], -1).float()), torch.zeros(144, 104)
    bare = BareBody(WEARER, body, way, parts_of(WEARER, (144, 104))).arms
    rays = shoulder_rays(WEARER, body, (144, 104))
    top = top_on(body, way, arms_hw, bare, np.zeros((0, 2)), rays, made, dress=False)
    for sleeve in made.upper.sleeves:
        beyond = np.abs(np.arange(176) - 88) > abs(sleeve.armpit[0] - 88) + 3
        scrap = (top.layers[0].only & sleeve.mask)[round(sleeve.armpit[1]) + 1 :] & beyond
        assert not scrap.any() and sleeve.mask.any()


def before_the_body(x: tuple[float, float], y: tuple[float, float], name: str, grey: float) -> Drawn:
    """With a forearm from (2.8, 2.0) to (1.2, 0.6), and something of an arm before a top down to -1 dm."""
    joints = {LEFT_ELBOW: (2.8, 2.0), LEFT_WRIST: (1.2, 0.6)}
    wearer = posed(figure(sleeve=5.0, hem=-1, cloth=0.9), joints=joints)
    made = with_part(wearer, x, y, name, grey)
    rows, columns = (
        slice(*np.round(each).astype(int))
        for each in ((72 - 8 * y[1], 72 - 8 * y[0]), (8 * x[0] + 52, 8 * x[1] + 52))
    )
    made.surface[:, CLASSES:, rows, columns] = torch.tensor((4.0, 4.75, 0.5))[:, None, None] / SURFACE_SPAN
    return made._replace(joints=wearer.joints, wardrobe=make_wardrobe(made.picture, made.surface))


def test_a_forearm_that_comes_out_of_its_sleeve_is_before_the_trunk():
    wearer = before_the_body((1.4, 2.8), (0.6, 2.0), "upper clothes", 0.9)
    _, now = wear(shirt(), wearer=wearer)
    assert at(now.picture, 1.9, 1.2) == pytest.approx(SKIN, abs=0.2)
    assert is_cloth(at(now.picture, -1.2, 1.2))


def test_a_hand_before_a_top_has_nothing_of_the_trousers_beneath():
    wearer = before_the_body((-0.6, 1.4), (-0.4, 0.8), "arms", SKIN)
    _, now = wear(shirt(hem=160), wearer=wearer)
    for x, y in ((0.0, 0.2), (0.4, 0.0), (-0.3, 0.5)):
        assert at(now.picture, x, y) == pytest.approx(SKIN, abs=0.1), (x, y)


def test_a_sleeve_follows_its_arm():
    up = {LEFT_ELBOW: (2.8, 6.0), LEFT_WRIST: (3.6, 7.2)}
    worn, _ = wear(shirt(long=True), wearer=posed(figure(2.5, 0, -0.4), joints=up))
    sleeves = worn.laid.sleeves
    assert at(sleeves, 2.8, 6.0) > 0.9 and at(sleeves, 3.3, 6.8) > 0.9
    assert at(sleeves, 4.0, 4.75) < 0.1
    assert at(sleeves, -4.0, 4.75) > 0.9


HANGING = {
    RIGHT_ELBOW: (-2.1, 2.2), RIGHT_WRIST: (-2.2, -0.3), LEFT_ELBOW: (2.1, 2.2), LEFT_WRIST: (2.2, -0.3)
}  # fmt: skip


def with_arms_down(broad: float, **moved) -> Drawn:
    """broad: dm, half of the breadth at the shoulders and below, arms with it."""
    wearer = posed(figure(2.5, 0, -0.4), joints=HANGING | moved)
    y_HW, x_HW = np.mgrid[: wearer.surface.shape[2], : wearer.surface.shape[3]]
    x_HW, y_HW = x_HW / 8 - 6.5, 9 - y_HW / 8
    side_HW, x_HW = np.sign(x_HW), np.abs(x_HW)
    outside_HW = (x_HW > broad) | ((y_HW > 5.6 - 0.4 * (x_HW - 0.8)) & (x_HW > 0.8))
    clothed_HW = ~outside_HW & (y_HW > 2) & (y_HW < 6)
    for name, part_HW in (("background", outside_HW), ("upper clothes", clothed_HW)):
        wearer.surface[:, REGIONS.index(name), torch.from_numpy(part_HW)] = 60.0
    arms_HW = torch.from_numpy(~outside_HW & (x_HW > 1.75) & (y_HW < 5))
    sides_N = torch.from_numpy(side_HW)[arms_HW].float()
    for number, place_N in enumerate((3.0 * sides_N, 4.75, 0.0)):
        wearer.surface[:, CLASSES + number, arms_HW] = place_N / SURFACE_SPAN
    return wearer


def sleeves_of(wearer: Drawn) -> np.ndarray:
    """Of the arm on the picture's left, bool [h, w] of a long-sleeved shirt."""
    laid = as_worn(wearer, clothes(shirt(long=True)), garment("top")).laid
    middle = round(float(wearer.joints[[RIGHT_SHOULDER, LEFT_SHOULDER], 0].mean()))
    return (laid.sleeves[0, 0] > 0.5).numpy()[:, :middle]


def test_a_sleeve_s_shoulder_is_round_where_an_arm_hangs_and_whole_where_it_leans():
    """dm, from a shoulder at (-1.8, 4.75)."""
    hanging = sleeves_of(with_arms_down(2.35))
    row, (shoulder, other) = round((9 - 4.75) * 8), (round((x + 6.5) * 8) for x in (-1.8, 1.8))
    breadth = other - shoulder
    columns = np.flatnonzero(hanging[row])
    assert columns[0] == pytest.approx(shoulder - 0.15 * breadth, abs=1)
    leaning = sleeves_of(posed(WEARER, joints={RIGHT_ELBOW: (-3.4, 3.0), RIGHT_WRIST: (-2.2, 1.2)}))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(leaning.astype(np.uint8))
    assert count == 2 or boxes[1:, cv2.CC_STAT_AREA].max() > 0.98 * leaning.sum()


def test_bare_arms_come_to_light_where_it_has_no_sleeves():
    mask = shirt() & (np.abs(np.arange(176) - 88) < 34)
    _, now = wear(mask, arms=False, wearer=posed(figure(sleeve=4.0, hem=0, cloth=-0.4)))
    for x in (3.5, -3.5):
        assert at(now.picture, x, 4.75) == pytest.approx(SKIN, abs=0.15)


def test_a_pattern_that_is_taken_off_leaves_none_on_the_skin():
    large_1CHW = F.interpolate(WEARER.picture, scale_factor=4.0)
    stripes_W = 0.5 * (torch.arange(large_1CHW.shape[-1]) % 12 < 6)
    cloth_11HW = F.interpolate((undressed(WEARER).pieces[:, TOP, None] > 0.5).float(), scale_factor=4.0)
    patterned, plain = (
        as_worn(
            WEARER._replace(picture=large_1CHW + cloth_11HW * more), clothes(shirt()), garment("top")
        ).picture
        for more in (stripes_W, stripes_W.mean())
    )
    assert (patterned - plain).abs().max() < 0.1


def test_trousers_are_as_wide_as_they_are_and_a_wall_is_beside_them():
    """The wearer's own were twice as wide as the body."""
    wide = posed(figure(sleeve=2.5, hem=0, cloth=-0.4, wide=4.0, ends=-7.0))
    mask = drawn(
        (66, 20), (60, 80), (74, 240), (84, 240), (88, 100), (92, 240), (102, 240), (116, 80), (110, 20)
    )
    _, now = wear(mask, "trousers", wide, "pants", arms=False)
    assert at(now.picture, 3.5, -4.0) == pytest.approx(WALL, abs=0.05)
    assert is_cloth(at(now.picture, 1.0, -4.0)) and is_cloth(at(now.picture, -1.0, -6.5))


def test_long_trousers_end_at_the_ankles_and_shorts_do_not():
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=-0.4, ends=-7.5))
    _, long = wear(trousers(), "trousers", wearer, "pants", arms=False)
    _, short = wear(trousers(90, 140), "trousers", wearer, "pants", arms=False)
    assert is_cloth(at(long.picture, 1.0, -6.8))
    assert is_cloth(at(short.picture, 1.0, -2.0)) and not is_cloth(at(short.picture, 1.0, -5.5))


def test_a_skirt_is_whole_between_the_legs():
    skirt = drawn((64, 20), (48, 200), (128, 200), (112, 20))
    _, now = wear(skirt, "skirt", name="dress or skirt", arms=False)
    for x in (0, 1.5, -1.5):
        assert is_cloth(at(now.picture, x, -2.5))


def test_a_neck_is_before_the_inside_of_a_collar():
    worn, now = wear(shirt())
    back = worn.laid.back[0, 0] > 0.9
    assert back.any()
    there = back & (undressed(WEARER).pieces[0, 0] < 0.1) & (worn.laid.body[0, 0] > 0.9)
    assert there.any() and not ((now.pieces[0, PIECES.index("top")] > 0.5) & there).any()


def test_strength_half_lies_between_without_a_ghost():
    worn, _ = wear(shirt())
    half = dressed(undressed(WEARER), WEARER, worn, garment("top"), 0.5)
    value = at(half.picture, 0, 3)
    assert -0.4 < value < CLOTH and at(half.picture, 0, 7) == at(WEARER.picture, 0, 7)


def test_whose_shoulders_nobody_knows_is_left_alone():
    assert as_worn(WEARER._replace(joints=None), clothes(shirt()), GARMENTS["top"]) is None
    assert (
        as_worn(
            posed(WEARER)._replace(joints=np.zeros((18, 3), np.float32)), clothes(shirt()), GARMENTS["top"]
        )
        is None
    )


def test_a_part_of_the_columns_is_the_same():
    worn, now = wear(shirt())
    columns = slice(16, 96)
    hers = cut(WEARER, columns)
    part = dressed(
        undressed(WEARER)._replace(picture=hers.picture, pieces=undressed(WEARER).pieces[..., columns]),
        hers,
        cut(worn, columns),
        garment("top"),
    )
    assert torch.allclose(part.picture[..., 24:56], now.picture[..., 40:72], atol=2e-2)


@pytest.mark.parametrize("word", ["top", "trousers"])
@pytest.mark.parametrize("limb", [[2, 3, 4], [8, 9, 10]], ids=["arm", "leg"])
def test_a_limb_whose_joints_are_at_one_place_breaks_nothing(word, limb):
    joints = WEARER.joints.copy()
    joints[limb, :2] = joints[limb[0], :2]
    laid = as_worn(WEARER._replace(joints=joints), clothes(shirt()), garment(word)).laid
    assert all(torch.isfinite(each).all() for each in laid)


@pytest.mark.parametrize(
    ("seen", "long", "piece"),
    [
        ({TOP: 1.0}, 2.0, TOP),
        ({DRESS: 0.58, SKIRT: 0.42}, 1.3, TOP),  # a wide tee
        ({DRESS: 0.54, SKIRT: 0.46}, 1.73, TOP),  # a slim one
        ({DRESS: 0.58, SKIRT: 0.42}, 1.82, DRESS),
        ({DRESS: 0.39, SKIRT: 0.61}, 1.82, DRESS),
        ({DRESS: 0.31, SKIRT: 0.69}, 1.82, DRESS),  # it has sleeves
        ({SKIRT: 0.4, TROUSERS: 0.6}, 1.0, TROUSERS),
    ],
)
def test_how_long_it_is_tells_what_a_garment_is(seen, long, piece):
    """long: in trunks, from its shoulder joints to its hem."""
    part = torch.zeros(len(PIECES))
    for each, share in seen.items():
        part[each] = share
    shape = clothes(shirt()).upper
    hem = float(shape.joints[:, 1].mean()) + long * TRUNK * shape.breadth
    assert known_as(part, shape, hem).argmax() == piece and known_as(part, shape, hem).sum() == 1


def test_what_has_no_sleeves_and_is_mostly_below_the_waist_is_a_skirt():
    shape = clothes(shirt()).upper._replace(sleeves=(None, None))
    hem = float(shape.joints[:, 1].mean()) + 1.82 * TRUNK * shape.breadth
    for dress, piece in ((0.31, SKIRT), (0.39, DRESS)):
        part = torch.zeros(len(PIECES))
        part[DRESS], part[SKIRT] = dress, 1.0 - dress
        assert known_as(part, shape, hem).argmax() == piece


def test_what_begins_at_no_waist_is_no_skirt_however_much_of_it_is_below_one():
    shape = clothes(shirt()).upper._replace(sleeves=(None, None))
    hem = float(shape.joints[:, 1].mean()) + 1.82 * TRUNK * shape.breadth
    part = torch.zeros(len(PIECES))
    part[DRESS], part[SKIRT] = 0.1, 0.9
    assert known_as(part, shape, hem).argmax() == SKIRT
    assert known_as(part, shape, hem, begins_at_waist=False).argmax() == DRESS


def test_a_slim_top_is_no_longer_than_a_tee_and_a_dress_is():
    """Twice as long, for its breadth, as tees are."""
    mask = drawn((66, 40), (60, 50), (62, 110), (58, 240), (118, 240), (114, 110), (116, 50), (110, 40))
    made = clothes(mask, arms=False)
    ends = []
    for word in ("top", "dress"):
        laid = as_worn(WEARER, made, garment(word)).laid
        ends.append(9 - np.flatnonzero((laid.trunk[0, 0, :, 52] > 0.5).numpy())[-1] / 8)
    shoulders, hips = 4.75, 0.0
    assert ends[0] > shoulders - 1.7 * (shoulders - hips) and ends[1] < ends[0] - 1.0


def ends_at(mask: np.ndarray, word: str, wearer: Drawn, **about) -> float:
    """dm above the middle of the body, of the last row of something laid on."""
    laid = as_worn(wearer, clothes(mask, **about), garment(word)).laid
    return 9 - np.flatnonzero((laid.trunk[0, 0, :, 40:64] > 0.5).numpy().any(1))[-1] / 8


def test_no_hem_is_below_the_ankles():
    """However long for their breadth a dress and a skirt are, as a mannequin in a shop is slim."""
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=-0.4, ends=-7.5))
    knee_and_ankle = {8: (-1.0, 0.0), 9: (-1.0, -3.5), 10: (-1.0, -7.0), 11: (1.0, 0.0), 12: (1.0, -3.5)}
    wearer = posed(wearer, joints=knee_and_ankle | {13: (1.0, -7.0)})
    dress = drawn((78, 20), (98, 20), (100, 60), (100, 250), (76, 250), (76, 60))
    skirt = drawn((78, 20), (98, 20), (104, 250), (72, 250))
    assert ends_at(dress, "dress", wearer, arms=False) == pytest.approx(-7.0, abs=0.5)
    about = {"name": "dress or skirt", "arms": False}
    assert ends_at(skirt, "skirt", wearer, **about) == pytest.approx(-7.0, abs=0.5)


def test_a_dress_has_its_waist_where_the_wearer_has_one():
    """It is drawn less tall where by its breadth that would be lower."""
    ends = []
    for waist in (100, 140):
        left = [(62, 40), (58, 60), (66, waist), (46, 240)]
        mask = drawn(*left, *[(176 - x, y) for x, y in reversed(left)])
        ends.append(ends_at(mask, "dress", WEARER, arms=False))
    assert ends[1] > ends[0] + 1.0


def test_nothing_of_a_trunk_is_seen_beside_clothes_where_an_old_sleeve_was():
    """An arm that hangs in a broad sleeve: of what comes to light beside a tee the arm is all."""
    wearer = with_arms_down(3.4)
    narrow = [(70, 40), (58, 52), (46, 80), (52, 92), (66, 78), (66, 200)]
    mask = drawn(*narrow, *[(176 - x, y) for x, y in reversed(narrow)])
    laid = as_worn(wearer, clothes(mask), garment("top")).laid
    beside = laid.trunk_bare * (1.0 - laid.within)
    row = round((9 - 1.5) * 8)
    assert laid.trunk_bare[0, 0, row].max() > 0.9
    assert float(beside[0, 0, row, : round((6.5 - 1.5) * 8)].max()) < 0.05
    assert torch.equal(laid.body, laid.trunk_bare.maximum(laid.arms_bare))


def test_the_edge_of_a_small_photo_is_no_blur():
    """Four times as large as it is, 3 px of it would be 12."""
    y_hw, x_hw = torch.meshgrid(torch.arange(256.0), torch.arange(176.0), indexing="ij")
    seen = Cloth(clothes(shirt()), (1024, 704), 4.0).at(torch.stack([x_hw, y_hw], -1))[0, 3, 600]
    assert 0 < int(((seen > 0.1) & (seen < 0.9)).sum()) <= 2 * 8 and seen.max() == 1.0


def test_a_crease_beside_a_sleeve_is_soft():
    """A gap of one dark shade is seen as a hole."""
    colour = torch.full((1, 3, 40, 40), 0.5)
    cover = torch.ones(1, 1, 40, 40)
    cover[..., 8:32, 18:22] = 0.0
    found = laid_on._in_creases(colour * cover, cover, 1.0 - cover, 3.0)[0, 0]
    assert 0.5 > found[20, 17] > found[20, 20] > 0.1
    assert float(found[20].diff().abs().max()) < 0.1 and found[20, 5] == pytest.approx(0.5, abs=1e-3)


UP = {RIGHT_ELBOW: (-3.0, 6.5), RIGHT_WRIST: (-4.0, 8.0)}


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("moved", [{}, HANGING, UP], ids=["out", "hanging", "one up"])
def test_a_garment_is_of_one_piece_whatever_arms_do(long, moved):
    """No gap and no step where a sleeve meets the trunk."""
    wearer = posed(WEARER, joints=moved)
    laid = as_worn(wearer, clothes(shirt(long)), garment("top")).laid
    covered = (laid.trunk + laid.sleeves > 0.5)[0, 0].numpy().astype(np.uint8)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(covered, connectivity=4)
    assert boxes[1:, cv2.CC_STAT_AREA].max() > 0.99 * covered.sum()
    shoulder = slice(round((9 - 6.2) * 8), round((9 - 4.2) * 8)), slice(round(4.0 * 8), round(5.4 * 8))
    whole = cv2.morphologyEx(covered, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))  # a px at an edge is none
    runs = np.diff(whole[shoulder], axis=0, prepend=0) > 0
    assert moved is UP or (runs.sum(0) <= 1).all(), "from its upper edge down no column has a gap"


def test_a_sleeve_on_an_arm_that_hangs_ends_at_the_trunk_s_edge():
    """Its hem would lie across the chest."""
    laid = as_worn(posed(WEARER, joints=HANGING), clothes(shirt()), garment("top")).laid
    sleeves = laid.sleeves * laid.trunk
    inside = slice(round((9 - 4.0) * 8), round((9 - 1.0) * 8)), slice(round(5.2 * 8), round(7.8 * 8))
    assert sleeves[0, 0][inside].max() < 0.1 and laid.sleeves.max() > 0.9


@pytest.mark.parametrize("higher", [-6, 0, 10])
def test_its_shoulders_lie_on_the_wearer_s(higher):
    """However high they are in the photo; the wearer's are at y = 6."""
    neck, shoulder = (70, 40 - higher), (46, 52 - higher)
    left = [neck, shoulder, (14, 80), (30, 98), (56, 78), (56, 200)]
    mask = drawn(*left, *[(176 - x, y) for x, y in reversed(left)])
    laid = as_worn(posed(WEARER, joints=HANGING), clothes(mask), garment("top")).laid
    covered = (laid.trunk + laid.sleeves > 0.5)[0, 0].numpy()
    for x in (-1.3, 1.3):
        first = np.flatnonzero(covered[:, round((x + 6.5) * 8)])[0]
        assert 9 - first / 8 == pytest.approx(6.0, abs=0.3)


def test_a_photo_that_is_shown_smaller_shows_no_other_pattern():
    """Threads of a px each are grey from afar, not stripes."""
    made = clothes(shirt())
    threads_h1 = torch.where(torch.arange(2 * ROWS)[:, None] % 2 == 0, 0.6, -0.2)
    fine = made._replace(
        photo=threads_h1.expand(1, 3, 2 * ROWS, 2 * 176).contiguous(),
        cover=F.interpolate(made.cover, scale_factor=2),
    )
    laid = as_worn(WEARER, fine, garment("top")).laid
    inside = laid.colour[0, 0, 34:70, 46:58]
    assert float(inside.std()) < 0.1 and float(inside.mean()) == pytest.approx(0.2, abs=0.05)


def test_no_hanger_comes_along_above_a_waist():
    mask = trousers()
    with_hanger = mask.copy()
    with_hanger[2:20, 84:92] = True
    plain, hung = (
        as_worn(WEARER, clothes(each, "pants", arms=False), garment("trousers")).laid.trunk
        for each in (mask, with_hanger)
    )
    first_plain, first_hung = (np.flatnonzero((each > 0.5).any(-1)[0, 0])[0] for each in (plain, hung))
    assert first_plain - first_hung < 3


def test_trousers_are_narrower_on_who_is_lean():
    lean = posed(figure(2.5, 0, -0.4))
    lean.surface[:, 0, 64:, :40] = lean.surface[:, 0, 64:, 64:] = 40.0
    row = round((9 - -1.5) * 8)
    breadths = [
        (as_worn(each, clothes(trousers(), "pants", arms=False), garment("trousers")).laid.trunk > 0.5)[
            0, 0, row
        ].sum()
        for each in (lean, WEARER)
    ]
    assert breadths[0] < 0.95 * breadths[1]


def test_a_scrap_beside_a_garment_is_none_of_it():
    mask = shirt()
    mask[220:232, 20:34] = True
    mask[199:226, 56:58] = mask[224:226, 30:58] = True  # it hangs on it by a line
    made = clothes(mask)
    assert not made.mask[220:232, 20:34].any() and float(made.cover[..., 222:230, 22:32].max()) < 0.1
    assert made.mask[shirt()].all()


@pytest.mark.parametrize("top", [1.0, 1.8], ids=["low", "high"])
def test_trousers_begin_just_above_where_the_wearers_do(top):
    """Of who has tucked a shirt in nothing bare is seen between shirt and trousers."""
    first, wearer = round((9 - top) * 8), posed(figure(2.5, hem=top, cloth=-0.4))
    laid = as_worn(wearer, clothes(trousers(), "pants", arms=False), garment("trousers")).laid
    begins = np.flatnonzero((laid.trunk[0, 0, :, 52] > 0.5).numpy())[0]
    assert -3 <= begins - first <= 1


def test_nothing_bare_is_seen_beside_a_skirt():
    skirt = drawn((60, 20), (116, 20), (124, 90), (52, 90))
    laid = as_worn(WEARER, clothes(skirt, "dress or skirt", arms=False), garment("skirt")).laid
    bare = laid.body * (1 - laid.hides) * (1 - laid.trunk)
    hem = np.flatnonzero((laid.trunk[0, 0, :, 52] > 0.5).numpy())[-1]
    rows = slice(round((9 - 0.2) * 8), hem - 3)
    assert float(bare[0, 0, rows, 24:80].max()) < 0.05 and float(laid.body[0, 0, rows].max()) > 0.9
    assert float(bare[0, 0, hem + 4 :].max()) > 0.9, "below it legs are"


@pytest.mark.parametrize("broad", [2.1, 2.6], ids=["narrow", "broad"])
def test_its_shoulders_are_as_broad_as_the_wearer_s_where_arms_hang(broad):
    """However sleeves lie in the photo: these stand off. broad: dm, half of the breadth at the shoulders."""
    wearer = with_arms_down(broad)
    laid = as_worn(wearer, clothes(shirt()), garment("top")).laid
    covered = (laid.trunk + laid.sleeves > 0.5)[0, 0].numpy()
    for y in (4.4, 4.0):
        columns = np.flatnonzero(covered[round((9 - y) * 8)]) / 8 - 6.5
        assert columns[0] == pytest.approx(-broad, abs=0.2) and columns[-1] == pytest.approx(broad, abs=0.2)


def test_nothing_of_an_arm_is_seen_beside_the_short_sleeve_it_is_in():
    """Which is narrower in the photo than this arm."""
    left = [(70, 40), (46, 52), (26, 80), (34, 92), (56, 78), (56, 200)]
    mask = drawn(*left, *[(176 - x, y) for x, y in reversed(left)])
    laid = as_worn(with_arms_down(2.6), clothes(mask), garment("top")).laid
    left_of_arm = slice(None), slice(0, round((-2.15 + 6.5) * 8))
    sleeve, bare = (
        (each[0, 0] > 0.5).numpy()[left_of_arm] for each in (laid.sleeves, laid.body * (1 - laid.hides))
    )
    hem = np.flatnonzero(sleeve[:, -1])[-1]
    beside = (bare & ~sleeve)[: hem - 2]
    assert sleeve.any() and not beside.any() and bare[hem + 3 :].any()


def test_of_an_arm_goes_only_what_is_beside_its_sleeve(monkeypatch):
    """However far down its arm a sleeve is said to go: below a hem that is cut aslant would be wall."""

    def as_if_to_the_hand(*about):
        top = top_on(*about)
        return top._replace(sleeved=torch.ones_like(top.sleeved))

    monkeypatch.setattr(laid_on, "top_on", as_if_to_the_hand)
    worn, _ = wear(shirt())
    covered = (worn.laid.trunk.maximum(worn.laid.sleeves) > 0.5)[0, 0]
    row = round((9 - 4.75) * 8)
    hem = int(covered[row].nonzero().max())
    assert worn.laid.sleeved[0, 0, row, : hem + 1][covered[row, : hem + 1]].min() == 1.0
    assert worn.laid.sleeved[0, 0, row, hem + 3 :].max() == 0.0


def test_where_a_trunk_and_its_sleeve_meet_nothing_behind_them_is_seen():
    """Two soft edges that meet would let half of it through."""
    large = WEARER._replace(picture=F.interpolate(WEARER.picture, scale_factor=8.0))
    laid = as_worn(large, clothes(shirt(long=True)), garment("top")).laid
    whole = laid.trunk.maximum(laid.sleeves)
    lines = closed(whole, 9) - whole
    assert float(lines[..., 200:400, :].max()) < 0.2
