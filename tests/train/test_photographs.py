"""Moves on photographs: the poses asked for, what they leave alone, and the command on a small folder."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine import detect
from engine.api import Capability
from engine.cv import cv2
from engine.errors import InputError
from engine.models import nted
from engine.pose import skeleton as sk
from engine.pose.formats import write_openpose
from engine.pose.groups import rotated
from engine.pose.kinematics import bone_lengths, mirror, t_pose
from train.commands import evaluate
from train.commands.photographs import planned_moves
from train.data.photographs import Photograph, read_photographs, sides
from train.metrics.photo_moves import can_be_moved, moved_pose, still
from train.metrics.pose import body_height
from train.moves import MOVES, OF_ARM, OF_HEAD, OF_LEG

SIZE = (256, 176)
STANDING = t_pose(SIZE) * np.float32((0.8, 0.8, 1)) + np.float32((0.1 * SIZE[1], 0.15 * SIZE[0], 0))
HEIGHT = body_height(STANDING)
ARMS = {True: (sk.LEFT_ELBOW, sk.LEFT_WRIST), False: (sk.RIGHT_ELBOW, sk.RIGHT_WRIST)}
LEGS = {True: (sk.LEFT_KNEE, sk.LEFT_ANKLE), False: (sk.RIGHT_KNEE, sk.RIGHT_ANKLE)}


def gone(move: str, left: bool) -> np.ndarray:
    """Joints that a move takes by more than a px."""
    after = moved_pose(STANDING, move, left, SIZE)
    return np.flatnonzero(np.linalg.norm((after - STANDING)[:, :2], axis=1) > 1)


# poses


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("move", MOVES)
def test_a_move_takes_its_limb_and_nothing_else(move, left):
    limbs = {**dict.fromkeys(OF_ARM, ARMS[left]), **dict.fromkeys(OF_LEG, LEGS[left])}
    limbs |= dict.fromkeys(OF_HEAD, sk.HEAD)
    moved = set(gone(move, left).tolist())
    assert moved and (move not in limbs or moved <= set(limbs[move]))
    if move == "trunk leant":
        assert not moved & {sk.LEFT_ANKLE, sk.RIGHT_ANKLE, sk.LEFT_HIP, sk.RIGHT_HIP} and sk.NOSE in moved


@given(st.sampled_from(MOVES), st.booleans(), st.floats(-8, 8))
def test_both_sides_are_mirror_images_and_stay_in_the_frame(move, left, turn):
    pose = rotated(STANDING, range(18), turn)
    after = moved_pose(pose, move, left, SIZE)
    present = after[:, 2] > 0
    assert (after[present, :2] >= 0).all() and (after[present, :2] < (SIZE[1], SIZE[0])).all()
    other = OF_HEAD[1 - OF_HEAD.index(move)] if move in OF_HEAD else move
    mirrored = moved_pose(mirror(pose, SIZE), other, not left, SIZE)
    np.testing.assert_allclose(mirror(mirrored, SIZE), after, atol=1.1)  # a clip is a px wide


@pytest.mark.parametrize("move", OF_ARM)
def test_a_pulled_arms_bones_look_no_longer_than_they_are(move):
    """They look shorter where they point at the viewer."""
    before, after = bone_lengths(STANDING), bone_lengths(moved_pose(STANDING, move, True, SIZE))
    assert (after <= before + 0.02 * HEIGHT).all()


def wrist(move: str) -> np.ndarray:
    return moved_pose(STANDING, move, True, SIZE)[sk.LEFT_WRIST]


def test_hands_go_where_their_moves_say():
    up, out, hip, chin, across, behind = (wrist(move) for move in OF_ARM)
    assert up[1] < STANDING[[sk.LEFT_EYE, sk.NOSE], 1].min() - 0.05 * HEIGHT
    assert (
        abs(out[1] - STANDING[sk.LEFT_SHOULDER, 1]) < 0.04 * HEIGHT
        and out[0] > STANDING[sk.LEFT_SHOULDER, 0] + 20
    )
    assert np.linalg.norm((hip - STANDING[sk.LEFT_HIP])[:2]) < 0.1 * HEIGHT
    assert 0 < chin[1] - STANDING[sk.NOSE, 1] < 0.15 * HEIGHT
    assert across[0] < STANDING[sk.NECK, 0] and behind[0] < STANDING[sk.LEFT_HIP, 0]
    assert behind[2] == sk.GUESSED and across[2] == sk.SEEN


def test_a_head_tilts_by_thirty_degrees():
    def direction(pose):
        x, y = pose[sk.NOSE, :2] - pose[sk.NECK, :2]
        return np.degrees(np.arctan2(x, -y))

    right, left = (direction(moved_pose(STANDING, move, True, SIZE)) for move in OF_HEAD)
    assert (right, left) == pytest.approx((-30, 30), abs=0.1), "the person's right is at the picture's left"


def test_who_can_be_moved():
    assert can_be_moved(STANDING)
    assert not can_be_moved(mirror(STANDING, SIZE)[list(sk.FLIP)]), "seen from behind"
    cut = STANDING.copy()
    cut[sk.LEFT_ANKLE, 2] = 0
    assert not can_be_moved(cut)
    with pytest.raises(ValueError, match="no move 'dance'"):
        moved_pose(STANDING, "dance", True, SIZE)


def test_what_a_move_leaves_alone_is_far_from_what_moves():
    after = moved_pose(STANDING, "wrist out at shoulder height", True, SIZE)
    left_alone = still(STANDING, after, SIZE)
    for pose in (STANDING, after):
        for joint in ARMS[True]:
            x, y = pose[joint, :2].astype(int)
            assert not left_alone[y, x]
    x, y = STANDING[sk.RIGHT_ANKLE, :2].astype(int)
    assert left_alone[y, x] and left_alone[:5].all() and 0.5 < left_alone.mean() < 0.95
    assert still(STANDING, STANDING, SIZE).all()


# photos


def write_photo(path, seed: int, pose=STANDING) -> None:
    rng = np.random.default_rng(seed)
    photo = np.full((*SIZE, 3), rng.integers(150, 250, 3), np.uint8)
    photo[40:240, 60:116] = rng.integers(0, 150, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), photo)
    write_openpose(path.with_suffix(".json"), pose, SIZE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(detect, "available", lambda: Capability(False, "there is none"))
    folder = tmp_path / "photos"
    for seed, name in enumerate(("anna/front", "anna/back", "anna/left", "ben/front", "alone")):
        write_photo(folder / f"{name}.png", seed)
    (folder / "anna" / "notes.md").write_text("no photo")
    cv2.imwrite(str(folder / "ben" / "nobody.png"), np.full((*SIZE, 3), 200, np.uint8))
    return folder


def test_a_folder_and_its_folders_are_read(folder):
    photos, faults = read_photographs(folder, SIZE)
    assert [photo.name for photo in photos] == ["alone", "anna/back", "anna/front", "anna/left", "ben/front"]
    assert [photo.person for photo in photos] == ["alone", "anna", "anna", "anna", "ben"]
    assert len(faults) == 1 and faults[0].startswith("ben/nobody.png: ")
    assert [(a.name, b.name) for a, b in sides(photos)] == [
        ("anna/front", "anna/left"),
        ("anna/front", "anna/back"),
    ]


def test_folders_without_photos_are_told(tmp_path):
    with pytest.raises(InputError, match="holds no photo"):
        read_photographs(tmp_path, SIZE)
    with pytest.raises(InputError, match="cannot be read"):
        read_photographs(tmp_path / "nowhere", SIZE)


def test_moves_are_planned_without_anybodys_choice():
    image = np.zeros((*SIZE, 3), np.uint8)
    photos = [Photograph(f"p{number}", image, STANDING) for number in range(5)]
    plan = planned_moves(photos, 24)
    assert [each.move for each in plan] == [*MOVES, *MOVES]
    assert planned_moves(photos[::-1], 30)[:24] == plan
    assert len({(each.photo.name, each.move) for each in planned_moves(photos, 1000)}) == 5 * len(MOVES)
    assert {each.left for each in plan} == {True, False}
    lying = Photograph("lying", image, rotated(STANDING, range(18), 180))
    assert not planned_moves([lying], 10)


def test_the_command_writes_pages_to_grade_and_a_report(folder, tmp_path, capsys):
    torch.manual_seed(0)
    levels = (*(nted.Level(rows, 8, 4) for rows in (16, 32, 64, 128)), nted.Level(256, 8))
    nted.save(tmp_path / "tiny.safetensors", nted.Nted(nted.NtedConfig(levels, (256, 176))), {"samples": 12})
    output = tmp_path / "report"
    options = ["--weights", str(tmp_path / "tiny.safetensors"), "--photos", str(folder), "--device", "cpu"]
    assert evaluate.run([*options, "--pairs", "13", "--output", str(output)]) == 0
    report = json.loads((output / "report.json").read_text())
    assert report["made"]["photos"] == 5 and "ben/nobody.png" in report["made"]["left out"][0]
    rows = report["measures"]["moves"]["rows"]
    assert rows["all moves"]["still, yet changed"]["pairs"] == 13
    assert rows[MOVES[0]]["still, yet changed"]["pairs"] == 2
    assert set(report["measures"]["sides"]["rows"]) == {
        "to the side", "to the side: copy the reference", "to the back", "to the back: copy the reference"
    }  # fmt: skip
    with open(output / "grades.csv") as file:
        grades = list(csv.DictReader(file))
    assert [row["page"] for row in grades] == ["1"] * 12 + ["2"] and {row["grade"] for row in grades} == {""}
    page = cv2.imread(str(output / "moves-01.jpg"))
    assert page.shape[0] > 6 * 256 and page.shape[1] > 6 * 176
    assert (output / "moves-02.jpg").exists() and (output / "sides-01.jpg").exists()
    assert "## Moves on photographs" in capsys.readouterr().out
