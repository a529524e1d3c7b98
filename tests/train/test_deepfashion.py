"""DeepFashion as NTED keeps it, and the command that prepares it, on data sets of a few small pictures."""

from __future__ import annotations

import itertools
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.errors import InputError
from engine.pose.formats import write_openpose
from engine.pose.formats.deepfashion import BORDER, COLUMNS, ROWS
from engine.pose.kinematics import t_pose
from engine.pose.planes import pose_planes_u8
from train.commands import prepare
from train.data import pictures as pictures_module
from train.data.augment import MILD, NONE, OFFICIAL
from train.data.deepfashion import DeepFashion, keypoints_of, read_pairs
from train.data.names import flat_name, outfit_of, person_of, picture_key, pose_path
from train.data.pairs import PairLoader, both_directions
from train.data.pictures import FilePictures, LmdbWriter, open_pictures
from train.data.pose_sources import keypoint_text, pose_source
from train.data.source import open_source

GOLDEN = Path(__file__).parents[1] / "data" / "nted" / "skeleton.npz"
PHOTO = (101, 75)  # a high-res picture in small

KEYS = [
    f"img/WOMEN/Dresses/id_0000000{person}/0{outfit}_{view}.png"
    for person, outfit, view in itertools.product((1, 2, 3), (1, 2), ("1_front", "2_side", "4_full"))
]


def photo_of(key: str) -> np.ndarray:
    """A picture in a colour of its own, brighter to the right."""
    rng = np.random.default_rng(KEYS.index(key))
    ramp = np.linspace(0, 60, PHOTO[1])[None, :, None] + np.zeros((PHOTO[0], 1, 1))
    return (rng.integers(0, 190, 3) + ramp).astype(np.uint8)


def file_points(key: str) -> np.ndarray:
    """Whole numbers as in a keypoint file, somebody's; the left ear is missing, the right wrist out of the
    picture."""
    rng = np.random.default_rng([7, KEYS.index(key)])
    body = t_pose((ROWS, COLUMNS))[:, :2] * rng.uniform(0.8, 0.9) + (BORDER + 9, 8)
    points = np.round(body + rng.uniform(-3, 3, (18, 2)))
    points[17] = -1
    points[4] = (30, 300)
    return points


def text_of(points: np.ndarray) -> str:
    return "".join(f"{x:.0f} {y:.0f}\n" for x, y in points)


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> Path:
    """`img_highres`, and keypoints in all forms."""
    folder = tmp_path_factory.mktemp("deepfashion")
    table = ["name:keypoints_y:keypoints_x"]
    for key in KEYS:
        below = key.removeprefix("img/").removesuffix(".png")
        for name in ("img_highres", "texts", "json"):
            (folder / name / below).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo_of(key)).save(folder / "img_highres" / f"{below}.jpg", quality=95)
        points = file_points(key)
        (folder / "texts" / f"{below}.txt").write_text(text_of(points))
        state = np.where((points == -1).any(1), 0, 2)
        photo_points = (points - (40, 0)) * (PHOTO[1] / 176, PHOTO[0] / 256)
        pose = np.column_stack([photo_points, state])
        write_openpose(folder / "json" / f"{below}_keypoints.json", pose, PHOTO)
        xs = [int(x - 40) if x != -1 else -1 for x in points[:, 0]]
        ys = [int(y) for y in points[:, 1]]
        table.append(f"{flat_name(key)}.jpg: {ys}: {xs}")
    (folder / "table.csv").write_text("\n".join(table) + "\n")
    return folder


def prepared(originals: Path, output: Path, *more: str, poses: str = "texts", store: str = "files") -> Path:
    arguments = ["--pictures", str(originals / "img_highres"), "--poses", str(originals / poses)]
    arguments += ["--output", str(output), "--store", store, "--workers", "1", "--sizes", "256"]
    assert prepare.run([*arguments, *more]) == 0
    return output


@pytest.fixture(scope="module")
def data_set(originals, tmp_path_factory) -> Path:
    return prepared(originals, tmp_path_factory.mktemp("prepared") / "data", "--test-share", "0")


