"""Whatever is missing or damaged in the MakeHuman folder is told in one sentence that names it."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from train.studio import assets as module
from train.studio.assets import Assets, find_assets
from train.studio.textures import mean_luminance, read_texture

FILES = ("base/base.obj", "rigs/default.mhskel", "rigs/default_weights.mhw")
FOLDERS = ("targets", "poses", "skins", "hair", "eyebrows", "eyelashes", "clothes", "eyes")


@pytest.fixture
def empty_folder(tmp_path):
    """All that find_assets asks for, with nothing in it."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.mark.parametrize("name", FILES + FOLDERS)
def test_a_missing_part(empty_folder, name):
    assert find_assets(empty_folder) == empty_folder
    if name in FILES:
        (empty_folder / name).unlink()
    else:
        (empty_folder / name).rmdir()
    with pytest.raises(InputError, match=f"is not a MakeHuman data folder: it has no {name}"):
        find_assets(empty_folder)


@pytest.mark.parametrize("content", ["", "v 0 0 0\nf 1 1 1 1\n", "v one two three\n"])
def test_a_damaged_base_mesh(empty_folder, content):
    (empty_folder / "base/base.obj").write_text(content)
    with pytest.raises(InputError, match=r"base\.obj"):
        module._parse(empty_folder)


@pytest.mark.parametrize("content", ["", "{}", '{"bones": {"root": {"parent": null}}, "weights": []}', "[1]"])
def test_a_damaged_rig(empty_folder, assets_folder, content):
    shutil.copy(assets_folder / "base/base.obj", empty_folder / "base/base.obj")
    for name in FILES[1:]:
        (empty_folder / name).write_text(content)
    with pytest.raises(InputError, match="rigs holds no readable rig"):
        module._parse(empty_folder)


def test_no_morph_targets(empty_folder, assets_folder):
    for name in FILES:
        shutil.copy(assets_folder / name, empty_folder / name)
    with pytest.raises(InputError, match="targets holds no morph targets"):
        module._parse(empty_folder)


def test_a_missing_accessory_or_texture(studio, tmp_path):
    meshes = studio.assets.meshes
    worn = {name: mesh for name, mesh in meshes.accessories.items() if name != "high-poly"}
    bare = Assets(tmp_path, replace(meshes, accessories=worn))
    assert bare.accessory("short02") is worn["short02"]
    with pytest.raises(InputError, match="lacks the accessory high-poly"):
        bare.accessory("high-poly")
    with pytest.raises(InputError, match=r"skins lacks the texture young\.png"):
        bare.texture("skins", "young.png")


@pytest.mark.parametrize("read", [read_texture, mean_luminance])
@pytest.mark.parametrize("keep", [0, 8, 60, 0.5])
def test_a_damaged_texture(assets_folder, tmp_path, read, keep):
    whole = (assets_folder / "eyes").rglob("*.png")
    data = np.fromfile(next(iter(sorted(whole))), np.uint8)
    path = tmp_path / f"{read.__name__}-{keep}.png"
    data[: int(keep * len(data)) if 0 < keep < 1 else keep].tofile(path)
    with pytest.raises(InputError, match="is not a readable picture"):
        read(path)
