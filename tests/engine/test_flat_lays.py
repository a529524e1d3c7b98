"""Garments alone: told from people, cut out by colours, whole."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from engine import flat_lays, photos
from engine.api import Capability
from engine.flat_lays import (
    cut_out,
    garment_alone,
    legs_part,
    may_fill_a_garment,
    of_garment,
    same_pose,
    told_in,
)
from engine.parsing import Parsed
from engine.pose.skeleton import LEFT_SHOULDER, NOSE, RIGHT_SHOULDER, SEEN
from engine.regions import CLASSES, REGIONS

UPPER, PANTS, ARMS, FACE = (REGIONS.index(name) for name in ("upper clothes", "pants", "arms", "face"))
WOOD, CLOTH = (150, 110, 60), (40, 60, 120)
RESOURCES = Path(__file__).parents[2] / "resources"
SAMPLES = sorted((RESOURCES / "samples").glob("*.jpg"))


def floor(rows: int = 200, columns: int = 160) -> np.ndarray:
    rng = np.random.default_rng(0)
    picture = np.array(WOOD) + rng.normal(0, 4, (rows, columns, 1))
    picture[60:140, 50:110] = np.array(CLOTH) + rng.normal(0, 4, (80, 60, 1))
    return picture.clip(0, 255).astype(np.uint8)


def seen(regions: np.ndarray, joints=(RIGHT_SHOULDER, LEFT_SHOULDER, NOSE)) -> Parsed:
    keypoints = np.zeros((18, 3), np.float32)
    for joint in joints:
        keypoints[joint] = 60 + joint, 70, SEEN
    return Parsed(
        regions, keypoints, np.zeros((*regions.shape, 3), np.float32), np.zeros((2, *regions.shape), bool)
    )


def regions(*areas) -> np.ndarray:
    found = np.zeros((200, 160), np.uint8)
    for where, label in areas:
        found[where] = label
    return found


WHOLE, PART = np.s_[60:140, 50:110], np.s_[60:110, 50:100]


@pytest.fixture
def parser(monkeypatch):
    """Sets what is seen in every picture."""

    def see(parsed: Parsed) -> None:
        monkeypatch.setattr(flat_lays.parsing, "available", lambda: Capability(True))
        monkeypatch.setattr(flat_lays.parsing, "parse", lambda rgb, network=None: parsed)

    return see


def test_a_garment_alone_has_a_box_and_joints_without_a_face(parser):
    parser(seen(regions((PART, UPPER))))
    found = garment_alone(floor())
    assert found.box == pytest.approx((50, 60, 60, 80), abs=2)  # colours tell what was not seen
    assert np.flatnonzero(found.pose_18x3[:, 2]).tolist() == [RIGHT_SHOULDER, LEFT_SHOULDER]
    assert found.pose_18x3[LEFT_SHOULDER].tolist() == [65, 70, SEEN]


def test_a_large_photo_is_told_in_its_own_px(parser):
    small = np.zeros((256, 205), np.uint8)
    small[77:179, 64:141] = UPPER
    parser(seen(small))
    large = floor().repeat(8, 0).repeat(8, 1)
    found = garment_alone(large)
    assert found.pose_18x3[LEFT_SHOULDER, :2] == pytest.approx((65 * 1600 / 256, 70 * 1600 / 256))
    assert found.box == pytest.approx((400, 480, 480, 640), abs=16)


@pytest.mark.parametrize(
    "parsed",
    [
        seen(regions()),
        seen(regions((np.s_[60:70, 50:60], UPPER))),  # a speck
        seen(regions((WHOLE, UPPER), (np.s_[60:140, 50:70], ARMS))),  # somebody's
        seen(regions((WHOLE, UPPER)), joints=(LEFT_SHOULDER, NOSE)),
    ],
    ids=["nothing", "speck", "somebody", "one joint"],
)
def test_anything_else_is_none(parser, parsed):
    parser(parsed)
    assert garment_alone(floor()) is None


@pytest.mark.parametrize(
    ("person", "detects", "alone"),
    [(None, True, True), (np.ones((18, 3), np.float32), True, False), (None, False, False)],
    ids=["nobody", "somebody", "no detector"],
)
def test_sleeves_that_look_like_arms_are_a_garments_where_the_detector_sees_nobody(
    parser, monkeypatch, person, detects, alone
):
    parser(seen(regions((WHOLE, UPPER), (np.s_[60:140, 50:60], ARMS), (np.s_[130:140, 60:110], PANTS))))
    monkeypatch.setattr(flat_lays.detect, "available", lambda: Capability(detects, "" if detects else "gone"))
    monkeypatch.setattr(flat_lays.detect, "detect_pose", lambda rgb: person)
    assert (garment_alone(floor()) is not None) == alone


def test_one_garment_and_little_else_is_alone_whatever_the_detector_sees(parser, monkeypatch):
    monkeypatch.setattr(flat_lays.detect, "available", lambda: Capability(True))
    monkeypatch.setattr(flat_lays.detect, "detect_pose", lambda rgb: np.ones((18, 3), np.float32))
    sleeve = np.s_[60:140, 50:58], ARMS  # of 60 columns
    parser(seen(regions((WHOLE, UPPER), sleeve)))
    assert garment_alone(floor()) is not None
    parser(seen(regions((WHOLE, UPPER), sleeve, (np.s_[130:140, 60:110], PANTS))))  # and of two kinds
    assert garment_alone(floor()) is None
    parser(seen(regions((WHOLE, UPPER), sleeve, (np.s_[60:70, 58:66], FACE))))
    assert garment_alone(floor()) is None


def test_a_detector_that_turns_out_to_be_none_has_not_seen_that_nobody_is_there(parser, monkeypatch):
    parser(seen(regions((WHOLE, UPPER), (np.s_[60:140, 50:60], ARMS), (np.s_[130:140, 60:110], PANTS))))
    works = [True]

    def looks(rgb):
        works[0] = False

    monkeypatch.setattr(
        flat_lays.detect, "available", lambda: Capability(works[0], "" if works[0] else "gone")
    )
    monkeypatch.setattr(flat_lays.detect, "detect_pose", looks)
    assert garment_alone(floor()) is None


def test_who_says_that_it_is_one_is_believed_where_there_is_cloth(parser):
    parser(seen(regions((WHOLE, UPPER), (np.s_[60:140, 50:90], ARMS))))
    assert garment_alone(floor()) is None
    assert garment_alone(floor(), told=True).box == pytest.approx((50, 60, 60, 80), abs=8)
    parser(seen(regions((np.s_[60:70, 50:60], UPPER))))
    assert garment_alone(floor(), told=True) is None


def of_legs(gap: int, deep: int) -> np.ndarray:
    """Something 60 wide and 80 high, with a gap of so many columns and rows in its hem."""
    cut = np.zeros((100, 100), bool)
    cut[10:90, 20:80] = True
    cut[90 - deep : 90, 50 - gap // 2 : 50 + gap // 2] = False
    return cut


def test_legs_are_told_by_the_gap_between_them():
    assert legs_part(of_legs(10, 50)) and legs_part(of_legs(4, 10))  # trousers, shorts
    assert not legs_part(of_legs(0, 0)) and not legs_part(of_legs(4, 3))  # a skirt, a notch
    sleeves = of_legs(0, 0)
    sleeves[40:95, 10:18] = sleeves[40:95, 82:90] = True  # hanging lower than the hem, beside it
    assert not legs_part(sleeves[:88])
    hole = of_legs(0, 0)
    hole[60:80, 45:55] = False  # a print of the ground's colour
    assert not legs_part(hole)
    arch = of_legs(0, 0)  # a skirt's hem, seen from below
    for row in range(78, 90):
        half = round(29 * ((row - 77) / 13) ** 0.5)
        arch[row, 50 - half : 50 + half] = False
    assert not legs_part(arch)
    uneven = of_legs(10, 50)
    uneven[80:, 55:] = False  # one leg is shorter
    assert legs_part(uneven)


def test_what_is_seen_as_a_skirt_and_has_legs_is_trousers(parser):
    dress = REGIONS.index("dress or skirt")
    surface_1Khw = torch.zeros(1, CLASSES + 3, 100, 100)
    for cut, region in ((of_legs(10, 50), PANTS), (of_legs(0, 0), dress)):
        surface_1Khw[0, :CLASSES] = -8.0
        surface_1Khw[0, dress, torch.from_numpy(cut)] = surface_1Khw[0, 0, torch.from_numpy(~cut)] = 8.0
        picture = torch.where(torch.from_numpy(cut), -0.5, 0.9).expand(1, 3, -1, -1)
        assert set(of_garment(picture, surface_1Khw)[0, :CLASSES].argmax(0).unique().tolist()) == {0, region}


def test_without_a_parser_nobody_tells(monkeypatch):
    monkeypatch.setattr(flat_lays.parsing, "available", lambda: Capability(False, "gone"))
    assert garment_alone(floor()) is None


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_sample_of_a_person_is_one(path):
    assert garment_alone(photos.read_photo(path)) is None


@pytest.mark.parametrize("rows", [(0.2, 0.75), (0.5, 1.0)], ids=["neck to knee", "hip to feet"])
@pytest.mark.parametrize("name", ["ada", "alex"])
def test_a_pose_with_a_face_or_another_than_its_own_is_somebodys(name, rows):
    """Cut off at the neck people look like garments alone: who has laid a pose on one knows better."""
    photo_HWC = photos.read_photo(RESOURCES / "samples" / f"{name}.jpg")
    first, last = (round(share * len(photo_HWC)) for share in rows)
    cut_HWC = photo_HWC[first:last]
    pose = np.zeros((18, 3), np.float32)
    pose[[8, 9, 11, 12]] = (60, 40, 2), (60, 90, 2), (90, 40, 2), (90, 90, 2)
    found = garment_alone(cut_HWC)
    assert found is None or not same_pose(pose, found.pose_18x3)
    if found is not None:
        assert same_pose(found.pose_18x3 + np.float32((0.5, 0, 0)), found.pose_18x3)
    pose[0] = 80, 10, 2
    assert not may_fill_a_garment(pose) and may_fill_a_garment(None)


def test_colours_give_it_its_outline():
    truth = regions((WHOLE, 1)) > 0
    rough = regions((np.s_[66:134, 46:104], UPPER), (np.s_[62:70, 120:126], UPPER), (np.s_[90:100, 70:80], 0))
    found = cut_out(floor(), rough)
    assert (found != truth).sum() < 0.02 * truth.sum()


def test_a_patch_of_another_colour_is_of_it_and_a_wide_gap_is_not():
    picture = floor()
    picture[90:98, 70:78] = 230, 230, 230
    picture[110:140, 65:95] = WOOD  # between legs
    found = cut_out(picture, regions((WHOLE, PANTS), (np.s_[110:140, 65:95], 0), (np.s_[90:98, 70:78], 0)))
    assert found[90:98, 70:78].all()
    assert not found[115:138, 68:92].any()


def test_a_map_becomes_that_of_one_garment_with_places_everywhere():
    shown = regions((WHOLE, UPPER), (np.s_[120:140, 50:110], PANTS), (np.s_[0:20, 0:20], ARMS))
    logits = 9.0 * torch.nn.functional.one_hot(torch.from_numpy(shown).long(), CLASSES).movedim(-1, 0).float()
    places = torch.full((3, 200, 160), 0.25)
    places[:, :60] = 7.0  # what nobody sees is no place
    picture = torch.from_numpy(floor()).movedim(-1, 0)[None].float() / 127.5 - 1
    one = of_garment(picture, torch.cat([logits, places])[None])
    labels = one[0, :CLASSES].argmax(0).numpy()
    assert set(np.unique(labels)) == {0, UPPER}
    assert ((labels == UPPER) != (regions((WHOLE, 1)) > 0)).mean() < 0.01
    assert torch.allclose(one[0, CLASSES:, 60:140, 50:110], torch.tensor(0.25), atol=1e-3)


def before_ground(ground: int, cloth: int, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """A shirt with a print and a gap beside a sleeve, as shops show it; and what of it is cloth."""
    truth = regions((np.s_[50:150, 40:120], 1), (np.s_[70:140, 48:60], 0)) > 0
    picture = np.full((200, 160, 3), float(ground))
    picture[truth] = cloth
    picture[90:96, 80:86] = ground  # a print of the ground's colour
    picture += np.random.default_rng(0).normal(0, noise, picture.shape)
    return picture.clip(0, 255).astype(np.uint8), truth


@pytest.mark.parametrize(
    ("ground", "cloth"), [(255, 20), (252, 238), (128, 60)], ids=["dark", "white", "grey"]
)
def test_before_a_shop_s_plain_ground_it_is_whole_to_the_px(ground, cloth):
    """White on white too; the gap between sleeve and trunk is ground, a print is not, whatever was seen."""
    picture, truth = before_ground(ground, cloth)
    found = cut_out(picture, regions((np.s_[48:152, 38:122], UPPER)))
    assert (found != truth).sum() < 0.01 * truth.sum()


@pytest.mark.parametrize("ground", [255, 200])
def test_plain_ground_between_sleeves_is_none_though_it_is_seen_as_cloth(ground):
    """Of a pale jumper: its sleeves hang below its hem."""
    truth = regions((np.s_[50:110, 40:120], 1), (np.s_[110:160, 40:60], 1), (np.s_[110:160, 100:120], 1)) > 0
    picture = np.full((200, 160, 3), ground, np.uint8)
    picture[truth] = ground - 45
    picture[truth & (np.arange(200)[:, None] % 12 < 5)] = ground - 60
    found = cut_out(picture, regions((np.s_[50:160, 40:120], UPPER)))
    assert (found != truth).sum() < 0.01 * truth.sum()


def test_a_carpet_beside_a_sleeve_that_is_seen_as_cloth_is_none():
    picture = floor()
    found = cut_out(picture, regions((WHOLE, UPPER), (np.s_[90:125, 105:135], UPPER)))
    assert not found[95:120, 116:130].any() and found[70:130, 60:100].all()


def test_a_carpet_of_several_tones_that_is_a_quarter_of_what_is_seen_as_cloth_is_none():
    picture, tones = floor(), np.array([(110, 80, 50), (70, 50, 30), (150, 120, 90)])
    rng = np.random.default_rng(1)
    carpet = tones[np.kron(rng.integers(0, 3, (50, 40)), np.ones((4, 4), int))]
    carpet = (carpet + rng.normal(0, 3, (200, 160, 1))).clip(0, 255).astype(np.uint8)
    carpet[WHOLE] = picture[WHOLE]
    found = cut_out(carpet, regions((WHOLE, UPPER), (np.s_[60:140, 104:130], UPPER)))
    assert found[66:134, 114:126].mean() < 0.02 and found[70:130, 60:100].all()


def test_a_gap_beside_a_sleeve_or_at_the_border_is_ground_though_it_is_seen_as_cloth():
    picture = floor()
    picture[:, 50:160] = CLOTH  # it reaches the border on the right ...
    picture[70:130, 80:86] = WOOD  # ... a long gap of ground is in it, a print is not long
    picture[80:90, 110:122] = WOOD
    picture[150:160, 150:160] = WOOD
    picture[:60, 50:] = WOOD
    picture[140:, 50:140] = WOOD
    found = cut_out(picture, regions((np.s_[60:140, 50:160], UPPER), (np.s_[140:, 140:], UPPER)))
    assert not found[75:125, 81:85].any() and found[82:88, 112:120].all()
    assert not found[152:158, 152:158].any()


def lamps() -> np.ndarray:
    """A ground that goes over from one grey into another, as under a studio's lamps; float [200, 160, 3]."""
    down, across = np.mgrid[:200, :160] / (200, 160)[0]
    light = 205 + 30 * down + 12 * across * across + np.random.default_rng(2).normal(0, 0.7, (200, 160))
    return light[..., None] + np.array((-3.0, 0.0, 4.0))


