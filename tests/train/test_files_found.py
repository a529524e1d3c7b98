"""Which files beside a photo are its pose, which its caption, and which photos there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.pose.formats import read_people
from train.data.files_found import check_ending, folders_in, is_caption, photos_below, pose_file_of

LABEL = "0 0.5 0.5 0.4 0.9 " + " ".join(["0.51 0.18 2"] * 17)


@pytest.mark.parametrize(
    "name",
    ["a.json", "a_keypoints.json", "A.JSON", "a_pose.json", "a_openpose.json", "a_keypoints.yml", "a.npy",
     "a.csv", "a.xml"],
)  # fmt: skip
def test_a_pose_file_is_found_by_its_name(tmp_path, name):
    (tmp_path / name).write_text("{}")
    assert pose_file_of(tmp_path / "a.jpg") == tmp_path / name


def test_json_goes_before_text_and_others_files_are_nobodys(tmp_path):
    for name in ("b.json", "ab.json", "a.txt.json", "a.md"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "a.txt").write_text(LABEL)
    assert pose_file_of(tmp_path / "a.jpg") == tmp_path / "a.txt"
    (tmp_path / "a_keypoints.json").write_text("{}")
    assert pose_file_of(tmp_path / "a.jpg") == tmp_path / "a_keypoints.json"


@pytest.mark.parametrize(
    ("data", "caption"),
    [
        (b"a man in a green jacket, standing, studio", True),
        (b"1girl, solo, (red dress:1.2), standing", True),
        (b"woman 25, 170 cm, 2 lamps", True),
        (b"<lora:sks:1> photo of a man", True),
        ("緑のジャケットの男".encode(), True),
        ("a man standing".encode("utf-16"), True),
        (b"\xef\xbb\xbfa man", True),
        (LABEL.encode(), False),
        (b"12.5 30\n" * 18, False),
        (b"# nose first\n" + b"12.5 30\n" * 18, False),
        ("".join(f"{i} 0.5 0.{i:02} 0.99 0.98\n" for i in range(33)).encode(), False),
        (b'landmark { x: 0.5 y: 0.25 z: 0 visibility: 1 }\n' * 33, False),
        (b"", False),
    ],
)  # fmt: skip
def test_captions_are_told_from_poses(tmp_path, data, caption):
    (tmp_path / "a.txt").write_bytes(data)
    assert is_caption(tmp_path / "a.txt") is caption
    assert (pose_file_of(tmp_path / "a.jpg") is None) is caption


def test_boxes_are_no_poses(tmp_path):
    (tmp_path / "a.txt").write_text("0 .5 .5 .4 .9\n1 .2 .2 .1 .1\n")
    assert pose_file_of(tmp_path / "a.jpg") is None
    with pytest.raises(InputError, match="holds boxes, one in each line"):
        read_people(tmp_path / "a.txt")


def test_photos_are_found_whatever_they_are_called(tmp_path):
    wanted = ["a.JPG", "b.HEIC", "c.dng", "day/d.jfif"]
    for name in [*wanted, "._a.jpg", ".hidden/e.jpg", "__MACOSX/a.jpg", "Thumbs.db", "a.json"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [path.relative_to(tmp_path).as_posix() for path in photos_below(tmp_path)] == wanted
    assert len(photos_below(tmp_path, deep=False)) == 3


def test_a_photo_is_not_hidden_by_its_first_letter(tmp_path):
    (tmp_path / "@home.jpg").write_bytes(b"x")
    assert photos_below(tmp_path) == [tmp_path / "@home.jpg"]


def test_raw_files_are_refused_before_their_thumbnail_is_taken():
    check_ending(Path("a.tiff"))
    with pytest.raises(InputError, match=r"a\.NEF is a camera's raw file"):
        check_ending(Path("a.NEF"))


def test_another_photos_pose_is_not_taken(tmp_path):
    for name in ("a.jpg", "a_pose.jpg", "a_pose.json", "B.jpg", "B.json", "b.jpg", "b.json"):
        (tmp_path / name).write_bytes(b"{}")
    assert pose_file_of(tmp_path / "a.jpg") is None
    for stem in ("a_pose", "B", "b"):
        assert pose_file_of(tmp_path / f"{stem}.jpg") == tmp_path / f"{stem}.json"


VOC = """<annotation><filename>a.jpg</filename><size><width>640</width><height>480</height></size>
<object><name>person</name><pose>Unspecified</pose><bndbox><xmin>10</xmin><ymin>20</ymin></bndbox></object>
</annotation>"""
SKELETON = (
    '<annotations><image><skeleton label="person"><points label="nose" points="1,2"/></skeleton></image>'
)


@pytest.mark.parametrize(
    ("name", "text", "pose"),
    [
        ("a.xml", VOC, False),
        ("a.xml", SKELETON, True),
        ("a.csv", "file,camera,iso\na.jpg,EOS R5,400\n", False),
        ("a.csv", "joint,x,y\nnose,1,2\n", True),
        ("a.csv", "12.5,30\n" * 18, True),
        ("a.json", '{"caption": "a man", "width": 640, "height": 480}', False),
        ("a.json", "{}", True),
        ("a.json", '{"people": []}', True),
        ("a_keypoints.json", '{"caption": "a man"}', True),
        ("a.yml", "camera: EOS R5\niso: 400\n", False),
        ("a.csv", "name,x,y\nneck,50,20\nright shoulder,40,22\nright elbow,38,40\n", True),
    ],
)  # fmt: skip
def test_what_is_said_of_a_photo_is_not_all_its_pose(tmp_path, name, text, pose):
    (tmp_path / name).write_text(text)
    assert (pose_file_of(tmp_path / "a.jpg") is not None) is pose


def test_folders_in_which_systems_keep_small_pictures_are_nobodys(tmp_path):
    for name in ("anna", "bea", ".thumbs", ".cache", "@eaDir", "$RECYCLE.BIN", "__MACOSX"):
        (tmp_path / name).mkdir()
    assert [path.name for path in folders_in(tmp_path)] == ["anna", "bea"]
