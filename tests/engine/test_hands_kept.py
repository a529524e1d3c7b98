"""The hands of a reference: looked for once, in the finest picture, and told in px of the canvas."""

import numpy as np
import pytest

from engine import references
from engine.contract import ReferenceInput
from engine.hands import Hand
from engine.session import Session


def test_hands_are_looked_for_once_and_kept_in_px_of_the_canvas(monkeypatch):
    asked: list[tuple[tuple[int, ...], np.ndarray]] = []
    given: list[ReferenceInput] = []
    looked_at = references.looked_at

    def find_hands(rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray) -> list[Hand]:
        asked.append((rgb_HWC.shape, keypoints_18x3))
        return [Hand(1, np.full((21, 2), 41.5, np.float32), 0.9)]

    def seen(model, reference):
        given.append(reference)
        return looked_at(model, reference)

    monkeypatch.setattr(references, "find_hands", find_hands)
    monkeypatch.setattr(references, "looked_at", seen)
    session = Session.open()
    rows, columns = 4 * session.size[0], 4 * session.size[1]
    photo = np.full((rows, columns, 3), 200, np.uint8)
    pose = np.zeros((18, 3), np.float32)
    middle = np.array((columns / 2, rows / 2))
    for joint, (x, y) in {
        0: (0, -0.35), 1: (0, -0.25), 2: (-0.1, -0.25), 3: (-0.12, -0.1), 4: (-0.12, 0.05),
        5: (0.1, -0.25), 6: (0.12, -0.1), 7: (0.12, 0.05), 8: (-0.06, 0.0), 11: (0.06, 0.0),
        9: (-0.06, 0.2), 12: (0.06, 0.2), 10: (-0.06, 0.4), 13: (0.06, 0.4),
    }.items():  # fmt: skip
        pose[joint] = *(middle + rows * np.array((x, y))), 2
    reference = session.add_reference(photo, pose)
    (size, keypoints), *more = asked
    assert not more and size == reference.finest_HWC.shape
    times = len(reference.finest_HWC) / len(reference.image_HWC)
    assert times > 1
    wanted = reference.keypoints_18x3[:, :2] * times
    assert keypoints[:, :2] == pytest.approx(wanted)
    (hand,) = given[0].hands
    assert hand.side == 1 and hand.points_21x2 == pytest.approx(42 / times - 0.5)
    nobody = np.zeros((18, 3), np.float32)
    session.add_reference(255 - photo, nobody)
    assert len(asked) == 1 and given[-1].hands == ()
