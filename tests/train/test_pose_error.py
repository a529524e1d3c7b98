"""Pose error: its unit, what it counts, and what it says of a picture without anybody."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pose.skeleton import LEFT_WRIST, NOSE, RIGHT_ANKLE, RIGHT_KNEE
from train.data.people import View
from train.metrics.measure import COPY, RESULT, TRUTH, RatedBatch, Rendered
from train.metrics.pose import COLUMNS, PoseError, body_height, pose_error

# Somebody 200 px tall standing straight, by the usual shares; joints in COCO-18 order.
STANDING = np.float32(
    [
        (88, 33), (88, 56), (68, 56), (58, 93), (54, 122), (108, 56), (118, 93), (122, 122),
        (78, 113.6), (78, 162.6), (78, 211.8), (98, 113.6), (98, 162.6), (98, 211.8),
        (84, 28), (92, 28), (78, 30), (98, 30),
    ]
)  # fmt: skip


def standing(state=2):
    return np.column_stack([STANDING, np.full(18, state)]).astype(np.float32)


def test_the_height_is_that_of_the_standing_body():
    assert body_height(standing()) == pytest.approx(200, rel=0.01)


@pytest.mark.parametrize("kept", [range(9, 14), (1, 8, 11), (RIGHT_KNEE, RIGHT_ANKLE), (11, 12)])
def test_a_part_of_the_body_tells_its_height(kept):
    part = standing()
    part[[joint for joint in range(18) if joint not in kept], 2] = 0
    assert body_height(part) == pytest.approx(200, rel=0.01)


def test_a_bent_leg_does_not_shrink_the_body():
    bent = standing()
    bent[RIGHT_KNEE, :2] = bent[8, :2] + (10, 10)
    bent[RIGHT_ANKLE, :2] = bent[RIGHT_KNEE, :2] + (0, 20)
    assert body_height(bent) == pytest.approx(200, rel=0.01)


def test_a_head_alone_has_no_height():
    head = standing(0)
    head[[NOSE, 14, 15, 16, 17], 2] = 2
    assert body_height(head) is None and np.isnan(pose_error(head, head)).all()


def test_joints_off_by_a_part_of_the_height():
    found = standing()
    found[:, 0] += 4  # 2 %
    found[LEFT_WRIST, 1] += 40
    median, near, nobody = pose_error(found, standing())
    assert median == pytest.approx(2, rel=0.01) and near == pytest.approx(17 / 18) and nobody == 0


def test_what_is_not_found_is_wrong_and_what_is_not_seen_does_not_count():
    target, found = standing(), standing(1)
    target[:4, 2] = (0, 1, 1, 1)
    found[4, 2] = 0
    assert pose_error(found, target) == pytest.approx((0, 13 / 14, 0))
    assert pose_error(None, target) == pytest.approx((np.nan, 0, 1), nan_ok=True)
    found[:, 2] = 0
    assert pose_error(found, target) == pytest.approx((np.nan, 0, 0), nan_ok=True)


def test_the_measure_reports_the_detectors_own_error_as_the_floor():
    """A detector that reads its pose from the picture's first pixel: 0 nobody, else the shift in px."""

    def detect(picture_HWC):
        shift = int(picture_HWC[0, 0, 0])
        return standing() + np.float32((shift - 1, 0, 0)) if shift else None

    def picture(shift):
        return np.full((256, 176, 3), shift, np.uint8)

    def view(image):
        return View(image, np.zeros((256, 176), np.uint8), standing(), "full", "front")

    views = [(view(picture(41)), view(picture(2)))] * 4
    pictures = {RESULT: np.stack([picture(s) for s in (3, 3, 7, 0)]), COPY: np.stack([picture(41)] * 4)}
    measure = PoseError(detect, "first pixel")
    measure.see(RatedBatch(None, Rendered(None), views, pictures))
    table = measure.table(np.arange(4))
    means = {row: [value[column.name].mean for column in COLUMNS] for row, value in table.rows.items()}
    assert means[TRUTH] == pytest.approx([0.5, 1, 0], rel=0.01)
    assert means[COPY] == pytest.approx([20, 0, 0], rel=0.01)
    assert means[RESULT] == pytest.approx([(1 + 1 + 3) / 3, 0.75, 0.25], rel=0.01)
    assert table.made == {"detector": "first pixel"}