@pytest.mark.parametrize("cloth", [90, 252], ids=["dark", "nearly as light as the ground"])
def test_before_a_ground_of_several_shades_a_garment_is_whole_however_little_is_seen_of_it(cloth):
    picture, truth = lamps(), regions((np.s_[50:150, 40:120], 1), (np.s_[70:140, 48:60], 0)) > 0
    picture[truth] = cloth
    picture[80:100, 80:110] = 200, 30, 40  # its print is what is seen of it
    found = cut_out(picture.clip(0, 255).astype(np.uint8), regions((np.s_[78:102, 78:112], UPPER)))
    assert (found != truth).sum() < 0.01 * truth.sum()


def test_stripes_nearly_as_light_as_the_ground_stay_in_a_dark_garment():
    picture, truth = lamps(), regions((WHOLE, 1)) > 0
    picture[truth] = 30
    picture[100:120, 50:110] = 252
    found = cut_out(picture.clip(0, 255).astype(np.uint8), regions((WHOLE, UPPER)))
    assert (found != truth).sum() < 0.01 * truth.sum()


def test_a_soft_shadow_beside_a_garment_is_ground():
    picture, truth = np.full((200, 160, 3), 225.0), regions((WHOLE, 1)) > 0
    away = np.hypot(*(np.mgrid[:200, :160] - np.array((190, 150))[:, None, None]))
    picture -= 12 * np.exp(-((away / 60) ** 2))[..., None]
    picture[truth] = 253
    found = cut_out(picture.clip(0, 255).astype(np.uint8), regions((WHOLE, UPPER)))
    assert (found != truth).sum() < 0.02 * truth.sum()


