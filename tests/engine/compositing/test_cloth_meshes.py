"""Cloth that is moved as a mesh, and looked up where it came to lie."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.cloth_meshes import Mesh, looked_up, mesh_over

SIZE = (64, 48)


def patch(rows=slice(20, 44), columns=slice(10, 30)) -> np.ndarray:
    mask_hw = np.zeros(SIZE, bool)
    mask_hw[rows, columns] = True
    return mask_hw


def here() -> np.ndarray:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.stack([x, y], -1).astype(np.float32)


def test_what_is_not_moved_is_where_it_was_and_a_step_around_it():
    mesh = mesh_over(patch())
    place, there = looked_up(mesh, mesh.corners, SIZE)
    assert there[patch()].all() and there[19:45, 9:31].all() and not there[:10].any()
    assert np.abs(place - here())[there].max() < 1e-3


@pytest.mark.parametrize("angle", [0.3, 1.2, -2.0])
def test_what_is_turned_is_found_where_it_was(angle):
    mesh = mesh_over(patch())
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array((24.0, 32.0))
    place, there = looked_up(mesh, (mesh.corners - middle) @ turn.T + middle, SIZE)
    back = (here() - middle) @ turn + middle
    assert there.sum() > 0.9 * patch().sum()
    assert np.abs(place - back)[there].max() < 1e-3


def test_there_is_no_gap_between_triangles_that_are_stretched():
    mesh = mesh_over(patch())
    moved = mesh.corners * (1.0, 1.0 + 0.01 * mesh.corners[:, 0].mean()) - (0.0, 6.0)
    _, there = looked_up(mesh, moved, SIZE)
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    assert there[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()


def test_of_two_over_each_other_the_last_is_seen():
    corners = np.array([[0, 0], [8, 0], [0, 8], [20, 20], [28, 20], [20, 28]], float)
    mesh = Mesh(corners, np.array([[0, 1, 2], [3, 4, 5]]))
    place, there = looked_up(mesh, np.concatenate([corners[:3], corners[:3]]), SIZE)
    assert there[2, 2] and place[2, 2] == pytest.approx((22, 22), abs=1e-3)


def test_what_is_folded_flat_or_torn_far_apart_is_nowhere():
    corners = np.array([[0, 0], [8, 0], [0, 8]], float)
    mesh = Mesh(corners, np.array([[0, 1, 2]]))
    for moved in (corners * (1, 0), np.zeros((3, 2)), corners * 20):
        assert not looked_up(mesh, np.asarray(moved, float), SIZE)[1].any()
