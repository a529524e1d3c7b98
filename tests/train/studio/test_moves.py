"""People who move: twelve moves, wide and natural, before one camera, and the place without them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from engine.cv import cv2
from engine.models import nted
from engine.pose.skeleton import (
    LEFT_ANKLE,
    LEFT_EAR,
    LEFT_ELBOW,
    LEFT_EYE,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NECK,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_EAR,
    RIGHT_ELBOW,
    RIGHT_EYE,
    RIGHT_HIP,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    SEEN,
)
from engine.regions import LEFT_ARM, RIGHT_ARM
from train.audits.storage import look_again
from train.commands import evaluate, render
from train.data.people import HELD_OUT_PEOPLE, People
from train.metrics.body_parts import NO_PART, PARTS, body_parts
from train.metrics.pose import body_height
from train.moves import MOVES, OF_ARM, OF_HEAD, OF_LEG
from train.studio.photographer import Person

STAYS = 1.5  # px
PEOPLE = 1_000_000, 1_000_002, 1_000_004
LEFT = (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST, LEFT_HIP, LEFT_KNEE, LEFT_ANKLE)
RIGHT = (RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE)
FACE = 2
HEAD = 1, FACE


@pytest.fixture(scope="module", params=PEOPLE)
def views(studio, request):
    with Person(studio, request.param) as person:
        return [person.moved(number) for number in range(1 + len(MOVES))]


def poses(views, move: str) -> tuple[np.ndarray, np.ndarray]:
    """float [18, 2]: joints as they stand and after the move, in shares of the body's height."""
    height = body_height(views[0].keypoints_18x3)
    after = views[1 + MOVES.index(move)].keypoints_18x3
    assert (after[:, 2] > 0).all(), "no joint leaves the frame"
    return views[0].keypoints_18x3[:, :2] / height, after[:, :2] / height


def test_what_is_beneath_an_arm_comes_to_light_when_it_leaves(views):
    """Where an arm hung and none is after it was raised, the second picture shows what the first one's map of
    arms said."""
    standing, raised = views[0], views[1 + MOVES.index("wrist above the head")]
    left_HW = (standing.arms_HW >= RIGHT_ARM) & (raised.arms_HW < RIGHT_ARM)
    assert left_HW.sum() > 150
    said_HW, shown_HW = standing.arms_HW % RIGHT_ARM, raised.parsing_HW
    assert (said_HW == shown_HW)[left_HW].mean() > 0.85
    assert (standing.parsing_HW == shown_HW)[left_HW].mean() < 0.6


def test_arms_are_told_by_their_sides_and_nothing_else_is_an_arm(views):
    for view in views:
        arms_HW, joints_18x3 = view.arms_HW, view.keypoints_18x3
        for wrist, bit in ((RIGHT_WRIST, RIGHT_ARM), (LEFT_WRIST, LEFT_ARM)):
            x, y, state = joints_18x3[wrist]
            if state == SEEN:
                assert (arms_HW & bit)[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].any()
        no_arm_HW = arms_HW < RIGHT_ARM
        assert (arms_HW == view.parsing_HW)[no_arm_HW].mean() > 0.995
        assert (arms_HW >= RIGHT_ARM)[np.isin(view.parsing_HW, HEAD)].mean() < 0.02


def side(views) -> tuple[int, ...]:
    """The joints of the side that moves."""
    before, after = poses(views, "wrist above the head")
    gone = np.linalg.norm(after - before, axis=1)
    return LEFT if gone[LEFT_WRIST] > gone[RIGHT_WRIST] else RIGHT


@pytest.mark.parametrize("move", [*OF_ARM, *OF_HEAD, *OF_LEG[:2]])
def test_all_else_stays(views, move):
    shoulder, elbow, wrist, _, knee, ankle = side(views)
    before, after = (points * body_height(views[0].keypoints_18x3) for points in poses(views, move))
    gone = np.linalg.norm(after - before, axis=1)
    if move in OF_ARM:
        moving = {NECK, shoulder, elbow, wrist}  # shoulders go up with an arm, the neck lies between them
    else:
        moving = {knee, ankle} if move in OF_LEG else {NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR}
    assert max(gone[joint] for joint in range(18) if joint not in moving) < STAYS
    assert max(gone[list(moving)]) > 3 * STAYS