@pytest.fixture
def own_copy(data_set, tmp_path) -> Path:
    return shutil.copytree(data_set, tmp_path / "copy")


# names


@pytest.mark.parametrize(
    "name",
    [
        "img/WOMEN/Blouses_Shirts/id_00000479/02_2_side.jpg",
        "img_highres/WOMEN/Blouses_Shirts/id_00000479/02_2_side.jpg",
        "WOMEN/Blouses_Shirts/id_00000479/02_2_side.png",
        "WOMEN\\Blouses_Shirts\\id_00000479\\02_2_side.jpg",
        "fashionWOMENBlouses_Shirtsid0000047902_2side.jpg",
    ],
)
def test_a_picture_has_one_key_whatever_it_is_called(name):
    key = picture_key(name)
    assert key == "img/WOMEN/Blouses_Shirts/id_00000479/02_2_side.png"
    assert flat_name(key) == "fashionWOMENBlouses_Shirtsid0000047902_2side"
    assert pose_path(key) == "pose/WOMEN/Blouses_Shirts/id_00000479/02_2_side.txt"
    assert (person_of(key), outfit_of(key)) == (key[: -len("/02_2_side.png")], key[: -len("_2_side.png")])


@pytest.mark.parametrize("name", ["", " ", "cover.jpg", "/etc/passwd", "img/../../secret/x.jpg"])
def test_strange_names_are_refused(name):
    with pytest.raises(InputError, match="no name of a DeepFashion picture"):
        picture_key(name)


