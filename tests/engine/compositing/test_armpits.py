"""Between a lifted arm and the trunk no cloth is, however much of it was drawn there."""

from __future__ import annotations

import numpy as np
import pytest
from flat_figure import SKIN, WALL, at, figure

from engine.compositing.armpits import between_arm_and_trunk
from engine.compositing.dressing import dressed
from engine.compositing.wardrobe import CLASSES, make_wardrobe
from engine.compositing.worn import undressed
from engine.garments import garment
from engine.pose.skeleton import (
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_ELBOW,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from engine.regions import REGIONS

PLACES = {  # dm, of the flat figure, whose arms are held out
    RIGHT_SHOULDER: (-1.7, 4.8), RIGHT_ELBOW: (-3.2, 4.8), RIGHT_WRIST: (-4.6, 4.8), RIGHT_HIP: (-1.7, -1.0),
    LEFT_SHOULDER: (1.7, 4.8), LEFT_ELBOW: (3.2, 4.8), LEFT_WRIST: (4.6, 4.8), LEFT_HIP: (1.7, -1.0),
}  # fmt: skip
HANGING = {RIGHT_ELBOW: (-2.2, 3.2), RIGHT_WRIST: (-2.4, 1.6), LEFT_ELBOW: (2.2, 3.2), LEFT_WRIST: (2.4, 1.6)}
BREADTH = 3.4  # of its shoulders


def joints(places=PLACES) -> np.ndarray:
    joints_18x3 = np.zeros((18, 3), np.float32)
    for joint, (x, y) in places.items():
        joints_18x3[joint] = (x + 6.5) * 8, (9 - y) * 8, 1
    return joints_18x3


def free_at(places, x: float, y: float) -> float:
    free_11hw = between_arm_and_trunk(joints(places), (144, 104))
    return float(free_11hw[0, 0, round((9 - y) * 8), round((x + 6.5) * 8)])


@pytest.mark.parametrize("side", [-1, 1])
def test_beyond_what_is_near_an_arm_and_near_the_trunk_nothing_is(side):
    below, beside = 4.8 - np.array((0.20, 0.36)) * BREADTH, 1.7 + np.array((0.10, 0.26)) * BREADTH
    assert free_at(PLACES, side * 3.5, below[0]) == 0.0, "of the sleeve"
    assert free_at(PLACES, side * 3.5, below[1]) == 1.0
    assert free_at(PLACES, side * beside[0], 1.0) == 0.0, "of the trunk"
    assert free_at(PLACES, side * beside[1], 1.0) == 1.0
    assert free_at(PLACES, side * 3.5, 5.8) == free_at(PLACES, side * 3.5, -1.4) == 0.0, "a skirt is below"
    assert free_at(PLACES, 0.0, 1.0) == 0.0


def test_where_arms_hang_or_joints_are_not_known_all_may_be_cloth():
    free_11hw = between_arm_and_trunk(joints(PLACES | HANGING), (144, 104))
    assert not free_11hw[0, 0, 34:59, 32:72].any(), "from wrist to wrist"
    crossed = PLACES | {RIGHT_ELBOW: (-0.5, 2.5), RIGHT_WRIST: (1.5, 3.0), LEFT_ELBOW: (0.5, 2.5)}
    assert not between_arm_and_trunk(joints(crossed), (144, 104))[0, 0, :, 38:66].any(), "of the chest"
    for half, turned in ((1.4, True), (1.5, False)):  # of 2.9 that is half of the trunk's length
        narrow = {joint: (x / abs(x) * half, y) for joint, (x, y) in PLACES.items()}
        narrow |= {joint: PLACES[joint] for joint in (RIGHT_ELBOW, RIGHT_WRIST, LEFT_ELBOW, LEFT_WRIST)}
        assert between_arm_and_trunk(joints(narrow), (144, 104)).any() != turned
    without = {joint: place for joint, place in PLACES.items() if joint not in (RIGHT_HIP, LEFT_HIP)}
    assert not between_arm_and_trunk(joints(without), (144, 104)).any()
    assert not between_arm_and_trunk(None, (144, 104)).any()


@pytest.mark.parametrize(("known", "seen"), [(True, WALL), (False, -0.6)])
def test_a_web_of_the_givers_does_not_come(known, seen):
    giver = figure(sleeve=4.5, hem=-2, cloth=-0.6, skin=0.2)
    picture, surface = giver.picture.clone(), giver.surface.clone()
    web = slice(40, 64), slice(67, 84)  # x = 1.9 to 4, y = 4 to 1
    picture[..., web[0], web[1]] = -0.6
    surface[:, :CLASSES, web[0], web[1]] = 0.0
    surface[:, REGIONS.index("upper clothes"), web[0], web[1]] = 20.0
    giver = giver._replace(picture=picture, surface=surface, wardrobe=make_wardrobe(picture, surface))
    wearer = figure(sleeve=2.5, hem=0, cloth=0.3)._replace(joints=joints() if known else None)
    shown = dressed(undressed(wearer), wearer, giver, garment("top")).picture
    assert at(shown, 3.2, 2.4) == pytest.approx(seen, abs=0.02)
    for place in ((3.5, 4.8), (0, 3)):
        assert at(shown, *place) == pytest.approx(-0.6, abs=0.02)
    assert at(shown, 4.8, 4.8) == pytest.approx(SKIN, abs=0.02)
