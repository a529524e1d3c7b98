"""The studio's arithmetic, which needs neither assets nor OpenGL."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.studio import assets
from train.studio.cloth import RadialGrid
from train.studio.geometry import components, subdivide, unique_corners, vertex_normals
from train.studio.meshfiles import read_fitting, read_obj, read_target
from train.studio.prints import draw_print
from train.studio.review import is_presentable
from train.studio.rotations import rotation, share, swing, two_bone_reach
from train.studio.surfaces import BARE_HIPS, parsing_map
from train.studio.textiles import KINDS, draw_fabric
from train.studio.treefile import load_tree, save_tree

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
CUBE_FACES = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], np.int32
)
angles = st.floats(-3, 3)
directions = st.tuples(*[st.floats(-1, 1)] * 3).map(np.array).filter(lambda v: np.linalg.norm(v) > 0.1)


def test_subdividing_a_cube():
    matrix, quads = subdivide(CUBE_FACES, len(CUBE))
    assert matrix.shape == (26, 8)
    assert len(quads) == 24
    assert np.allclose(matrix.sum(1), 1)  # every point is an average
    assert np.linalg.norm(matrix @ CUBE, axis=1).max() < np.sqrt(3)  # and the cube grows rounder
    assert np.allclose(np.bincount(quads.ravel()), [3] * 8 + [4] * 18)


def test_an_open_border_stays_in_its_plane():
    matrix, _ = subdivide(CUBE_FACES[:-1], len(CUBE))
    points = matrix @ CUBE
    assert points[:, 2].max() == pytest.approx(1)


def test_normals_point_outwards():
    normals = vertex_normals(CUBE, CUBE_FACES)
    assert ((normals * CUBE).sum(1) > 0.99 * np.sqrt(3)).all()


def test_corners_with_different_uvs_are_split():
    corners = unique_corners(np.array([[0, 1, 2, 3], [0, 1, 2, 2]]), np.array([[0, 1, 2, 3], [4, 1, 2, 2]]))
    assert len(corners.vertex) == 5
    assert len(corners.triangles) == 3  # a triangle written as a quad is one triangle


def test_components_are_counted_by_first_vertex():
    assert components(np.array([[4, 5, 6, 7], [0, 1, 2, 3]]), 8).tolist() == [0] * 4 + [1] * 4


@given(directions, directions)
def test_swing_takes_one_direction_into_the_other(start, end):
    turned = swing(start, end) @ start / np.linalg.norm(start)
    if np.linalg.norm(np.cross(start, end)) > 1e-3:
        assert np.allclose(turned, end / np.linalg.norm(end), atol=1e-6)


@given(directions, st.floats(-2.5, 2.5))
def test_half_a_rotation_twice_is_the_whole(axis, angle):
    whole = rotation(axis, angle)
    half = share(whole, 0.5)
    assert np.allclose(half @ half, whole, atol=1e-6)


@given(directions, directions, st.floats(0.5, 6))
def test_two_bones_keep_their_lengths(direction, pole, distance):
    target = direction / np.linalg.norm(direction) * distance
    if np.linalg.norm(np.cross(direction, pole)) < 0.05:
        return
    middle, end = two_bone_reach(np.zeros(3), target, pole, 2.0, 1.7)
    assert np.linalg.norm(middle) == pytest.approx(2.0, abs=1e-6)
    assert np.linalg.norm(end - middle) == pytest.approx(1.7, abs=1e-6)
    if 0.36 < distance < 3.69:
        assert np.allclose(end, target, atol=1e-6)


def test_hanging_cloth_never_comes_closer_than_the_body():
    theta = np.linspace(-np.pi, np.pi, 4000)
    y = np.tile(np.linspace(-1, 5, 200), 20)
    r = 1 + 0.5 * np.sin(y * 2) ** 2
    body = RadialGrid.measured(theta, y, r, -1.0, 5.0, 32, 16, fill=6)
    hanging = body.hanging(0.05, 4.0)
    assert (hanging.radius >= body.radius).all()
    below = hanging.radius[:20]
    assert (np.diff(below[::-1], axis=0) >= -0.05 * 6 / 31 - 1e-9).all()  # narrows by no more than the taper


def test_trees_come_back_as_they_were(tmp_path):
    import scipy.sparse as sparse

    matrix = sparse.random(5, 7, 0.5, random_state=1, format="csr")
    save_tree(tmp_path / "tree.npz", {"a": [np.arange(3), "text", 1.5, None], "m": matrix})
    tree = load_tree(tmp_path / "tree.npz", ())
    assert tree["a"][0].tolist() == [0, 1, 2]
    assert tree["a"][1:] == ["text", 1.5, None]
    assert (tree["m"] != matrix).nnz == 0
    assert [file.name for file in tmp_path.iterdir()] == ["tree.npz"]


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("POSELOOM_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(assets, "find_assets", lambda folder: tmp_path)
    monkeypatch.setattr(assets, "_content_key", lambda root: "key")
    monkeypatch.setattr(assets, "_parse", lambda root: [1, 2])
    assert assets.load_assets().meshes == [1, 2]


@pytest.mark.parametrize("kind", list(KINDS))
def test_fabrics_are_seamless_tiles(kind):
    fabric = draw_fabric(np.random.default_rng(3), kind=kind)
    assert fabric.tile.shape == (256, 256, 3)
    assert fabric.size > 0.5
    for tile in (fabric.tile.astype(float), fabric.tile.astype(float).swapaxes(0, 1)):
        inside = np.abs(np.diff(tile, axis=1)).mean((0, 2))
        seam = np.abs(tile[:, 0] - tile[:, -1]).mean()
        assert seam <= inside.max() + 1


def test_prints_are_transparent_outside():
    for seed in range(6):
        ink = draw_print(np.random.default_rng(seed))
        assert ink.shape == (256, 256, 4)
        assert ink[:4, :, 3].max() == 0
        assert ink[..., 3].max() == 255


def test_faulty_pictures_go_back():
    surfaces = np.zeros((256, 176), np.uint8)
    surfaces[40:200, 60:120] = 3
    surfaces[100:140, 50:60] = 6
    assert is_presentable(surfaces)
    fingertip = surfaces.copy()
    fingertip[150:152, 80:82] = 6
    assert not is_presentable(fingertip)
    bare = surfaces.copy()
    bare[150:160, 80:100] = BARE_HIPS
    assert not is_presentable(bare)
    assert parsing_map(bare).max() == 7


def test_reading_mesh_files(tmp_path):
    (tmp_path / "m.obj").write_text(
        "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\ng one\nf 1/1 2/1 3/1 4/1\nf 1 2 3\n"
    )
    mesh = read_obj(tmp_path / "m.obj")
    assert mesh.faces.tolist() == [[0, 1, 2, 3], [0, 1, 2, 2]]
    assert mesh.faces_of("one").all()
    (tmp_path / "t.target").write_text("# comment\nCC0 by somebody else\n3 .1 0 -1\n7 0 0 1 9\n")
    rows, moves = read_target(tmp_path / "t.target")
    assert rows.tolist() == [3]
    assert np.allclose(moves, [[0.1, 0, -1]])
    (tmp_path / "c.mhclo").write_text(
        "obj_file m.obj\nx_scale 0 1 2.0\nverts 0\n3\n0 1 2 .5 .5 0 1 0 0\ndelete_verts\n1 2 - 4 9\n"
    )
    fitting = read_fitting(tmp_path / "c.mhclo")
    assert fitting.hidden.tolist() == [1, 2, 3, 4, 9]
    base = np.array([[0, 0, 0], [4, 0, 0], [0, 0, 0], [7, 8, 9]], np.float32)
    assert np.allclose(fitting.place(base), [[7, 8, 9], [2 + 2, 0, 0]])


def test_broken_meshes_are_told_in_one_sentence(tmp_path):
    from engine.errors import InputError

    (tmp_path / "m.obj").write_text("v 0 0 zero\n")
    with pytest.raises(InputError, match="m.obj"):
        read_obj(tmp_path / "m.obj")
    (tmp_path / "t.target.gz").write_bytes(b"no gzip")
    with pytest.raises(InputError, match="t.target.gz is not a readable morph target"):
        read_target(tmp_path / "t.target.gz")
    (tmp_path / "c.mhclo").write_text("obj_file m.obj\nx_scale 0 one 2.0\n")
    with pytest.raises(InputError, match="c.mhclo is not a readable accessory"):
        read_fitting(tmp_path / "c.mhclo")
    with pytest.raises(InputError, match="d.mhclo"):
        read_fitting(tmp_path / "d.mhclo")