def test_a_wrist_goes_above_the_head_with_a_natural_elbow(views):
    shoulder, elbow, wrist, *_ = side(views)
    _, after = poses(views, "wrist above the head")
    highest = after[[LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR], 1].min()
    assert after[wrist, 1] < highest - 0.02
    assert after[wrist, 1] < after[elbow, 1] - 0.08, "the forearm is upright"
    outwards = np.sign(after[shoulder, 0] - after[NECK, 0])
    assert (after[elbow, 0] - after[shoulder, 0]) * outwards > 0


def test_a_wrist_goes_out_at_shoulder_height(views):
    shoulder, _, wrist, *_ = side(views)
    _, after = poses(views, "wrist out at shoulder height")
    assert abs(after[wrist, 1] - after[shoulder, 1]) < 0.05
    assert abs(after[wrist, 0] - after[shoulder, 0]) > 0.17


def test_a_hand_is_on_the_hip_and_the_elbow_out(views):
    _, elbow, wrist, hip, *_ = side(views)
    _, after = poses(views, "hand on the hip")
    assert np.linalg.norm(after[wrist] - after[hip]) < 0.13
    assert abs(after[elbow, 0] - after[NECK, 0]) > abs(after[wrist, 0] - after[NECK, 0])


def test_a_hand_is_at_the_chin_and_leaves_the_eyes_free(views):
    """The hand's pixels come close to the face, below the nose."""
    _, _, wrist, *_ = side(views)
    view = views[1 + MOVES.index("hand at the chin")]
    height = body_height(views[0].keypoints_18x3)
    rows, columns = np.nonzero(view.parsing_HW == FACE)
    face_N2 = np.stack([columns, rows], 1)
    near = np.linalg.norm(face_N2 - view.keypoints_18x3[wrist, :2], axis=1).min() / height
    assert near < 0.1, "a hand's length"
    assert view.keypoints_18x3[wrist, 1] > rows.max() - 0.02 * height
    assert (
        view.keypoints_18x3[[NOSE, LEFT_EYE, RIGHT_EYE], 2] == views[0].keypoints_18x3[[0, 15, 14], 2]
    ).all()


def test_a_hand_lies_across_the_chest(views):
    shoulder, _, wrist, hip, *_ = side(views)
    _, after = poses(views, "hand across the chest")
    assert after[shoulder, 1] < after[wrist, 1] < after[hip, 1]
    shoulders = sorted(after[[LEFT_SHOULDER, RIGHT_SHOULDER], 0])
    assert shoulders[0] < after[wrist, 0] < shoulders[1]
    assert views[1 + MOVES.index("hand across the chest")].keypoints_18x3[wrist, 2] == SEEN


def test_a_hand_is_behind_the_back(views):
    _, elbow, wrist, *_ = side(views)
    view = views[1 + MOVES.index("hand behind the back")]
    _, after = poses(views, "hand behind the back")
    assert abs(after[elbow, 0] - after[NECK, 0]) > abs(after[wrist, 0] - after[NECK, 0])
    assert view.keypoints_18x3[wrist, 2] < SEEN or view.facing != "front"


def test_legs_move_wide(views):
    _, _, _, _, knee, ankle = side(views)
    before, up = poses(views, "knee up and out")
    assert before[knee, 1] - up[knee, 1] > 0.04 and before[ankle, 1] - up[ankle, 1] > 0.1
    _, back = poses(views, "ankle back")
    assert before[ankle, 1] - back[ankle, 1] > 0.06 and back[ankle, 1] > back[knee, 1]
    _, ahead = poses(views, "step forward")
    assert np.linalg.norm(ahead[ankle] - before[ankle]) > 0.01


def test_a_head_goes_thirty_degrees_to_each_side(views):
    def direction(move: str | None) -> float:
        points = views[0 if move is None else 1 + MOVES.index(move)].keypoints_18x3
        x, y = points[LEFT_EAR, :2] - points[RIGHT_EAR, :2]
        return np.degrees(np.arctan2(y, x))

    right, left = (direction(move) for move in OF_HEAD)
    assert right < direction(None) < left, "the crown goes to the person's right when the left ear rises"
    assert 40 < left - right < 75


def test_the_plate_is_the_place_without_anybody(views):
    standing, plate_HWC = views[0], views[0].plate_HWC
    assert plate_HWC is not None and all(view.plate_HWC is None for view in views[1:])
    change_HW = np.abs(plate_HWC.astype(int) - standing.image_HWC).max(2)
    person_HW = standing.parsing_HW > 0
    assert (change_HW[person_HW] > 20).mean() > 0.6
    far_HW = np.zeros_like(person_HW)
    far_HW[:20] = True  # above everybody, where no shadow falls
    assert not person_HW[far_HW].any() and np.median(change_HW[far_HW]) <= 3


