"""The background plate: copies from the photo where it has texture, the smooth fill where it has none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from engine.cv import cv2
from engine.inpainting.fill import fill_holes
from engine.inpainting.plate import filled, source_field

SIZE = 128, 88


def centres(known):
    return np.stack(np.indices(known.shape)[::-1], -1) + 0.5


def person(size=SIZE):
    """True where no person stands: head, trunk and two legs down to the lower rim."""
    hole = np.zeros(size, np.uint8)
    rows, columns = size
    cv2.circle(hole, (columns // 2, rows // 5), rows // 12, 1, -1)
    cv2.ellipse(hole, (columns // 2, rows // 2), (columns // 5, rows // 4), 0, 0, 360, 1, -1)
    hole[rows // 2 :, int(columns * 0.33) : int(columns * 0.46)] = 1
    hole[rows // 2 :, int(columns * 0.54) : int(columns * 0.67)] = 1
    return hole == 0


def noise(size=SIZE, seed=0):
    fine = np.random.default_rng(seed).normal(0, 60, (*size, 3)).astype(np.float32)
    return np.clip(128 + cv2.GaussianBlur(fine, (0, 0), 1) * 2, 0, 255).astype(np.uint8)


def checker(size=SIZE, side=8):
    y, x = np.indices(size) // side
    return np.where(((y + x) % 2 == 0)[..., None], (210, 190, 160), (60, 70, 90)).astype(np.uint8)


def stripes(size=SIZE, side=5):
    x = np.indices(size)[1] // side
    return np.where((x % 2 == 0)[..., None], (210, 190, 160), (60, 70, 90)).astype(np.uint8)


def brick():
    grey = cv2.resize(data.brick(), (SIZE[1] * 2, SIZE[0] * 2), interpolation=cv2.INTER_AREA)
    return np.repeat(grey[..., None], 3, 2)


def gravel():
    grey = cv2.resize(data.gravel()[:, :352], (SIZE[1] * 2, SIZE[0] * 2), interpolation=cv2.INTER_AREA)
    return np.repeat(grey[..., None], 3, 2)


def detail(rgb, where):
    rgb = rgb.astype(np.float32)
    return np.square(rgb - cv2.GaussianBlur(rgb, (0, 0), 2))[where].mean()


def test_what_is_known_stays_and_nothing_is_taken_from_the_hole():
    photo, known = noise(), person()
    field = source_field(photo, known)
    np.testing.assert_array_equal(field[known], centres(known)[known])
    taken = field[~known & ~np.isnan(field[..., 0])]
    assert len(taken) > 0.9 * np.count_nonzero(~known)
    x, y = np.floor(taken).astype(int).T
    assert known[y, x].all()
    np.testing.assert_array_equal(taken, np.stack([x, y], -1) + 0.5, "whole pixels")
    np.testing.assert_array_equal(filled(photo, field)[known], photo[known])


def test_the_person_leaves_no_trace():
    """Whatever stands in the hole, field and plate are the same, in the larger size too."""
    photo, known = noise(), person()
    other = np.where(known[..., None], photo, (255, 0, 255)).astype(np.uint8)
    field = source_field(photo, known)
    np.testing.assert_array_equal(source_field(other, known), field)
    np.testing.assert_array_equal(filled(other, field), filled(photo, field))
    large, fine_known = noise((384, 264), 1), np.kron(known, np.ones((3, 3))) > 0
    stained = np.where(fine_known[..., None], large, (255, 0, 255)).astype(np.uint8)
    np.testing.assert_array_equal(filled(stained, field), filled(large, field))


def test_it_is_the_same_every_time():
    photo, known = gravel(), person((256, 176))
    np.testing.assert_array_equal(source_field(photo, known), source_field(photo.copy(), known.copy()))


def test_a_wall_without_texture_is_the_smooth_fill():
    """To the bit: its grain is not copied, nor is its light."""
    y, x = np.indices(SIZE)
    grain = np.random.default_rng(3).normal(0, 1, (*SIZE, 3))
    wall = (90 + 0.6 * y[..., None] + 0.3 * x[..., None] + grain).astype(np.uint8)
    known = person()
    field = source_field(wall, known)
    assert np.isnan(field[~known]).all()
    plate = filled(wall, field)
    np.testing.assert_array_equal(plate, fill_holes(wall.repeat(3, 0), known.repeat(3, 0))[1::3])
    error = plate.astype(int) - (90 + 0.6 * y + 0.3 * x)[..., None]
    assert np.abs(error)[~known].mean() < 4


def test_the_edge_of_a_floor_goes_on_behind_whoever_stands_before_it():
    """A wall of 200 and, from row 100 on, a floor of 80: across legs of a dozen px it is no cloud."""
    room = np.full((*SIZE, 3), 200, np.uint8)
    room[100:] = 80
    plate = filled(room, source_field(room, person()))
    assert np.abs(plate[:94].astype(int) - 200).max() < 40
    assert np.abs(plate[107:].astype(int) - 80).max() < 40


def test_a_shadow_on_a_plain_floor_is_no_texture():
    """Its edge has detail, but copies of it would lie about in pieces."""
    floor, known = np.full((256, 176, 3), 200, np.uint8), person((256, 176))
    cv2.fillPoly(floor, [np.array([[118, 236], [175, 214], [175, 224], [118, 244]])], (90, 90, 90))
    floor = cv2.GaussianBlur(floor, (0, 0), 1)
    assert np.isnan(source_field(floor, known)[~known]).all()


@pytest.mark.parametrize("pattern", [stripes, checker])
def test_a_pattern_goes_on_in_its_phase(pattern):
    photo, known = pattern(), person()
    hidden = np.where(known[..., None], photo, 0).astype(np.uint8)
    plate = filled(hidden, source_field(hidden, known))
    right = np.abs(plate.astype(int) - photo).max(-1) < 40
    assert right[~known].mean() > 0.9
    smooth = np.abs(fill_holes(hidden, known).astype(int) - photo).max(-1) < 40
    assert smooth[~known].mean() < 0.4


@pytest.mark.parametrize("texture", [brick, gravel])
def test_the_hole_has_as_much_detail_as_what_is_around_it(texture):
    photo, known = texture(), person((256, 176))
    inside = cv2.erode((~known).astype(np.uint8), np.ones((7, 7))) > 0
    outside = cv2.erode(known.astype(np.uint8), np.ones((7, 7))) > 0
    ratio = detail(filled(photo, source_field(photo, known)), inside) / detail(photo, outside)
    assert 0.5 < ratio < 1.5
    assert detail(fill_holes(photo, known), inside) / detail(photo, outside) < 0.05


def test_a_larger_photo_is_filled_as_sharply():
    """The field of a small picture, applied to the large: detail that only the large one has is there too."""
    large = np.repeat(cv2.resize(data.gravel(), (704, 1024), interpolation=cv2.INTER_AREA)[..., None], 3, 2)
    small = cv2.resize(large, (176, 256), interpolation=cv2.INTER_AREA)
    known = person((256, 176))
    fine_known = np.kron(known, np.ones((4, 4))) > 0
    plate = filled(large, source_field(small, known))
    np.testing.assert_array_equal(plate[fine_known], large[fine_known])
    inside = cv2.erode((~fine_known).astype(np.uint8), np.ones((25, 25))) > 0
    assert 0.6 < detail(plate, inside) / detail(large, fine_known) < 1.4
    shrunk = cv2.resize(plate, (176, 256), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(shrunk - filled(small, source_field(small, known)))[~known].mean() < 12


def test_a_photo_of_any_size_is_filled():
    """Where two and a half pixels are one of the field, no pixel of the hole stays without colours."""
    photo, known = noise(), person()
    field = source_field(photo, known)
    large = cv2.resize(photo, (231, 327), interpolation=cv2.INTER_CUBIC)
    plate = filled(large, field)
    shrunk = cv2.resize(plate, SIZE[::-1], interpolation=cv2.INTER_AREA).astype(int)
    off = np.abs(shrunk - filled(photo, field)).max(-1)
    assert np.median(off) < 15 and off.max() < 110


def test_light_that_falls_off_shows_no_outline():
    """A texture lit from one side: copies come from brighter places, and are corrected to where they lie."""
    light = np.linspace(0.45, 1.0, SIZE[1])[None, :, None]
    photo, known = (noise() * light).astype(np.uint8), person()
    plate = filled(photo, source_field(photo, known)).astype(np.float32)
    blurred = [cv2.GaussianBlur(picture, (0, 0), 6) for picture in (plate, photo.astype(np.float32))]
    assert np.abs(blurred[0] - blurred[1])[~known].mean() < 9


def rim():
    known = np.zeros(SIZE, bool)
    known[50:78, 30:58] = True
    return known


@pytest.mark.parametrize(
    "known",
    [
        np.ones(SIZE, bool),
        np.zeros(SIZE, bool),
        rim(),
        ~rim(),
        np.indices(SIZE)[0] < 20,
        np.indices(SIZE)[1] > 0,
    ],
    ids=["none", "everything", "all borders", "middle", "most", "one column"],
)
def test_any_hole_is_filled(known):
    photo = noise()
    field = source_field(photo, known)
    assert field.shape == (*SIZE, 2) and field.dtype == np.float32
    plate = filled(photo, field)
    assert plate.shape == photo.shape and plate.dtype == np.uint8
    np.testing.assert_array_equal(plate[known], photo[known])
    x, y = np.floor(field[~np.isnan(field[..., 0])]).astype(int).T
    assert known[y, x].all()
    if not known.any():
        assert np.isnan(field).all()
        np.testing.assert_array_equal(plate, fill_holes(photo, known))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.integers(0, 99), st.floats(0, 1), st.integers(1, 3))
def test_any_size_is_filled(rows, columns, seed, share, scale):
    rng = np.random.default_rng(seed)
    known = rng.random((rows, columns)) < share
    photo = rng.integers(0, 256, (rows, columns, 3), np.uint8)
    field = source_field(photo, known)
    large = np.repeat(np.repeat(photo, scale, 0), scale, 1)
    fine_known = np.repeat(np.repeat(known, scale, 0), scale, 1)
    plate = filled(large, field)
    np.testing.assert_array_equal(plate[fine_known], large[fine_known])


@pytest.mark.parametrize("seed", [0, 3])
def test_behind_somebody_in_a_street_sky_hedge_and_road_are_as_high_as_beside_them(seed):
    """Sky and road are plainer than the hedge, so that a piece of them is less unlike it than any other."""
    rows = SIZE[0]
    photo = noise(seed=seed).astype(np.float32) - 128
    photo[rows // 4 : rows // 2] += 70
    photo[: rows // 4] = 200 + 0.3 * photo[: rows // 4]
    photo[rows // 2 :] = 140 + 0.3 * photo[rows // 2 :]
    photo, known = np.clip(photo, 0, 255).astype(np.uint8), person()
    plate = filled(photo, source_field(photo, known, scene=True)).astype(np.float32)
    off = [abs(plate[row][~known[row]].mean() - photo[row].mean()) for row in np.flatnonzero(~known.all(1))]
    assert max(off) < 20, "of 255 levels"