# keypoints


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("rows", [256, 512])
def test_planes_of_keypoint_files_equal_the_official_ones(number, rows):
    golden = np.load(GOLDEN)
    text = "\n".join(f"{x!r} {y!r}" for x, y in golden[f"set{number}_file_xy"].tolist())
    size = (rows, rows * 11 // 16)
    keypoints = keypoints_of(text, "pose.txt", size)
    np.testing.assert_array_equal(pose_planes_u8(keypoints, size), golden[f"set{number}_{rows}_skeleton_u8"])


def test_keypoint_text_is_read_back():
    keypoints = np.column_stack([np.linspace(-3, 700, 36).reshape(18, 2), np.arange(18) % 3])
    again = keypoints_of(keypoint_text(keypoints, (1101, 750)), "pose.txt", (1101, 750))
    there = keypoints[:, 2] > 0
    np.testing.assert_array_equal(again[:, 2] > 0, there)
    np.testing.assert_allclose(again[there, :2], keypoints[there, :2], atol=5e-4)


# source and loader


def test_views_are_the_pictures_and_keypoints_of_the_files(data_set):
    source = DeepFashion(data_set)
    assert (source.size, len(source)) == ((256, 176), len(KEYS))
    for person in (0, 7):
        for number, key in enumerate(source.rows[person]):
            view = source.view(person, number)
            assert view.image_HWC.shape == (256, 176, 3) and not view.parsing_HW.any()
            expected = Image.fromarray(photo_of(key)).resize((176, 256), Image.Resampling.BICUBIC)
            assert np.abs(view.image_HWC.astype(int) - np.asarray(expected)).mean() < 3  # it was a JPEG
            points = file_points(key)
            assert view.keypoints_18x3[17, 2] == 0 and view.keypoints_18x3[4, 2] == 2
            np.testing.assert_array_equal(view.keypoints_18x3[:17, :2], points[:17] - (40, 0))


def test_pairs_aim_at_the_first_of_their_line_from_any_of_the_rest(data_set):
    loader = PairLoader(DeepFashion(data_set), (256, 176), 6, seed=3, self_pairs=0)
    pairs = [pair for step in range(12) for pair in (loader._sampler[6 * step + i] for i in range(6))]
    assert {pair.target for pair in pairs} == {0}
    assert {pair.reference for pair in pairs} == {1, 2}
    for epoch in range(4):
        assert sorted(p.person for p in pairs[18 * epoch : 18 * epoch + 18]) == list(range(18))


def test_batches_are_exactly_those_of_the_files_without_augmentation(data_set):
    source = DeepFashion(data_set)
    batch = next(iter(PairLoader(source, (256, 176), 3, self_pairs=0)))
    assert batch.target_BCHW.shape == (3, 3, 256, 176) and batch.target_keypoints_BJ3.dtype == torch.float32
    for i, pair in enumerate(batch.pairs):
        target = source.view(pair.person, 0)
        levels = ((batch.target_BCHW[i] + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
        np.testing.assert_array_equal(levels, target.image_HWC)
        planes = pose_planes_u8(target.keypoints_18x3, (256, 176))
        np.testing.assert_array_equal((batch.target_planes_BPHW[i] * 255).round().byte().numpy(), planes)


def test_official_augmentation_moves_pictures_and_joints_together_and_keeps_joints_outside(data_set):
    source = DeepFashion(data_set)
    plain, moved = (
        next(iter(PairLoader(source, (256, 176), 6, self_pairs=0, augmentation=a))) for a in (NONE, OFFICIAL)
    )
    before, after = plain.target_keypoints_BJ3, moved.target_keypoints_BJ3
    torch.testing.assert_close(before[..., 2], after[..., 2])
    shifts, scales = [], []
    for i in range(6):
        there = before[i, :, 2] > 0
        x, y = before[i, there, :2].T.double(), after[i, there, :2].T.double()
        scale = [(b.max() - b.min()) / (a.max() - a.min()) for a, b in zip(x, y, strict=True)]
        assert all(1 <= s < 1.1 for s in scale)
        assert abs(scale[0] - scale[1]) < 0.01
        scales.append(scale[0].item())
        shifts.append((x[0] * scale[0] - y[0]).mean().item())
        assert 0 <= shifts[-1] <= 17.6
    assert np.std(scales) > 0.005 and np.std(shifts) > 0.5


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_on_deepfashion_resumes_exactly(data_set, workers):
    def loader(start, workers=0):
        source = DeepFashion(data_set)
        return PairLoader(source, (64, 44), 3, seed=5, start=start, augmentation=MILD, workers=workers)

    whole = list(itertools.islice(loader(0, workers), 4))
    for first, second in zip(whole[2:], itertools.islice(loader(2), 2), strict=True):
        assert first.pairs == second.pairs
        for name in ("reference_BCHW", "target_BCHW", "target_planes_BPHW"):
            assert torch.equal(getattr(first, name), getattr(second, name))


def test_both_directions_of_a_pair(data_set):
    batch = next(iter(PairLoader(DeepFashion(data_set), (64, 44), 2, self_pairs=0)))
    double = both_directions(batch)
    for ahead, back in itertools.permutations(("reference", "target")):
        for what in ("BCHW", "planes_BPHW", "keypoints_BJ3"):
            whole = getattr(double, f"{ahead}_{what}")
            assert torch.equal(whole[:2], getattr(batch, f"{ahead}_{what}"))
            assert torch.equal(whole[2:], getattr(batch, f"{back}_{what}"))
    assert [(p.reference, p.target) for p in double.pairs[2:]] == [
        (p.target, p.reference) for p in batch.pairs
    ]


def test_the_folder_is_recognised_and_split(originals, tmp_path, data_set):
    source = open_source([data_set], (256, 176))
    assert isinstance(source, DeepFashion) and source.fingerprint == DeepFashion(data_set).fingerprint
    with pytest.raises(InputError, match="test_pairs.txt"):
        open_source([data_set], (256, 176), held_out=True)
    with pytest.raises(InputError, match="give this folder alone"):
        open_source([data_set, data_set], (256, 176))
    with pytest.raises(InputError, match="no pictures of 512-352 or larger .found: 256-176"):
        open_source([data_set], (512, 352))
    with pytest.raises(InputError, match="no such folder"):
        open_source([tmp_path / "nowhere"], (256, 176))


# faults


def test_what_is_missing_is_named_or_counted(own_copy):
    rows = rows_of(own_copy)
    first, second = rows[0][0], rows[3][0]  # of two outfits
    (own_copy / "256-176" / first).unlink()
    with pytest.raises(InputError, match=f"train_pairs.txt, line 1: the picture {first} is not"):
        DeepFashion(own_copy)
    (own_copy / pose_path(second)).unlink()
    source = DeepFashion(own_copy, skip_damaged=True)
    assert sorted(source.view_counts.tolist()) == [2] * 4 + [3] * 12
    assert sum(source.skipped.values()) == 6  # both in three lines each
    assert sum("is not there" in sentence for sentence in source.skipped) == 3


@pytest.mark.parametrize("workers", [0, 1])
def test_what_is_damaged_is_named_or_replaced_and_counted(own_copy, workers):
    source = DeepFashion(own_copy)
    broken = source.rows[5][0]
    path = own_copy / "256-176" / broken
    path.write_bytes(path.read_bytes()[:-40])
    unreadable = own_copy / pose_path(source.rows[11][0])
    unreadable.write_text("1 2\nx y\n")
    with pytest.raises(InputError, match=f"{broken}: the picture cannot be decoded|line 2 is not made"):
        list(itertools.islice(PairLoader(source, (64, 44), 6, workers=workers), 3))
    source = DeepFashion(own_copy, skip_damaged=True)
    batches = list(itertools.islice(PairLoader(source, (64, 44), 6, self_pairs=0, workers=workers), 3))
    assert all(len(batch.target_BCHW) == 6 for batch in batches)
    assert len(source.skipped) == 2 and sum(source.skipped.values()) >= 2
    assert sum(len(batch.skipped) for batch in batches) == sum(source.skipped.values())
    again = list(itertools.islice(PairLoader(source, (64, 44), 6, self_pairs=0), 3))
    assert all(torch.equal(a.target_BCHW, b.target_BCHW) for a, b in zip(batches, again, strict=True))


def test_data_that_are_damaged_throughout_are_not_skipped_for_ever(own_copy):
    for path in (own_copy / "256-176").rglob("*.png"):
        path.write_bytes(b"no picture")
    with pytest.raises(InputError, match="cannot be decoded"):
        next(iter(PairLoader(DeepFashion(own_copy, skip_damaged=True), (64, 44), 2)))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("a/b.jpg", "line 2: a target and at least one source"), ("a/b.jpg,c.jpg", "line 2: c.jpg is no name")],
)
def test_a_faulty_line_of_pairs_is_named(tmp_path, line, sentence):
    (tmp_path / "train_pairs.txt").write_text(f"\n{line}\n")
    with pytest.raises(InputError, match=sentence):
        read_pairs(tmp_path / "train_pairs.txt")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_of_editors_that_mark_their_encoding(originals, data_set, own_copy, tmp_path, encoding):
    for path in [own_copy / "train_pairs.txt", *own_copy.glob("pose/**/*.txt")]:
        path.write_text(path.read_text(), encoding=encoding)
    marked, plain = DeepFashion(own_copy), DeepFashion(data_set)
    assert marked.rows == plain.rows
    np.testing.assert_array_equal(marked.view(0, 1).keypoints_18x3, plain.view(0, 1).keypoints_18x3)
    rows = (originals / "table.csv").read_text().splitlines()[1:]  # without its heading
    (tmp_path / "table.csv").write_text("\n".join(rows), encoding=encoding)
    poses, photo = pose_source(tmp_path / "table.csv"), photo_of(KEYS[0])
    np.testing.assert_array_equal(poses(KEYS[0], photo), pose_source(originals / "table.csv")(KEYS[0], photo))


def test_bytes_that_are_no_text_are_named(own_copy):
    (own_copy / "train_pairs.txt").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="train_pairs.txt is not a list of pairs: it is no text"):
        DeepFashion(own_copy)