@pytest.fixture(scope="module")
def folder(rendered, tmp_path_factory):
    """A person before the first moves and after each, written by the command."""
    folder = tmp_path_factory.mktemp("moves")
    options = ["--range", f"{PEOPLE[0]}:{PEOPLE[0] + 1}", "--output", str(folder)]
    assert render._parse([*options, "--moves"]).views == 1 + len(MOVES)
    assert rendered(*options, "--moves", "--views", "4") == 0
    return folder


@pytest.mark.parametrize("views", PEOPLE[:1], indirect=True)
def test_the_command_writes_moves_and_the_audit_takes_the_same_again(folder, views):
    header = json.loads((folder / "dataset.json").read_text())
    assert header["studio"].endswith("moves") and header["views"] == 4
    data = People(folder, HELD_OUT_PEOPLE)
    for number in (0, 1):
        assert np.array_equal(data.view(PEOPLE[0], number).parsing_HW, views[number].parsing_HW)
    plate_HWC = data.plate(PEOPLE[0])
    assert np.abs(plate_HWC.astype(int) - views[0].plate_HWC).mean() < 1.5, "but for the JPEG"
    again = look_again(data, [PEOPLE[0]], None)
    assert again.looked == 1 and again.failed == 0


def test_there_are_no_more_moves(tmp_path, capsys):
    with pytest.raises(SystemExit):
        render.run(["--people", "1", "--moves", "--views", "14", "--output", str(tmp_path)])
    assert "13 pictures of moves" in capsys.readouterr().err


def test_beyond_the_shadow_map_there_is_no_shadow(studio):
    """A foot that steps out of it casts no streak over the floor."""
    with Person(studio, 1_000_017) as person:
        ahead, plate_HWC = person.moved(1 + MOVES.index("step forward")), person.moved(0).plate_HWC
    corner = np.s_[-16:, :60]
    assert not ahead.parsing_HW[corner].any()
    darker = plate_HWC[corner].astype(int) - ahead.image_HWC[corner]
    assert darker.mean(2).max() < 20


def test_the_parts_of_a_body_lie_at_its_joints(views):
    """Seen joints of a hanging arm and of both legs lie on the parts that meet there, of their own side."""
    standing = views[0]
    parts_HW = body_parts(standing.surface_HW3)
    meeting = {
        LEFT_ELBOW: "left upper arm, left forearm",
        RIGHT_ELBOW: "right upper arm, right forearm",
        LEFT_WRIST: "left forearm, left hand",
        RIGHT_WRIST: "right forearm, right hand",
        LEFT_ANKLE: "left shank, left foot",
        RIGHT_ANKLE: "right shank, right foot",
    }
    seen = [joint for joint in meeting if standing.keypoints_18x3[joint, 2] == SEEN]
    assert len(seen) >= 3
    for joint in seen:
        x, y = standing.keypoints_18x3[joint, :2].round().astype(int)
        around = parts_HW[y - 3 : y + 4, x - 3 : x + 4]
        found = {PARTS[part] for part in around[around != NO_PART]}
        assert found & set(meeting[joint].split(", ")), (joint, found)


def test_the_command_rates_moves(folder, tmp_path):
    torch.manual_seed(0)
    levels = (*(nted.Level(rows, 8, 4) for rows in (16, 32, 64, 128)), nted.Level(256, 8))
    nted.save(tmp_path / "tiny.safetensors", nted.Nted(nted.NtedConfig(levels, (256, 176))), {"samples": 12})
    output = tmp_path / "report"
    options = ["--weights", str(tmp_path / "tiny.safetensors"), "--data", str(folder), "--device", "cpu"]
    assert evaluate.run([*options, "--output", str(output), "--sheet", "2"]) == 0
    measures = json.loads((output / "report.json").read_text())["measures"]
    assert set(measures) == {"moved limbs", "moves"}
    assert list(measures["moves"]["rows"])[3:] == list(MOVES[:3])
    assert measures["moves"]["rows"][MOVES[0]]["still, yet changed"]["pairs"] == 1
    assert len(measures["moved limbs"]["made"]["its sha256"]) == 64
    page = cv2.imread(str(output / "pairs-01.jpg"))
    assert page.shape[1] >= 2 * 4 * 176 and (output / "pairs.txt").read_text().count("\n") == 3
