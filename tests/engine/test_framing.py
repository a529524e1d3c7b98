import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.framing import frame_photo, to_frame
from engine.inpainting.fill import fill_holes
from engine.pose.extent import wanted_box

SIZE = (256, 176)

# A person standing in a 256 x 176 frame as the training pictures have it.
STANDING = np.array(
    [
        (88, 38), (88, 62), (68, 63), (60, 92), (57, 120), (107, 63), (115, 92), (119, 120), (75, 121),
        (73, 170), (72, 220), (101, 121), (102, 170), (103, 220), (84, 34), (92, 34), (79, 37), (97, 37),
    ],
    np.float32,
)  # fmt: skip


def to_photo(points: np.ndarray, matrix_2x3: np.ndarray) -> np.ndarray:
    """Points [..., 2] of the model frame in the photo: the inverse of `to_frame`."""
    return (points - matrix_2x3[:, 2]) @ np.linalg.inv(matrix_2x3[:, :2]).T


def pose(xy=STANDING, scale=1.0, shift=(0, 0)) -> np.ndarray:
    return np.concatenate([xy * scale + shift, np.full((18, 1), 2)], axis=1).astype(np.float32)


def wall(height, width, seed=0) -> np.ndarray:
    """A lit wall with something on it, different everywhere."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(height, width)
    picture = 150 + 60 * x - 40 * y
    picture = np.stack([picture, picture + 10, picture - 20], 2) + rng.uniform(-3, 3, (height, width, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def test_training_picture_comes_back_bit_for_bit():
    photo = wall(*SIZE)
    framed = frame_photo(photo, pose(), SIZE)
    np.testing.assert_array_equal(framed.image_HWC, photo)
    np.testing.assert_array_equal(framed.keypoints_18x3, pose())
    np.testing.assert_array_equal(framed.matrix_2x3, [[1, 0, 0], [0, 1, 0]])
    assert framed.image_HWC is not photo


@pytest.mark.parametrize("scale", [0.5, 2, 4])
def test_training_picture_of_another_size_is_only_scaled(scale):
    photo = wall(int(256 * scale), int(176 * scale))
    framed = frame_photo(photo, pose(scale=scale), SIZE)
    np.testing.assert_allclose(framed.keypoints_18x3, pose(), atol=1e-4)
    np.testing.assert_allclose(framed.matrix_2x3, [[1 / scale, 0, 0], [0, 1 / scale, 0]])


def test_a_person_a_twentieth_smaller_is_framed_already_and_a_fifth_smaller_is_not():
    for smaller, stays in ((0.95, True), (0.8, False)):
        about = (88 * (1 - smaller), 128 * (1 - smaller))
        framed = frame_photo(wall(*SIZE), pose(scale=smaller, shift=about), SIZE)
        assert (framed.matrix_2x3[0, 0] == 1) == stays


@pytest.mark.parametrize(("smaller", "stays"), [(0.84, True), (0.79, False)])
def test_a_photo_is_framed_already_from_seven_tenths_of_overlap_on(smaller, stays):
    """A person who fills the frame a share smaller asks for a box of the square of that."""
    filling = pose(scale=1.12, shift=(88 * (1 - 1.12), 128 * (1 - 1.12) - 2.0))
    about = (88 * (1 - smaller), 128 * (1 - smaller))
    seen = pose(filling[:, :2], smaller, about)
    box = wanted_box(seen, SIZE, SIZE[1] / SIZE[0])
    overlap = box.width * box.height / (SIZE[0] * SIZE[1])
    assert abs(overlap - 0.7) < 0.05 and (overlap > 0.7) == stays
    assert (frame_photo(wall(*SIZE), seen, SIZE).matrix_2x3[0, 0] == 1) == stays


def test_without_a_pose_the_whole_photo_is_in():
    photo = wall(300, 500)
    framed = frame_photo(photo, None, SIZE)
    assert framed.keypoints_18x3 is None and framed.image_HWC.shape == (*SIZE, 3)
    corners = to_frame(np.array([(0, 0), (500, 300)]), framed.matrix_2x3)
    np.testing.assert_allclose(corners, [(0, 75.2), (176, 180.8)])
    nobody = frame_photo(photo, np.zeros((18, 3), np.float32), SIZE)
    np.testing.assert_array_equal(nobody.image_HWC, framed.image_HWC)


def test_a_whole_photo_of_nearly_the_frames_aspect_loses_a_few_columns():
    photo = wall(256, 180)
    np.testing.assert_array_equal(frame_photo(photo, None, SIZE).image_HWC, photo[:, 2:178])


@pytest.mark.parametrize("wide", [184, 188])  # by a twentieth, and by a fifteenth
def test_a_whole_photo_that_is_a_twentieth_too_wide_loses_nothing(wide):
    framed = frame_photo(wall(256, wide), None, SIZE)
    left, right = to_frame(np.array([(0, 0), (wide, 0)]), framed.matrix_2x3)
    assert left[0] >= -1e-6 and right[0] <= SIZE[1] + 1e-6


def test_small_person_in_a_wide_scene_fills_the_frame():
    framed = frame_photo(wall(900, 1600), pose(scale=2, shift=(900, 300)), SIZE)
    xy = framed.keypoints_18x3[:, :2]
    assert (framed.keypoints_18x3[:, 2] == 2).all()
    ankles, eyes = xy[[10, 13], 1].mean(), xy[[14, 15], 1].mean()
    assert 0.68 < (ankles - eyes) / SIZE[0] < 0.8
    assert abs(xy[:, 0].mean() - 88) < 9
    assert eyes > 20 and ankles < 250


def test_spread_arms_stay_in_the_frame():
    spread = STANDING.copy()
    spread[[3, 4]] = (30, 63), (-5, 63)
    spread[[6, 7]] = (145, 63), (180, 63)
    framed = frame_photo(wall(900, 1600), pose(spread, 2, (700, 250)), SIZE)
    assert (framed.keypoints_18x3[:, 2] == 2).all()


def test_upper_body_ends_where_the_photo_ends():
    """Hips below the lower edge: the frame shows no invented ground, and the whole head."""
    joints = pose(scale=5, shift=(300, 0))
    photo = wall(560, 1100)
    joints[joints[:, 1] >= 560, 2] = 0
    framed = frame_photo(photo, joints, SIZE)
    corners = to_photo(np.array([(0, 0), (176, 256)]), framed.matrix_2x3)
    assert corners[0].min() >= -1e-6 and corners[1, 0] <= 1100 and corners[1, 1] == pytest.approx(560)
    assert corners[0, 1] < joints[14, 1] - 60
    assert framed.keypoints_18x3[8:14, 2].max() == 0


def test_legs_alone_are_framed_from_the_waist_down():
    joints = pose(scale=3)
    joints[[*range(8), 14, 15, 16, 17], 2] = 0
    framed = frame_photo(wall(800, 900), joints, SIZE)
    top, bottom = to_photo(np.array([(0, 0), (0, 256)]), framed.matrix_2x3)[:, 1]
    hips, waist = 363, 300  # the belt is in the picture, the chest is not
    assert 220 < top < waist < hips and 660 < bottom < 760


def test_joints_that_leave_the_frame_are_absent_there():
    joints = pose(scale=2, shift=(600, 100))
    joints[4] = 20, 300, 2  # a hand far away, not this person's
    joints[4, 2] = 1
    framed = frame_photo(wall(700, 1400), joints, SIZE)
    inside = ((framed.keypoints_18x3[:, :2] >= 0) & (framed.keypoints_18x3[:, :2] < (176, 256))).all(1)
    np.testing.assert_array_equal(framed.keypoints_18x3[:, 2] > 0, inside)


def test_joints_without_a_place_get_none():
    """Where they would be in the photo's corner, the window would show them there when they are wanted."""
    joints = pose(scale=2, shift=(600, 100))
    joints[[4, 7, 16]] = (0, 0, 0), (-1, -1, 0), (np.nan, 5, 2)
    framed = frame_photo(wall(700, 1400), joints, SIZE).keypoints_18x3
    assert not framed[[4, 7, 16]].any() and (np.delete(framed, [4, 7, 16], 0)[:, 2] == 2).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_pose_in_any_photo(seed):
    """Never stretched, never turned, the map goes there and back, and the picture has no holes."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(32, 400, 2)
    joints = np.concatenate(
        [rng.uniform(-0.3, 1.3, (18, 2)) * (width, height), rng.integers(0, 3, (18, 1))], 1
    )
    if seed % 5 == 0:
        joints[rng.integers(18)] = np.nan
    photo = wall(height, width, seed)
    framed = frame_photo(photo, joints, SIZE)
    matrix = framed.matrix_2x3
    assert (
        np.isfinite(matrix).all() and matrix[0, 0] == matrix[1, 1] > 0 and matrix[0, 1] == matrix[1, 0] == 0
    )
    points = rng.uniform(-50, 500, (7, 2))
    np.testing.assert_allclose(to_photo(to_frame(points, matrix), matrix), points, atol=1e-6)
    assert framed.image_HWC.shape == (*SIZE, 3) and framed.image_HWC.dtype == np.uint8
    assert framed.image_HWC.min() >= photo.min() - 8 and framed.image_HWC.max() <= photo.max() + 8


def test_pixels_lie_where_the_matrix_says():
    """A dot of the photo is found in the frame at its mapped place, to a fraction of a px."""
    photo = np.full((700, 900, 3), 200, np.uint8)
    joints = pose(scale=2, shift=(300, 80))
    photo[300:312, 500:512] = 0
    framed = frame_photo(photo, joints, SIZE)
    dark = 200.0 - framed.image_HWC[..., 0]
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    found = (x * dark).sum() / dark.sum(), (y * dark).sum() / dark.sum()
    np.testing.assert_allclose(found, to_frame(np.array([506, 306]), framed.matrix_2x3), atol=0.05)


def test_pixels_lie_where_the_matrix_says_beside_what_is_filled_in():
    photo = np.full((311, 517, 3), 200, np.uint8)
    photo[3:9, 250:256] = 0  # near the photo's upper edge, which lies between two rows of the frame
    framed = frame_photo(photo, None, SIZE)
    dark = 200.0 - framed.image_HWC[76:, :, 0]
    y, x = np.mgrid[76 : SIZE[0], : SIZE[1]] + 0.5
    found = (x * dark).sum() / dark.sum(), (y * dark).sum() / dark.sum()
    np.testing.assert_allclose(found, to_frame(np.array([253, 6]), framed.matrix_2x3), atol=0.1)


def test_large_photos_are_averaged_not_sampled():
    """One-pixel stripes become even grey."""
    photo = np.zeros((2048, 1408, 3), np.uint8)
    photo[:, ::2] = 255
    framed = frame_photo(photo, None, SIZE)
    assert np.abs(framed.image_HWC.astype(int) - 127).max() <= 8


def test_fill_continues_a_wall():
    whole = wall(200, 200)
    known = np.zeros((200, 200), bool)
    known[:, 60:140] = True
    filled = fill_holes(np.where(known[..., None], whole, 0).astype(np.uint8), known)
    np.testing.assert_array_equal(filled[known], whole[known])
    edge = np.abs(filled[:, 59].astype(int) - whole[:, 60])
    assert edge.max() < 12
    far = filled[:, 5].astype(int)
    assert np.abs(np.diff(far, axis=0)).max() <= 3, "no streaks"
    assert np.abs(far - whole[:, 60]).max() < 40


def test_between_a_shadow_and_a_wall_the_fill_goes_straight_over():
    picture, known = np.zeros((64, 96, 3), np.uint8), np.ones((64, 96), bool)
    picture[:, 60:], known[:, 21:60] = 200, False
    filled = fill_holes(picture, known)[32, 20:61, 0]
    assert np.abs(filled - np.linspace(0, 200, 41)).max() < 6


def test_fill_of_a_sliver_and_of_everything():
    picture = wall(20, 30)
    one = np.zeros((20, 30), bool)
    one[4, 7] = True
    np.testing.assert_array_equal(fill_holes(picture, one), np.broadcast_to(picture[4, 7], picture.shape))
    np.testing.assert_array_equal(fill_holes(picture, np.ones((20, 30), bool)), picture)


def test_a_picture_that_is_none_is_refused():
    with pytest.raises(ValueError, match="uint8"):
        frame_photo(np.zeros((50, 50), np.uint8), None, SIZE)


@pytest.mark.parametrize(("scale", "times"), [(0.5, 1), (1, 1), (3, 3), (8, 4)])
def test_a_photo_is_shown_as_fine_as_it_is_up_to_four_times_the_frame(scale, times):
    size = (round(256 * scale), round(176 * scale))
    assert frame_photo(np.zeros((*size, 3), np.uint8), pose(scale=scale), SIZE).times == times