def test_shadows_at_a_border_that_is_hardly_of_one_shade_are_no_cloth():
    """Of a shirt on a sheet in folds: what reaches far beyond what is seen of it is looked at by colours."""
    picture, truth = np.full((200, 160, 3), 225.0), regions((WHOLE, 1)) > 0
    picture[:, 112:] = 190
    picture[140:, :] = 180
    picture[truth] = 20
    found = cut_out(picture.clip(0, 255).astype(np.uint8), regions((WHOLE, UPPER)))
    assert (found & ~truth).sum() < 0.05 * truth.sum()


@pytest.mark.parametrize(("legs", "kind"), [(False, UPPER), (True, PANTS)])
def test_what_is_seen_as_trousers_and_as_a_top_and_has_no_legs_is_a_top(legs, kind):
    picture, seen = floor(), regions((WHOLE, PANTS), (np.s_[115:140, 50:110], UPPER))
    if legs:
        picture[100:140, 70:90] = WOOD
        seen[100:140, 70:90] = 0
    assert told_in(picture, seen)[0] == kind


def test_a_narrow_gap_beside_a_dark_sleeve_is_ground():
    picture, truth = np.full((200, 160, 3), 250.0), regions((np.s_[50:150, 40:120], 1)) > 0
    truth[80:150, 54:56] = False
    picture[truth] = 40
    found = cut_out(picture.astype(np.uint8), regions((np.s_[50:150, 40:120], UPPER)))
    assert (found == truth).all()


