"""Pictures and labels of the synthetic studio."""

from __future__ import annotations

import numpy as np
import pytest

from engine.regions import REGIONS, SURFACE_SPAN
from train.studio.parts import STATIC_ATTRIBUTES
from train.studio.rotations import normalised
from train.studio.surfaces import BARE_HIPS, BARE_TORSO


def views_of(people):
    return [view for views in people.values() for view in views]


def test_a_view_is_a_picture_with_labels(people):
    for view in views_of(people):
        assert view.image_HWC.shape == (256, 176, 3)
        assert view.image_HWC.dtype == np.uint8
        assert view.parsing_HW.shape == (256, 176)
        assert view.parsing_HW.max() < len(REGIONS)
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


def places_of(view):
    """Surface coordinates in dm [H, W, 3]; NaN where nobody is."""
    places = (view.surface_HW3 - 127.5) * SURFACE_SPAN / 127
    places[view.parsing_HW == 0] = np.nan
    return places


def test_surface_coordinates_are_where_the_person_is(people):
    for view in views_of(people):
        assert view.surface_HW3.dtype == np.uint8
        assert ((view.surface_HW3 > 0) == (view.parsing_HW > 0)[:, :, None]).all()


def test_surface_coordinates_tell_the_sides_apart(people):
    right, checked = [], 0
    for view in views_of(people):
        places = places_of(view)
        for joint, side in ((4, -1), (7, 1), (9, -1), (12, 1), (10, -1), (13, 1)):
            x, y, state = view.keypoints_18x3[joint]
            if state == 2:
                across, checked = places[int(y), int(x), 0], checked + 1
                right += [joint, view.facing] if across * side < 0 else []
    assert checked > 60 and len(right) / 2 <= 0.03 * checked, right


def test_surface_coordinates_tell_front_from_back(studio):
    from train.studio.camera import draw_shot
    from train.studio.photographer import Person
    from train.studio.poses import draw_pose

    person, rng = Person(studio, 0), np.random.default_rng(3)
    try:
        pose = draw_pose(rng, plain=True)
        for facing, sign in (("front", 1), ("back", -1)):
            view = person.photograph(pose, draw_shot(rng, facing, "full"), rng)
            depth = places_of(view)[np.isin(view.parsing_HW, (3, 4)), 2]
            assert np.mean(depth * sign > 0) > 0.8
    finally:
        person.leave()


@pytest.mark.parametrize("index", [0, 1, 8])
def test_a_point_of_the_person_has_its_coordinates_in_every_view(studio, index, monkeypatch):
    """Vertices are projected by the camera's matrix; where the depth buffer says that one is seen, the
    picture must hold its coordinates, to the accuracy of the code and of a pixel."""
    from train.studio.camera import draw_shot
    from train.studio.photographer import Person
    from train.studio.poses import draw_pose

    exposures, expose = [], studio.renderer.expose

    def remembered(model, posed, skeleton, camera, *rest):
        exposures.append((camera, expose(model, posed, skeleton, camera, *rest)))
        return exposures[-1][1]

    monkeypatch.setattr(studio.renderer, "expose", remembered)
    person, found = Person(studio, index), []
    try:
        model = person.model
        canonical = np.concatenate([attribute(part.mesh, "canonical") for part in model.parts])
        behind = np.repeat(
            [part.values["depth"][0] for part in model.parts], [len(part.mesh.static) for part in model.parts]
        )
        for seed, facing in enumerate(("front", "three-quarter", "back")):
            rng = np.random.default_rng(seed)
            view = person.photograph(draw_pose(rng, plain=True), draw_shot(rng, facing, "full"), rng)
            camera, exposure = exposures[-1]
            at = camera.project(model.posed[:, :3])
            columns, rows = (at[:, 0] * 352).astype(int), ((1 - at[:, 1]) * 512).astype(int)
            depth = (model.posed[:, :3] - camera.eye) @ normalised(camera.target - camera.eye) + behind
            seen = np.abs(depth - exposure.distance[rows, columns]) < 0.03
            seen &= view.parsing_HW[rows // 2, columns // 2] > 0
            places = places_of(view)[rows // 2, columns // 2]
            off = np.abs(places - canonical).max(axis=1)[seen]
            assert seen.sum() > 1500 and np.median(off) < 0.08 and np.mean(off < 0.15) > 0.85
            found.append(np.where(seen[:, None], places, np.nan))
    finally:
        person.leave()
    off = np.abs(found[0] - found[1]).max(axis=1)
    off = off[np.isfinite(off)]
    assert len(off) > 500 and np.median(off) < 0.15


def test_every_part_has_its_place_on_the_unmorphed_body(studio):
    """However tall and wide a person is, surface coordinates are those of one body for all."""
    from scipy.spatial import cKDTree

    from train.studio.photographer import Person

    base = cKDTree(studio.assets.meshes.base)
    for index in (0, 1, 8):
        person = Person(studio, index)
        try:
            for part in person.model.parts:
                away = base.query(attribute(part.mesh, "canonical"))[0]
                assert np.quantile(away, 0.9) < 0.8, part.name
        finally:
            person.leave()


def attribute(mesh, name):
    """A rest-pose attribute of a mesh's vertices [V, its width]."""
    names = list(STATIC_ATTRIBUTES)
    ends = np.cumsum(list(STATIC_ATTRIBUTES.values()))
    end = ends[names.index(name)]
    return mesh.static[:, end - STATIC_ATTRIBUTES[name] : end]