# prepare


def rows_of(folder: Path, split: str = "train") -> list[list[str]]:
    return [row for _, row in read_pairs(folder / f"{split}_pairs.txt")]


@pytest.mark.parametrize("poses", ["json", "table.csv"])
def test_all_forms_of_keypoints_come_out_the_same(originals, data_set, tmp_path, poses):
    other = prepared(originals, tmp_path / "data", "--test-share", "0", poses=poses)
    for key in KEYS:
        found, expected = (np.loadtxt(folder / pose_path(key)) for folder in (other, data_set))
        np.testing.assert_allclose(found, expected, atol=0.002)


def test_pairs_are_made_within_an_outfit_and_people_are_split(originals, tmp_path, data_set):
    rows = rows_of(data_set)
    assert sorted(row[0] for row in rows) == KEYS
    for row in rows:
        assert len(row) == len(set(row)) == 3 and len({outfit_of(key) for key in row}) == 1
    both = prepared(originals, tmp_path / "both", "--test-share", "0.5")
    split = [{person_of(key) for row in rows_of(both, s) for key in row} for s in ("train", "test")]
    assert not split[0] & split[1] and len(split[0] | split[1]) == 3 and all(split)


def test_given_pairs_are_kept_and_only_their_pictures_made(originals, tmp_path):
    (tmp_path / "official.txt").write_text(",".join(key.replace(".png", ".jpg") for key in KEYS[:3]) + "\n")
    older = [f"{flat_name(KEYS[a])}.jpg,{flat_name(KEYS[b])}.jpg" for a, b in ((4, 3), (5, 3), (3, 5))]
    (tmp_path / "older.csv").write_text("\n".join(["from,to", *older]) + "\n")
    lists = ["--train-pairs", str(tmp_path / "official.txt"), "--test-pairs", str(tmp_path / "older.csv")]
    folder = prepared(originals, tmp_path / "data", *lists)
    assert rows_of(folder) == [KEYS[:3]]
    assert rows_of(folder, "test") == [[KEYS[3], KEYS[4], KEYS[5]], [KEYS[5], KEYS[3]]]
    assert len(list((folder / "256-176").rglob("*.png"))) == 6
    with pytest.raises(InputError, match="prepared already"):
        prepared(originals, folder, *lists)
    (tmp_path / "official.txt").write_text("a/b_1.jpg,a/b_2.jpg\n")
    with pytest.raises(InputError, match="holds no picture img/a/b_1.png"):
        prepared(originals, tmp_path / "other", *lists)


