"""Keypoints that lie beside a picture: about it, or refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import train.__main__ as command
from engine.errors import InputError
from engine.pose.formats import openpose_dict, write_openpose
from train.data.beside import pose_beside
from train.data.photos_folder import PhotosFolder
from train.data.pose_sources import TablePoses

PHOTO = (320, 240)
# A front view; the person's right side is at the picture's left.
XY = np.float32(
    [
        (120, 50), (120, 80), (95, 82), (85, 122), (80, 160), (145, 82), (155, 122), (160, 160), (105, 160),
        (103, 225), (101, 290), (135, 160), (137, 225), (139, 290), (114, 44), (126, 44), (108, 47), (132, 47)
    ]
)  # fmt: skip
POSE = np.column_stack([XY, np.full(18, 2, np.float32)])
NAME = "fashionMENTees_Tanksid0000000001_1front.jpg"


def without_canvas(xy, confidence=1.0) -> str:
    return json.dumps(
        {"people": [{"pose_keypoints_2d": [v for x, y in xy.tolist() for v in (x, y, confidence)]}]}
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "anna").mkdir()
    return tmp_path


def photo(path, size=PHOTO, **save) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*size, 3), 160, np.uint8)).save(path, **save)


def keypoints(folder) -> np.ndarray:
    return PhotosFolder(folder, (128, 88)).view(0, 0).keypoints_18x3


@pytest.fixture
def expected(folder):
    photo(folder / "anna" / "a.png")
    write_openpose(folder / "anna" / "a.json", POSE, PHOTO)
    framed = keypoints(folder)
    (folder / "anna" / "a.json").unlink()
    return framed


def test_openpose_own_names_are_found(folder, expected):
    (folder / "anna" / "a_keypoints.json").write_text(without_canvas(XY))
    np.testing.assert_allclose(keypoints(folder), expected, atol=1e-3)


@pytest.mark.parametrize("canvas", [False, True])
def test_photos_that_are_reduced_keep_their_keypoints(folder, expected, canvas):
    large = (PHOTO[0] * 10, PHOTO[1] * 10)  # read as 2048 x 1536
    (folder / "anna" / "a.png").unlink()
    photo(folder / "anna" / "a.jpg", large)
    text = json.dumps(openpose_dict(np.column_stack([XY * 10, POSE[:, 2]]), large))
    (folder / "anna" / "a.json").write_text(text if canvas else without_canvas(XY * 10))
    np.testing.assert_allclose(keypoints(folder), expected, atol=0.05)


def test_a_photo_turned_by_its_exif(folder, expected):
    (folder / "anna" / "a.png").unlink()
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(folder / "anna" / "a.jpg", PHOTO[::-1], exif=exif)
    (folder / "anna" / "a.json").write_text(without_canvas(XY))
    np.testing.assert_allclose(keypoints(folder), expected, atol=1e-3)


def test_yolo_labels_are_shares_of_the_photo(folder, expected):
    order = (0, 15, 14, 17, 16, 5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10)
    numbers = [v for x, y in (XY[list(order)] / PHOTO[::-1]).tolist() for v in (x, y, 2)]
    (folder / "anna" / "a.txt").write_text(" ".join(map(str, (0, 0.5, 0.5, 0.4, 0.9, *numbers))))
    # The neck is the middle of the shoulders there, which moves the frame by a little.
    np.testing.assert_allclose(keypoints(folder)[[0, 4, 13]], expected[[0, 4, 13]], atol=0.3)


def test_photos_below_a_persons_folder_and_captions(folder, expected, monkeypatch):
    photo(folder / "anna" / "day1" / "b.png")
    (folder / "anna" / "day1" / "b.txt").write_text("a woman in a red dress, 2 lamps behind her")
    (folder / "anna" / "a.json").write_text(without_canvas(XY))
    monkeypatch.setattr("engine.detect.available", lambda: type("Yes", (), {"available": True})())
    monkeypatch.setattr("engine.detect.detect_pose", lambda rgb: POSE)
    source = PhotosFolder(folder, (128, 88))
    assert source.view_counts.tolist() == [2]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (without_canvas(XY / 2), "upper left quarter"),
        (without_canvas(XY * 8), "18 of its 18 joints lie outside"),
        (json.dumps(openpose_dict(POSE, (240, 320))), "of another shape than the one beside it"),
        (without_canvas(XY, 0.0), "no joint that is there"),
        (without_canvas(XY[::-1]), "no body in that order"),
    ],
)
def test_keypoints_of_another_picture_are_refused(folder, expected, text, sentence):
    (folder / "anna" / "a.json").write_text(text)
    with pytest.raises(InputError, match=sentence) as caught:
        PhotosFolder(folder, (128, 88))
    assert str(caught.value).startswith("anna/a.json")


def test_heic_is_not_left_out_in_silence(folder, expected):
    (folder / "anna" / "a.json").write_text(without_canvas(XY))
    (folder / "anna" / "b.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    with pytest.raises(InputError, match=r"anna/b\.HEIC"):
        PhotosFolder(folder, (128, 88))
    source = PhotosFolder(folder, (128, 88), skip_damaged=True)
    assert sum(source.skipped.values()) == 1 and source.view_counts.tolist() == [1]


def test_people_of_the_largest_are_taken(tmp_path):
    people = [openpose_dict(np.column_stack([XY * s, POSE[:, 2]]), PHOTO)["people"][0] for s in (0.5, 1)]
    (tmp_path / "a.json").write_text(json.dumps({"people": people}))
    np.testing.assert_allclose(pose_beside(tmp_path / "a.json", PHOTO), POSE, atol=1e-3)


def row(x, y) -> str:
    return f"{NAME}: {[int(v) for v in y]}: {[int(v) for v in x]}\n"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (row([-1] * 18, [-1] * 18), "no joint that is there in any of 1 rows"),
        (row(XY[:, 0] * 3, XY[:, 1] * 3), "most joints of 1 of 1 rows lie outside of pictures of 256x176"),
        (
            row(XY[:, 1] * 0.8, XY[:, 0] * 0.8),
            "1 of 1 rows fit a picture of 256x176 only with x and y exchanged",
        ),
    ],
)
def test_tables_that_cannot_be_are_refused_as_a_whole(tmp_path, rows, sentence):
    path = tmp_path / "table.csv"
    path.write_text("name:keypoints_y:keypoints_x\n" + rows)
    with pytest.raises(InputError, match=sentence):
        TablePoses(path)


def test_a_row_that_is_no_pose_is_named(tmp_path):
    path = tmp_path / "table.csv"
    good = row(XY[:, 0] * 0.7, XY[:, 1] * 0.8)
    lines = [good.replace("_1front", f"_{view}side") for view in (2, 3, 4)]
    lines.append(good.replace("[", "[nan, ", 1).replace(", 37]", "]"))
    lines.append(row([-1] * 18, [-1] * 18).replace("_1front", "_7back"))
    path.write_text("name:keypoints_y:keypoints_x\n" + "".join(lines))
    poses = TablePoses(path)
    key = "img/MEN/Tees_Tanks/id_00000000/01_{}.png"
    picture = np.zeros((256, 176, 3), np.uint8)
    np.testing.assert_allclose(poses(key.format("2_side"), picture)[0], [84, 40, 2])
    with pytest.raises(InputError, match="line 5: the keypoints are not all finite"):
        poses(key.format("1_front"), picture)
    with pytest.raises(InputError, match="line 6: holds no joint that is there"):
        poses(key.format("7_back"), picture)


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 GB")]
)
def test_out_of_memory_is_a_sentence(monkeypatch, capsys, error):
    class Module:
        @staticmethod
        def run(argv):
            raise error

    monkeypatch.setattr(command.environment, "enter", lambda *_: None)
    monkeypatch.setattr(command.importlib, "import_module", lambda name: Module)
    assert command.main(["fit", "x"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("fit: the memory is not enough") and said.count("\n") == 1


def test_photos_in_nobodys_folder_are_not_left_out_in_silence(folder, expected):
    (folder / "anna" / "a.json").write_text(without_canvas(XY))
    for name in ("b.jpg", "c.jpg"):
        photo(folder / name)
    with pytest.raises(InputError, match=r"b\.jpg and 1 other photo lie in no folder of a person"):
        PhotosFolder(folder, (128, 88))
    assert sum(PhotosFolder(folder, (128, 88), skip_damaged=True).skipped.values()) == 2


def test_half_size_keypoints_with_the_photos_own_canvas_are_refused(folder, expected):
    (folder / "anna" / "a.json").write_text(
        json.dumps(openpose_dict(np.column_stack([XY / 2, POSE[:, 2]]), PHOTO))
    )
    with pytest.raises(InputError, match="upper left quarter"):
        PhotosFolder(folder, (128, 88))


def test_two_rows_of_one_picture_are_refused(tmp_path):
    path = tmp_path / "table.csv"
    good = row(XY[:, 0] * 0.7, XY[:, 1] * 0.8)
    path.write_text("name:keypoints_y:keypoints_x\n" + good + good)
    TablePoses(path)
    path.write_text("name:keypoints_y:keypoints_x\n" + good + row(XY[:, 0] * 0.6, XY[:, 1] * 0.8))
    with pytest.raises(InputError, match="line 3: is another row of the picture of line 2"):
        TablePoses(path)


def test_prepare_reads_json_of_reduced_photos_and_names_what_it_cannot(tmp_path, capsys):
    """As a command: a phone photo of 3200 rows beside JSON in its px, without a canvas."""
    pictures, poses = tmp_path / "img_highres" / "MEN" / "Tees" / "id_1", tmp_path / "poses" / "MEN"
    below = poses / "Tees" / "id_1"
    below.mkdir(parents=True)
    for view in ("01_1_front", "01_2_side"):
        photo(pictures / f"{view}.jpg", (3200, 2400))
        (below / f"{view}_keypoints.json").write_text(without_canvas(XY * 10))
        (below / f"{view}.txt").write_text("a grey wall")
    (pictures / "01_4_full.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    arguments = ["prepare", "--pictures", str(tmp_path / "img_highres"), "--poses", str(tmp_path / "poses")]
    arguments += ["--output", str(tmp_path / "out"), "--store", "files", "--workers", "1", "--sizes", "256"]
    assert command.main(arguments) == 2
    assert "01_4_full.heic is a HEIC picture" in capsys.readouterr().err
    assert command.main([*arguments, "--skip-damaged"]) == 0
    assert "1 of 3 pictures are left out" in capsys.readouterr().err
    text = (tmp_path / "out" / "pose" / "MEN" / "Tees" / "id_1" / "01_1_front.txt").read_text()
    np.testing.assert_allclose(
        np.array([line.split() for line in text.splitlines()], float),
        XY * (176 / 240, 256 / 320) + (40, 0),
        atol=0.05,
    )


def test_pairs_of_different_people_are_counted(tmp_path, capsys):
    for who in ("id_1", "id_2"):
        photo(tmp_path / "img_highres" / "MEN" / "Tees" / who / "01_1_front.jpg")
        (tmp_path / "poses" / "MEN" / "Tees" / who).mkdir(parents=True)
        (tmp_path / "poses" / "MEN" / "Tees" / who / "01_1_front.json").write_text(without_canvas(XY))
    names = [f"C:\\data\\img_highres\\MEN\\Tees\\{who}\\01_1_front.jpg" for who in ("id_1", "id_2")]
    (tmp_path / "pairs.txt").write_text(",".join(names) + "\n")
    arguments = ["prepare", "--pictures", str(tmp_path / "img_highres"), "--poses", str(tmp_path / "poses")]
    arguments += ["--output", str(tmp_path / "out"), "--store", "files", "--workers", "1", "--sizes", "256"]
    assert command.main([*arguments, "--train-pairs", str(tmp_path / "pairs.txt")]) == 0
    assert "1 of 1 pairs are of different people, the first of img/MEN/Tees/id_1" in capsys.readouterr().err


@pytest.mark.parametrize("error", ["DataLoader worker (pid 7) is killed by signal: Killed. "])
def test_a_loader_ended_for_want_of_memory_is_a_sentence(monkeypatch, capsys, error):
    test_out_of_memory_is_a_sentence(monkeypatch, capsys, RuntimeError(error))


def test_hundredths_and_thousandths_of_the_photo_are_laid_on_it(tmp_path):
    """A file that says no unit, beside a photo that is far larger than a hundred px."""
    wide, xy = (720, 1280), XY * 2 + (400, 20)
    for whole in (100, 1000):
        (tmp_path / "a.json").write_text(without_canvas(xy / (1280, 720) * whole))
        np.testing.assert_allclose(pose_beside(tmp_path / "a.json", wide)[:, :2], xy, atol=0.01)
