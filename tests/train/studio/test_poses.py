"""Poses: drawn, recorded, and reached for by real bodies."""

from __future__ import annotations

import numpy as np
import pytest

from train.studio.bvh import Recording, load_recordings, read_bvh
from train.studio.poses import ARM_GOALS, BOTH_ARMS, Arm, Bend, Pose, Recorded, draw_pose, plan_pose
from train.studio.rotations import rotation

BVH = """HIERARCHY
ROOT root
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
  JOINT upperarm01.L
  {
    OFFSET 1 0 0
    CHANNELS 3 Xrotation Yrotation Zrotation
    End Site
    {
      OFFSET 0 0 1
    }
  }
}
MOTION
Frames: 1
Frame Time: 0.041667
5 5 5 0 0 90 0 30 0
"""


@pytest.fixture
def file(tmp_path):
    def make(text: str):
        (tmp_path / "p.bvh").write_text(text)
        return tmp_path / "p.bvh"

    return make


def test_a_recorded_pose_comes_into_our_axes(file):
    bends = read_bvh(file(BVH)).bends
    assert np.allclose(bends["root"], rotation((0, 1, 0), np.pi / 2))  # z of the file is up
    assert np.allclose(bends["upperarm01.L"], rotation((0, 0, -1), np.pi / 6))


def test_mirroring_exchanges_the_sides(file):
    recording = read_bvh(file(BVH))
    mirrored = recording.mirrored()
    assert set(mirrored.bends) == {"root", "upperarm01.R"}
    assert np.allclose(mirrored.bends["root"], recording.bends["root"].T)
    again = mirrored.mirrored().bends
    assert all(np.allclose(again[name], bend) for name, bend in recording.bends.items())


@pytest.mark.parametrize("text", ["", "HIERARCHY", BVH.replace("90 0 30 0", "90 x"), BVH[:-12]])
def test_a_broken_recording_is_told_in_one_sentence(file, text):
    from engine.errors import InputError

    with pytest.raises(InputError, match=r"p.bvh is not a readable recorded pose: .*\.$"):
        read_bvh(file(text))


def test_shares_of_recorded_poses():
    recordings = {name: Recording(name, {}) for name in ("standing01", "standing02", "run01")}
    drawn = [draw_pose(np.random.default_rng(i), recordings) for i in range(2000)]
    names = [pose.recording.name for pose in drawn if isinstance(pose, Recorded)]
    assert 0.09 < sum(name.startswith("standing") for name in names) / len(drawn) < 0.15
    assert 0.01 < names.count("run01") / len(drawn) < 0.04
    assert not any(
        isinstance(draw_pose(np.random.default_rng(i), recordings, plain=True), Recorded) for i in range(99)
    )


def test_people_who_are_turned_away_may_look_back():
    for yaw in (-2.6, -1.5, 1.5, 2.6):
        twists = np.array([draw_pose(np.random.default_rng(i), yaw=yaw).head.twist for i in range(200)])
        back = np.abs(twists) > 0.6
        assert 0.25 < back.mean() < 0.55
        assert (twists[back] * yaw < 0).mean() > 0.95
        assert np.abs(twists).max() < 1.0


@pytest.fixture(scope="module")
def bodies(assets_folder):
    from train.studio.assets import load_assets
    from train.studio.body import draw_body
    from train.studio.skeleton import Skeleton

    meshes = load_assets(assets_folder).meshes
    return [
        Skeleton(meshes, draw_body(meshes, np.random.default_rng(i)), 0.1, heel)
        for i, heel in ((0, 0), (1, 0.6), (2, 0))
    ]


def standing(**arms: Arm) -> Pose:
    pose = draw_pose(np.random.default_rng(7), plain=True)
    pose.arms.update(arms)
    return pose


@pytest.mark.parametrize("goal", sorted({*ARM_GOALS, *BOTH_ARMS}))
def test_every_arm_reaches_on_every_body(bodies, goal):
    """Bones keep their lengths, nothing is at the origin, and the sides are mirror images."""
    for skeleton in bodies:
        arms = {side: Arm(goal, np.zeros(4)) for side in "LR"}
        pose = standing(**arms)
        pose.pelvis, pose.spine, pose.head = Bend(), Bend(), Bend()
        posed = skeleton.solve(pose)
        assert np.isfinite(posed.heads).all()
        for side in "LR":
            joints = [
                posed.heads[skeleton.index[f"{name}.{side}"]]
                for name in ("upperarm01", "lowerarm01", "wrist")
            ]
            rest = skeleton.joints("arm", side)
            for k in (0, 1):
                length = np.linalg.norm(rest[k + 1] - rest[k])
                assert np.linalg.norm(joints[k + 1] - joints[k]) == pytest.approx(length, rel=0.01)
        if goal != "crossed":  # one arm lies over the other
            left, right = (posed.heads[skeleton.index[f"wrist.{side}"]] for side in "LR")
            assert np.allclose(left, right * (-1, 1, 1), atol=0.35)


def test_a_hand_at_the_hair_is_at_the_head(bodies):
    for skeleton in bodies:
        for goal, reach in (("hair", 1.9), ("chin", 2.6)):
            posed = skeleton.solve(standing(L=Arm(goal, np.zeros(4))))
            wrist, head = posed.heads[skeleton.index["wrist.L"]], posed.heads[skeleton.index["head"]]
            assert np.linalg.norm(wrist - head) < reach
            assert wrist[1] > posed.heads[skeleton.index["upperarm01.L"]][1]


def test_recorded_people_stand_on_the_floor(bodies, assets_folder):
    recordings = load_recordings(assets_folder)
    for skeleton in bodies:
        for recording in recordings.values():
            for shown in (recording, recording.mirrored()):
                posed = skeleton.solve(Recorded(shown, 1.0, Bend(), Bend(), {}))
                ankles = [posed.heads[skeleton.index[f"foot.{side}"]][1] for side in "LR"]
                rest = skeleton.at("foot.L")[1]
                assert rest - 0.1 < min(ankles) < rest + 0.9
                head, pelvis = (posed.heads[skeleton.index[name]] for name in ("head", "spine05"))
                assert head[1] > pelvis[1] + 4
                assert np.allclose(pelvis[[0, 2]], skeleton.at("spine05")[[0, 2]])
                if recording.name.startswith("standing"):
                    wrists = [posed.heads[skeleton.index[f"wrist.{side}"]][1] for side in "LR"]
                    assert max(wrists) < head[1]


def test_shares_of_arms_that_are_raised_stretched_or_crossed():
    """What hands at the canvas pull at first is not rare in training."""
    poses = [plan_pose(np.random.default_rng(i)) for i in range(3000)]

    def share(*goals: str) -> float:
        return float(np.mean([any(arm.goal in goals for arm in pose.arms.values()) for pose in poses]))

    assert share("above", "level") > 0.08
    assert share("crossed", "opposite arm", "breast") > 0.1
    assert share("below chin", "chin", "hair") > 0.08
    assert share("hip") > 0.13