def test_pictures_that_cannot_be_used_are_named_or_counted(originals, tmp_path, capsys):
    copy = shutil.copytree(originals, tmp_path / "copy")
    pictures = sorted((copy / "img_highres").rglob("*.jpg"))
    for path in pictures[:2]:  # the third of the outfit has nobody left to be paired with
        path.write_bytes(b"")
    sorted((copy / "texts").rglob("*.txt"))[3].unlink()
    with pytest.raises(InputError, match=f"{pictures[0].name} is empty"):
        prepared(copy, tmp_path / "data")
    assert not (tmp_path / "data" / "train_pairs.txt").exists()
    prepared(copy, tmp_path / "data", "--skip-damaged", "--test-share", "0")
    told = capsys.readouterr().err
    assert "3 of 18 pictures are left out" in told and f"{KEYS[3]}: has no pose file" in told
    assert not any(key in row for row in rows_of(tmp_path / "data") for key in KEYS[:4])
    DeepFashion(tmp_path / "data")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"--pictures": "nowhere"}, "no such folder of pictures"),
        ({"--pictures": "texts"}, "holds no pictures"),
        ({"--poses": "nowhere"}, "nowhere"),
        ({"--poses": "empty.csv"}, "line 1: a is no name"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(originals, tmp_path, arguments, sentence):
    (originals / "empty.csv").write_text("a:b\n")
    given = {"--pictures": "img_highres", "--poses": "texts"} | arguments
    words = [word for option, place in given.items() for word in (option, str(originals / place))]
    with pytest.raises(InputError, match=sentence) as caught:
        prepare.run([*words, "--output", str(tmp_path / "data"), "--store", "files", "--workers", "1"])
    assert "\n" not in str(caught.value)


def test_several_processes_prepare_the_same(originals, data_set, tmp_path):
    other = prepared(originals, tmp_path / "data", "--test-share", "0", "--workers", "2")
    for key in KEYS:
        assert (other / "256-176" / key).read_bytes() == (data_set / "256-176" / key).read_bytes()


def test_the_detector_may_be_asked(monkeypatch):
    from engine import detect
    from engine.api import Capability

    pose = np.full((18, 3), 2, np.float32)
    monkeypatch.setattr(detect, "available", lambda: Capability(True))
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: pose if rgb.any() else None)
    poses = pose_source("detect")
    assert poses("img/a/b.png", np.ones((40, 30, 3), np.uint8)) is pose
    with pytest.raises(InputError, match="img/a/b.png: nobody is found"):
        poses("img/a/b.png", np.zeros((40, 30, 3), np.uint8))
    monkeypatch.setattr(detect, "available", lambda: Capability(False, "no detector"))
    with pytest.raises(InputError, match="no detector"):
        pose_source("detect")