def test_white_cloth_before_a_pale_ground_is_looked_at_darker(monkeypatch):
    """A network that sees what is half as light as the ground, in the place of ours."""
    photo = np.full((64, 48, 3), 225, np.uint8)
    photo[16:48, 12:36] = 250

    def parse(rgb_hwC, network=None):
        regions_hw = np.zeros(rgb_hwC.shape[:2], np.uint8)
        if np.ptp(rgb_hwC) > 60:
            regions_hw[rgb_hwC[..., 0] != np.median(rgb_hwC)] = REGIONS.index("upper clothes")
        return SimpleNamespace(regions_HW=regions_hw)

    monkeypatch.setattr(flat_lays.parsing, "parse", parse)
    seen = flat_lays.as_seen_best(photo)
    assert seen.shape == photo.shape and np.ptp(seen) > 60
    assert seen[30, 20, 0] > seen[5, 5, 0], "and not turned over"
    dark = np.where(photo == 250, 40, photo).astype(np.uint8)
    assert flat_lays.as_seen_best(dark) is dark, "as it is where it is seen"


def test_light_on_cloth_that_has_the_grounds_colour_is_no_hole():
    """As on leather: so large a gap is one only where no cloth is seen."""
    picture, seen = floor(), regions((WHOLE, UPPER))
    picture[85:120, 62:98] = WOOD
    assert cut_out(picture, seen)[90:115, 67:93].all()
    tall = floor()
    tall[60:140, 74:86] = WOOD
    assert cut_out(tall, seen)[70:130, 77:83].all(), "nor is it ground beside a trunk"
    seen[85:120, 62:98] = 0
    assert not cut_out(picture, seen)[90:115, 67:93].any()
