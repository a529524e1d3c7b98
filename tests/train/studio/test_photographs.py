"""Pictures and labels of the synthetic studio."""

from __future__ import annotations

import numpy as np
import pytest

from train.data.people import CLASSES
from train.studio.surfaces import BARE_HIPS, BARE_TORSO


def views_of(people):
    return [view for views in people.values() for view in views]


def test_a_view_is_a_picture_with_labels(people):
    for view in views_of(people):
        assert view.image_HWC.shape == (256, 176, 3)
        assert view.image_HWC.dtype == np.uint8
        assert view.parsing_HW.shape == (256, 176)
        assert view.parsing_HW.max() < len(CLASSES)
        assert view.keypoints_18x3.shape == (18, 3)
        assert set(np.unique(view.keypoints_18x3[:, 2])) <= {0, 1, 2}
        assert np.count_nonzero(view.parsing_HW) > 1500  # somebody is there
    assert all(views[0].framing == "full" and views[0].facing == "front" for views in people.values())


def test_the_whole_person_is_in_a_full_front_view(people):
    for views in people.values():
        assert (views[0].keypoints_18x3[:14, 2] > 0).all()
        person = np.nonzero(views[0].parsing_HW)
        assert person[0].min() > 0
        assert person[0].max() < 255


def test_visible_keypoints_lie_on_the_person(people):
    hits = []
    for view in views_of(people):
        x, y, state = view.keypoints_18x3.T
        seen = state == 2
        hits += list(view.parsing_HW[y[seen].astype(int), x[seen].astype(int)] > 0)
    assert np.mean(hits) >= 0.95


def test_absent_keypoints_are_those_outside_of_the_frame(studio):
    from train.studio.camera import draw_shot, frame_person
    from train.studio.labels import joint_positions
    from train.studio.photographer import Person
    from train.studio.poses import draw_pose

    person, absent = Person(studio, 4), 0
    try:
        for seed, framing in enumerate(("full", "upper", "knee", "lower")):
            rng = np.random.default_rng(seed)
            pose, shot = draw_pose(rng), draw_shot(rng, framing=framing)
            posed = person.skeleton.solve(pose).turned(shot.yaw)
            camera = frame_person(shot, posed, person.skeleton, 176 / 256)
            at = camera.project(joint_positions(studio.assets.meshes, person.skeleton, posed))
            places = np.column_stack([at[:, 0] * 176, (1 - at[:, 1]) * 256])
            inside = ((places >= 0) & (places < (176, 256))).all(axis=1)
            found = person.photograph(pose, shot, rng).keypoints_18x3
            assert ((found[:, 2] > 0) == inside).all()
            np.testing.assert_allclose(found[inside, :2], places[inside], atol=1e-3)
            absent += np.count_nonzero(~inside)
    finally:
        person.leave()
    assert absent > 10


def test_left_is_the_persons_left(studio):
    from train.studio.labels import joint_positions
    from train.studio.photographer import Person
    from train.studio.poses import draw_pose

    person = Person(studio, 4)
    try:
        for seed in range(20):
            posed = person.skeleton.solve(draw_pose(np.random.default_rng(seed)))
            joints = joint_positions(studio.assets.meshes, person.skeleton, posed)
            index = person.skeleton.index
            across = posed.heads[index["upperarm01.L"]] - posed.heads[index["upperarm01.R"]]
            for right, left in ((2, 5), (8, 11), (14, 15), (16, 17)):
                assert (joints[left] - joints[right]) @ across > 0
            for right, left, bone in ((4, 7, "wrist"), (10, 13, "foot"), (9, 12, "lowerleg01")):
                assert np.allclose(joints[left], posed.heads[index[bone + ".L"]])
                assert np.allclose(joints[right], posed.heads[index[bone + ".R"]])
    finally:
        person.leave()


def test_a_front_view_shows_the_left_shoulder_at_the_right(people):
    for views in people.values():
        x = views[0].keypoints_18x3[:, 0]
        assert x[5] > x[2]
        assert x[11] > x[8]


def test_nobody_is_undressed(people):
    for view in views_of(people):
        person = np.count_nonzero(view.surfaces_HW)
        bare = np.isin(view.surfaces_HW, (BARE_TORSO, BARE_HIPS))
        assert np.count_nonzero(bare) <= 0.003 * person
        classes = np.bincount(view.parsing_HW.ravel(), minlength=8)
        assert classes[3] + classes[4] + classes[5] > 0.15 * person


def test_the_same_index_gives_the_same_pictures(studio, people):
    again = studio.photograph(103, views=3)  # other people were photographed in between
    for before, after in zip(people[103], again, strict=True):
        assert np.array_equal(before.image_HWC, after.image_HWC)
        assert np.array_equal(before.parsing_HW, after.parsing_HW)
        assert np.array_equal(before.keypoints_18x3, after.keypoints_18x3)


def test_the_number_of_views_changes_none_of_them(studio, people):
    assert np.array_equal(studio.photograph(8, views=1)[0].image_HWC, people[8][0].image_HWC)


def test_larger_pictures_show_the_same(assets_folder, people):
    from train.studio import photograph

    large = photograph(4, views=1, size=(512, 352))[0]
    assert large.image_HWC.shape == (512, 352, 3)
    small = large.image_HWC.reshape(256, 2, 176, 2, 3).mean((1, 3))
    assert np.abs(small - people[4][0].image_HWC).mean() < 4
    assert np.allclose(large.keypoints_18x3[:, :2] / 2, people[4][0].keypoints_18x3[:, :2], atol=0.01)


def test_missing_assets_are_told_in_one_sentence(tmp_path, monkeypatch):
    from engine.errors import InputError
    from train.studio.assets import find_assets

    monkeypatch.delenv("MAKEHUMAN_ASSETS", raising=False)
    with pytest.raises(InputError, match="MAKEHUMAN_ASSETS"):
        find_assets()
    with pytest.raises(InputError, match="no base/base.obj"):
        find_assets(tmp_path)