# LMDB


def test_without_the_package_lmdb_one_sentence_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(pictures_module, "lmdb", None)
    with pytest.raises(InputError, match="install the package lmdb"):
        LmdbWriter(tmp_path / "store", 1000)
    (tmp_path / "data.mdb").write_bytes(b"something")
    with pytest.raises(InputError, match="install the package lmdb"):
        open_pictures(tmp_path)


@pytest.fixture
def lmdb():
    return pytest.importorskip("lmdb", reason="needs the package lmdb")


def test_an_lmdb_has_the_official_keys_and_the_same_pictures(lmdb, originals, data_set, tmp_path):
    folder = prepared(originals, tmp_path / "data", "--test-share", "0", store="lmdb")
    with (
        lmdb.open(str(folder / "256-176"), readonly=True, lock=False) as environment,
        environment.begin() as t,
    ):
        stored = dict(t.cursor())
    assert stored.pop(b"length") == b"00018"
    assert sorted(stored) == [key.encode() for key in KEYS]
    files = FilePictures(data_set / "256-176")
    assert all(stored[key.encode()] == files.read(key) for key in KEYS)


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_from_an_lmdb_are_those_from_files(lmdb, originals, data_set, tmp_path, workers):
    folder = prepared(originals, tmp_path / "data", "--test-share", "0", store="lmdb")
    source, twin = DeepFashion(folder), DeepFashion(folder)  # LMDB itself opens a file but once
    pickle.dumps(source)
    source.view(0, 0), twin.view(0, 0)
    batches = itertools.islice(PairLoader(source, (64, 44), 4, workers=workers), 3)
    for a, b in zip(batches, PairLoader(DeepFashion(data_set), (64, 44), 4), strict=False):
        assert a.pairs == b.pairs and torch.equal(a.target_BCHW, b.target_BCHW)


def test_a_damaged_lmdb_is_told(lmdb, tmp_path):
    writer = LmdbWriter(tmp_path / "store", 200_000)
    for number in range(100):
        writer.put(f"img/a/{number}.png", bytes(2000))
    writer.finish()
    store = open_pictures(tmp_path / "store")
    assert "img/a/7.png" in store and "img/a/100.png" not in store
    with pytest.raises(InputError, match="holds no picture img/a/100.png"):
        store.read("img/a/100.png")
    for name, content in (
        ("cut", (tmp_path / "store" / "data.mdb").read_bytes()[:9000]),
        ("other", b"x" * 9000),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.mdb").write_bytes(content)
        with pytest.raises(InputError, match=f"{name}: is (cut off|no LMDB environment)"):
            open_pictures(tmp_path / name)


def test_a_full_lmdb_is_told(lmdb, tmp_path):
    writer = LmdbWriter(tmp_path / "store", 1)
    with pytest.raises(InputError, match="store: cannot be written"):
        for number in range(3):
            writer.put(f"img/a/{number}.png", bytes(10_000_000))


def test_fingerprints_name_the_lines(own_copy):
    source = DeepFashion(own_copy)
    before = source.fingerprint
    (own_copy / pose_path(KEYS[0])).write_text(text_of(file_points(KEYS[1])))
    assert DeepFashion(own_copy).fingerprint != before
    assert source.fingerprint_of([1, 0]) == source.fingerprint_of([0, 1]) != source.fingerprint_of([0])
