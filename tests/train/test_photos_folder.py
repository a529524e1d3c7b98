"""One's own photos, a folder a person, as training data."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine import detect
from engine.api import Capability
from engine.errors import InputError
from engine.pose.formats import write_openpose
from train.data.augment import MILD
from train.data.deepfashion import DeepFashion
from train.data.pairs import PairLoader
from train.data.people import People
from train.data.photos_folder import PhotosFolder
from train.data.source import open_source

PHOTO = (320, 240)
# A front view; the person's right side is at the picture's left.
POSE = np.float32(
    [
        (120, 50), (120, 80), (95, 82), (85, 122), (80, 160), (145, 82), (155, 122), (160, 160), (105, 160),
        (103, 225), (101, 290), (135, 160), (137, 225), (139, 290), (114, 44), (126, 44), (108, 47), (132, 47)
    ]
)  # fmt: skip


def write_photo(path: Path, seed: int, pose_file: bool = True) -> None:
    rng = np.random.default_rng(seed)
    photo = np.full((*PHOTO, 3), rng.integers(150, 250, 3), np.uint8)
    photo[30:300, 80:160] = rng.integers(0, 150, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo).save(path)
    if pose_file:
        pose = np.column_stack([POSE + rng.normal(0, 2, (18, 2)), np.full(18, 2)])
        write_openpose(path.with_suffix(".json"), pose, PHOTO)


@pytest.fixture
def photos(tmp_path) -> Path:
    folder = tmp_path / "photos"
    for seed, name in enumerate(("anna/a.jpg", "anna/b.png", "anna/c.jpg", "ben/a.JPG", "ben/b.webp")):
        write_photo(folder / name, seed)
    (folder / "anna" / "notes.md").write_text("no photo")
    (folder / "readme.txt").write_text("no person")
    return folder


@pytest.fixture
def no_detector(monkeypatch):
    monkeypatch.setattr(detect, "available", lambda: Capability(False, "there is none"))


def test_photos_are_framed_with_their_poses(photos, no_detector):
    source = PhotosFolder(photos, (128, 88))
    assert source.names == ["anna", "ben"] and source.view_counts.tolist() == [3, 2]
    for person in (0, 1):
        for number in range(source.views(person)):
            view = source.view(person, number)
            assert view.image_HWC.shape == (128, 88, 3) and view.parsing_HW.shape == (128, 88)
            there = view.keypoints_18x3[:, 2] > 0
            assert there.all()
            x, y = view.keypoints_18x3[:, :2].T
            assert 80 < y.max() - y.min() < 128 and x.min() >= 0 and x.max() < 88
            neck = tuple(view.keypoints_18x3[1, :2].astype(int)[::-1])
            assert view.image_HWC[neck].mean() < view.image_HWC[2, 2].mean()


def test_pairs_stay_with_a_person_and_resume(photos, no_detector):
    source = PhotosFolder(photos, (128, 88))
    whole = list(itertools.islice(PairLoader(source, (128, 88), 4, augmentation=MILD, self_pairs=0), 4))
    for batch in whole:
        assert all(p.reference != p.target and p.target < source.views(p.person) for p in batch.pairs)
    again = PairLoader(
        pickle.loads(pickle.dumps(source)), (128, 88), 4, start=2, augmentation=MILD, self_pairs=0
    )
    assert torch.equal(next(iter(again)).reference_BCHW, whole[2].reference_BCHW)


def test_the_detector_finds_what_no_file_tells(photos, monkeypatch):
    write_photo(photos / "cleo" / "a.jpg", 9, pose_file=False)
    pose = np.column_stack([POSE, np.full(18, 2)]).astype(np.float32)
    monkeypatch.setattr(detect, "available", lambda: Capability(True))
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: pose if rgb.shape[0] == 320 else None)
    source = PhotosFolder(photos, (128, 88))
    assert source.names == ["anna", "ben", "cleo"]
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: None)
    with pytest.raises(InputError, match=r"cleo/a\.jpg: nobody is found"):
        PhotosFolder(photos, (128, 88))


def test_bad_photos_are_named_or_counted(photos, no_detector):
    write_photo(photos / "anna" / "d.jpg", 9, pose_file=False)
    (photos / "ben" / "a.JPG").write_bytes(b"\xff\xd8\xff and no more")
    (photos / "ben" / "b.json").write_text("{}")
    with pytest.raises(InputError, match=r"anna/d\.jpg: has no pose file .* there is none"):
        PhotosFolder(photos, (128, 88))
    source = PhotosFolder(photos, (128, 88), skip_damaged=True)
    assert source.names == ["anna"] and sum(source.skipped.values()) == 3
    assert any(sentence.startswith("ben/a.JPG is cut off") for sentence in source.skipped)
    for path in (photos / "anna").glob("*.json"):
        path.unlink()
    with pytest.raises(InputError, match=r"none of 6 photos can be used: anna/a\.jpg: has no pose file"):
        PhotosFolder(photos, (128, 88), skip_damaged=True)


def test_somebody_far_away_is_no_training_data(photos, no_detector):
    pose = np.column_stack([POSE * 0.2 + 50, np.full(18, 2)])
    write_openpose(photos / "anna" / "a.json", pose, PHOTO)
    with pytest.raises(
        InputError, match=r"anna/a\.jpg: the person found in it is too small, less than 64 px"
    ):
        PhotosFolder(photos, (128, 88))


def test_a_person_with_one_photo_is_paired_with_herself(photos, no_detector):
    for name in ("a.jpg", "b.png"):
        (photos / "anna" / name).unlink()
    batch = next(iter(PairLoader(PhotosFolder(photos, (64, 44)), (64, 44), 4, self_pairs=0)))
    assert all(p.reference == p.target == 0 for p in batch.pairs if p.person == 0)


def test_fingerprints_name_the_photos(photos, no_detector):
    before = PhotosFolder(photos, (64, 44)).fingerprint
    assert PhotosFolder(photos, (64, 44)).fingerprint == before
    write_photo(photos / "ben" / "b.webp", 77)
    assert PhotosFolder(photos, (64, 44)).fingerprint != before


def test_a_folder_is_opened_as_what_it_is(photos, no_detector, stick_people, tmp_path):
    assert isinstance(open_source([photos], (64, 44)), PhotosFolder)
    people = open_source([stick_people], (64, 44), skip_damaged=True)
    assert isinstance(people, People) and people.persons.max() < 1_000_000 and people.skip_damaged
    assert open_source([stick_people], (64, 44), held_out=True).persons.min() == 1_000_000
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: holds no training data"):
        open_source([tmp_path / "empty"], (64, 44))
    (tmp_path / "empty" / "train_pairs.txt").write_text("a/b.jpg,a/c.jpg\n")
    with pytest.raises(InputError, match="no pictures of 64-44"):
        DeepFashion(tmp_path / "empty", (64, 44))
    with pytest.raises(InputError, match="give this folder alone"):
        open_source([stick_people, photos], (64, 44))


def test_hidden_folders_are_nobody(photos, no_detector):
    before = PhotosFolder(photos, (128, 88)).names
    for name in (".thumbs", "@eaDir"):
        write_photo(photos / name / "a.jpg", 9)
        write_photo(photos / "anna" / name / "a.jpg", 9)
    source = PhotosFolder(photos, (128, 88))
    assert source.names == before == ["anna", "ben"] and source.view_counts.tolist() == [3, 2]
