"""What a pose is encoded to is kept of eight poses."""

from __future__ import annotations

import torch
from small_networks import SIZE, small_nted

from engine.contract import ReferenceInput
from engine.models.nted.adapter import NtedModel
from engine.plan import Plan
from engine.pose.kinematics import t_pose


def test_the_newest_poses_are_encoded_once_and_the_oldest_is_let_go(monkeypatch):
    model = NtedModel(small_nted(0), Plan(torch.device("cpu"), torch.float32, 1))
    encoded = []
    planes = model._planes

    def counted(pose_18x3):
        encoded.append(float(pose_18x3[4, 0]))
        return planes(pose_18x3)

    monkeypatch.setattr(model, "_planes", counted)
    appearance = model.encode(ReferenceInput(torch.zeros(1, 3, *model.canvas), t_pose(SIZE)))

    def draw(*numbers):
        """What had to be encoded."""
        encoded.clear()
        for number in numbers:
            pose_18x3 = t_pose(SIZE)
            pose_18x3[4, 0] = number
            model.render(appearance, pose_18x3)
        return encoded

    first = range(1, 9)
    assert draw(*first) == [*first] and draw(*first) == []
    assert draw(20) == [20] and draw(20, *first[1:]) == []
    assert draw(1) == [1], "the oldest has gone"
