"""Pose detection: the bundle it needs, a real photograph, and the geometry that leaves hidden joints out."""

import io
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine import detect, pose_model
from engine.cv import cv2
from engine.errors import InputError
from engine.landmarkers import Landmarker, without_chatter
from engine.paths import RESOURCES
from engine.pose.skeleton import (
    HEAD,
    LEFT_ANKLE,
    LEFT_EAR,
    LEFT_EYE,
    LEFT_HIP,
    LEFT_SHOULDER,
    NECK,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_EAR,
    RIGHT_EYE,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)

needs_detector = pytest.mark.skipif(
    not detect.available().available, reason=f"no pose detection here: {detect.available().reason}"
)


@pytest.fixture(scope="module")
def astronaut():
    """A real photograph: 512 x 512 px, a woman down to the waist."""
    return pytest.importorskip("skimage.data").astronaut()


@needs_detector
def test_whose_the_pixels_are(astronaut):
    pose = detect.detect_pose(astronaut)
    mask = detect.person_mask(astronaut, pose)
    assert mask.shape == (512, 512) and mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1
    for x, y in ((220, 120), (200, 330), (120, 300)):  # face, chest, shoulder
        assert mask[y, x] > 0.9
    for x, y in ((480, 40), (20, 30), (430, 150)):  # flag, wall, the model of a shuttle
        assert mask[y, x] < 0.1
    assert 0.3 < mask.mean() < 0.6


@needs_detector
def test_the_mask_of_somebody_else_is_none(astronaut):
    pose = detect.detect_pose(astronaut)
    elsewhere = pose + np.float32([150, 0, 0]) * (pose[:, 2:] > 0)
    assert detect.person_mask(astronaut, elsewhere) is None
    near = pose + np.float32([10, 10, 0]) * (pose[:, 2:] > 0)
    assert detect.person_mask(astronaut, near) is not None
    assert detect.person_mask(astronaut, np.zeros((18, 3), np.float32)) is None
    assert detect.person_mask(np.zeros((64, 48, 3), np.uint8), pose) is None


@needs_detector
def test_toes_are_beyond_ankles_and_nowhere_where_a_photo_ends_above_them(astronaut):
    ada = cv2.imread(str(RESOURCES / "samples" / "ada.jpg"))[..., ::-1].copy()
    pose = detect.detect_pose(ada)
    toes, ankles = detect.find_toes(ada, pose), pose[[RIGHT_ANKLE, LEFT_ANKLE]]
    assert (toes[:, 2] > 0).all() and (toes[:, 1] > ankles[:, 1]).all()
    assert (np.abs(toes - ankles)[:, :2].max(1) < 0.1 * ada.shape[0]).all(), "each at its own foot"
    pose = detect.detect_pose(astronaut)
    toes = detect.find_toes(astronaut, pose)
    assert toes.shape == (2, 3) and toes.dtype == np.float32 and not toes[:, 2].any()
    elsewhere = pose + np.float32([150, 0, 0]) * (pose[:, 2:] > 0)
    assert detect.find_toes(astronaut, elsewhere) is None


@needs_detector
@pytest.mark.parametrize("size", [(511, 333), (1400, 900)])
def test_a_mask_has_the_photos_size(astronaut, size):
    photo = cv2.resize(astronaut, size[::-1])
    pose = detect.detect_pose(photo)
    mask = detect.person_mask(photo, pose)
    assert mask.shape == size
    x, y = pose[NECK, :2].astype(int)
    assert mask[y, x] > 0.9


@pytest.mark.parametrize("apart", [0.14, 0.16])
def test_a_person_is_the_same_within_a_seventh_of_their_height(apart):
    pose = np.zeros((18, 3), np.float32)
    pose[:2] = (50, 0, 2), (50, 100, 2)
    other = pose + np.float32([100 * apart, 0, 0])
    assert detect._same_person(other, pose) == (apart < 0.15)


@needs_detector
def test_a_photograph_of_a_person(astronaut):
    pose = detect.detect_pose(astronaut)
    assert pose.shape == (18, 3) and pose.dtype == np.float32
    for joint, place in {
        NOSE: (219, 130),
        RIGHT_EYE: (203, 104),
        LEFT_EYE: (246, 115),
        RIGHT_SHOULDER: (110, 239),
        LEFT_SHOULDER: (305, 257),
        NECK: (207, 248),
    }.items():
        assert pose[joint, 2] == 2
        assert np.abs(pose[joint, :2] - place).max() < 20, joint
    # Her legs are not in the picture, and nothing may be claimed about them.
    assert not pose[[RIGHT_HIP, LEFT_HIP, RIGHT_ANKLE]].any()


@needs_detector
def test_keypoints_are_in_photo_pixels_whatever_its_size_and_shape(astronaut):
    pose = detect.detect_pose(astronaut)
    face = [NOSE, RIGHT_EYE, LEFT_EYE, RIGHT_EAR]
    large = detect.detect_pose(np.kron(astronaut, np.ones((4, 4, 1), np.uint8)))
    assert np.abs(large[face, :2] / 4 - pose[face, :2]).max() < 12
    # An odd width, and a person off the middle.
    moved = detect.detect_pose(np.pad(astronaut, ((31, 0), (102, 301), (0, 0))))
    assert np.abs(moved[face, :2] - pose[face, :2] - (102, 31)).max() < 12


@needs_detector
@pytest.mark.parametrize("size", [(256, 176), (1, 1), (3, 700), (101, 53)])
def test_nobody_in_a_blank_picture(size):
    assert detect.detect_pose(np.full((*size, 3), 240, np.uint8)) is None


@needs_detector
def test_from_several_threads_at_once(astronaut):
    found = []
    threads = [threading.Thread(target=lambda: found.append(detect.detect_pose(astronaut))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for pose in found:
        np.testing.assert_allclose(pose, found[0], atol=0.5)


def test_absent_where_no_model_was_prepared(monkeypatch):
    monkeypatch.setattr(pose_model, "find", lambda bundle: None)
    capability = detect.available()
    assert not capability.available and "engine.pose_model" in capability.reason
    assert detect.detect_pose(np.zeros((64, 64, 3), np.uint8)) is None


def test_absent_where_the_model_is_damaged(monkeypatch, tmp_path):
    pytest.importorskip("mediapipe")
    damaged = tmp_path / pose_model.POSES.file
    damaged.write_bytes(b"not a bundle")
    monkeypatch.setattr(pose_model, "find", lambda bundle: damaged)
    monkeypatch.setattr(detect, "_landmarker", Landmarker("PoseLandmarker", pose_model.POSES))
    assert detect.detect_pose(np.zeros((64, 64, 3), np.uint8)) is None
    assert "could not be started" in detect.available().reason


def test_library_chatter_is_dropped_and_other_lines_pass(capfd):
    with without_chatter():
        os.write(2, b"W0000 00:00:1763640000.123456 1 landmark_projection.cc:186] NORM_RECT\n")
        os.write(2, b"INFO: Created XNNPACK\nout of memory\n")
    assert capfd.readouterr().err == "out of memory\n"


# The geometry, on a head that is turned in front of the camera


def turned_person(degrees: float) -> np.ndarray:
    """BlazePose landmarks [33, 5] in a photo of 600 x 400 px; 0 faces the camera, 90 the picture's left."""
    landmarks = np.zeros((33, 5), np.float32)
    landmarks[:, :2] = 200, 300
    landmarks[:, 3:] = 1
    turn = np.radians(degrees)
    # x to the person's left (the picture's right), z away from the camera, nose 20 px before the ears.
    for index, (left, forward) in {0: (0, 20), 2: (8, 15), 5: (-8, 15), 7: (16, 0), 8: (-16, 0)}.items():
        landmarks[index, 0] = 200 + left * np.cos(turn) - forward * np.sin(turn)
        landmarks[index, 2] = -left * np.sin(turn) - forward * np.cos(turn)
    landmarks[[0, 2, 5, 7, 8], 1] = 100, 95, 95, 96, 96
    landmarks[11, :2], landmarks[12, :2] = (240, 150), (160, 150)
    return landmarks


@pytest.mark.parametrize(
    ("degrees", "hidden"),
    [
        (0, set()),
        (45, {RIGHT_EAR}),
        (-45, {LEFT_EAR}),
        (90, {RIGHT_EAR, RIGHT_EYE}),
        (-90, {LEFT_EAR, LEFT_EYE}),
        (180, {NOSE, RIGHT_EYE, LEFT_EYE}),
        (150, {NOSE, RIGHT_EYE, LEFT_EYE}),
    ],
)
def test_what_the_head_hides_is_left_out(degrees, hidden):
    pose = detect.to_coco(turned_person(degrees), (600, 400))
    absent = {joint for joint in HEAD if pose[joint, 2] == 0}
    assert absent - {LEFT_EAR, RIGHT_EAR} == hidden - {LEFT_EAR, RIGHT_EAR}
    if abs(degrees) <= 90:
        assert absent == hidden


def test_left_and_right_are_the_persons_own():
    pose = detect.to_coco(turned_person(0), (600, 400))
    assert pose[LEFT_SHOULDER, 0] > pose[RIGHT_SHOULDER, 0]
    assert pose[LEFT_EYE, 0] > pose[RIGHT_EYE, 0] and pose[LEFT_EAR, 0] > pose[RIGHT_EAR, 0]


def test_low_visibility_is_a_guess_and_outside_is_absent():
    landmarks = turned_person(0)
    landmarks[16, 3] = 0.2  # right wrist behind the back
    landmarks[28, :2] = 200, 640  # right ankle below the picture
    landmarks[24, 4] = 0.1  # right hip: the model says it is not in the picture
    pose = detect.to_coco(landmarks, (600, 400))
    assert pose[RIGHT_WRIST, 2] == 1
    assert not pose[RIGHT_ANKLE].any() and not pose[RIGHT_HIP].any()


@given(hnp.arrays(np.float32, (33, 5), elements=st.floats(-500, 1500, width=32)))
def test_joints_lie_in_the_photo_or_are_absent(landmarks):
    pose = detect.to_coco(landmarks, (600, 400))
    if pose is None:
        return
    present = pose[:, 2] > 0
    assert present.any() and np.isin(pose[:, 2], (0, 1, 2)).all()
    assert not pose[~present].any()
    assert (pose[present, :2] >= 0).all() and (pose[present, :2] < (400, 600)).all()
    if present[NECK]:
        assert present[RIGHT_SHOULDER] and present[LEFT_SHOULDER]


# The model


def wheel(tmp_path, detector=b"detector", landmarks=b"landmarks"):
    path = tmp_path / "mediapipe-0.10.21.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in zip(pose_model.POSES.sha256, (detector, landmarks), strict=True):
            archive.writestr(name, content)
    return path


def test_a_wheel_with_other_models_is_refused(tmp_path):
    with pytest.raises(InputError, match="pose_detection.tflite is not the file that was tested"):
        pose_model.build(wheel(tmp_path))


def test_a_truncated_wheel_is_refused(tmp_path):
    path = wheel(tmp_path)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InputError, match="no pose model can be read"):
        pose_model.build(path)


def test_the_bundle_goes_into_the_first_folder_that_takes_it(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    blocked, free = tmp_path / "file" / "share", tmp_path / "home"
    monkeypatch.setattr(pose_model, "folders", lambda: [blocked, free])
    monkeypatch.setattr(sys, "base_prefix", "elsewhere")
    assert pose_model._store("some.task", b"bundle").read_bytes() == b"bundle"
    assert list(free.iterdir()) == [free / "some.task"] and pose_model.find() is None
    assert pose_model._store(pose_model.HANDS.file, b"hands") == pose_model.find(pose_model.HANDS)
    monkeypatch.setattr(pose_model, "folders", lambda: [blocked, blocked])
    with pytest.raises(InputError, match="cannot be stored: The folder .*share cannot be made"):
        pose_model._store("some.task", b"bundle")


def test_bundle_members_are_stored_and_aligned():
    packed = pose_model._pack(pose_model.POSES.members, [b"d" * 1001, b"l" * 77])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        for member in archive.infolist():
            assert member.compress_type == zipfile.ZIP_STORED
            header = 30 + len(member.filename) + len(member.extra)
            assert (member.header_offset + header) % 64 == 0
            assert packed[member.header_offset + header :][:1] in b"dl"
    assert packed == pose_model._pack(pose_model.POSES.members, [b"d" * 1001, b"l" * 77])


def test_without_a_network_it_says_why(monkeypatch, user_home, tmp_path, capsys):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(pose_model, "folders", lambda: [tmp_path / "a", tmp_path / "b"])
    assert pose_model.main() == 2
    said = capsys.readouterr().err
    assert "mediapipe==0.10.21" in said and said.count("\n") == 1
    assert not (tmp_path / "a").exists()


def test_both_bundles_are_made_of_one_wheel_and_only_what_is_missing(monkeypatch, tmp_path):
    pytest.importorskip("mediapipe")
    fetched, built = [], []
    monkeypatch.setattr(pose_model, "folders", lambda: [tmp_path, tmp_path])
    monkeypatch.setattr(pose_model, "fetch_wheel", lambda folder: fetched.append(folder) or folder)
    monkeypatch.setattr(pose_model, "build", lambda wheel, bundle: built.append(bundle.finds) or b"made")
    (tmp_path / pose_model.POSES.file).write_bytes(b"old")
    paths = [tmp_path / bundle.file for bundle in (pose_model.POSES, pose_model.HANDS)]
    assert pose_model.prepare() == paths and built == ["hand"] and len(fetched) == 1
    assert [path.read_bytes() for path in paths] == [b"old", b"made"]
    assert pose_model.prepare() == paths and len(fetched) == 1
    for path in paths:
        path.unlink()
    assert pose_model.prepare() == paths and built == ["hand", "pose", "hand"] and len(fetched) == 2


def test_a_detector_that_fails_is_not_a_photo_without_a_person(monkeypatch):
    pytest.importorskip("mediapipe")

    class Failing:
        def detect(self, picture):
            raise RuntimeError("the graph\nis broken")

    landmarker = Landmarker("PoseLandmarker", pose_model.POSES)
    monkeypatch.setattr(detect, "_landmarker", landmarker)
    monkeypatch.setattr(landmarker, "_create", Failing)
    monkeypatch.setattr(pose_model, "find", lambda bundle: Path("model"))
    assert detect.available().available
    assert detect.detect_pose(np.zeros((64, 64, 3), np.uint8)) is None
    assert detect.available().reason == "the detector failed (the graph is broken)"


def test_the_library_starts_no_compiler(tmp_path):
    pytest.importorskip("mediapipe")
    code = (
        "import subprocess, sys\n"
        "started = []\n"
        "begin = subprocess.Popen.__init__\n"
        "def watch(self, *args, **options):\n"
        "    started.append(args)\n"
        "    begin(self, *args, **options)\n"
        "subprocess.Popen.__init__ = watch\n"
        "from engine import detect\n"
        "detect._landmarker._ready()\n"
        "print(started, 'sounddevice' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=RESOURCES.parent)
    assert done.stdout == "[] False\n", done.stderr
