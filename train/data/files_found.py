"""Which files of a folder are photos, and which of them hold a photo's pose."""

from __future__ import annotations

import re
from pathlib import Path

from engine.errors import InputError
from engine.pose.formats.textforms import is_boxes

# What cannot be read is named as well: a photo must not be left out in silence.
RAW_ENDINGS = (".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf")
PHOTO_ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".jp2",
    ".heic", ".heif", *RAW_ENDINGS,
)  # fmt: skip
POSE_STEMS = ("", "_keypoints", "_pose", "_openpose")
POSE_ENDINGS = (".json", ".txt", ".csv", ".npy", ".yml", ".yaml", ".xml")

_OF_SYSTEMS = ("__MACOSX", "@eaDir", "$RECYCLE.BIN")  # folders that no hand made
_OF_MANY_KINDS = (".json", ".csv", ".xml", ".yml", ".yaml")
_JOINT_WORDS = (
    *("keypoint", "landmark", "skeleton", "joint", "people", "bodies", "<points"),
    *("nose", "neck", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"),
)
_BEGINNING = 1 << 16  # bytes that are looked at
_LEAST_NUMBERS = 28  # of a pose in text: fourteen joints
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def photos_below(folder: Path, deep: bool = True) -> list[Path]:
    """The photos in a folder, and in its folders where `deep`, by name; what systems hide there is none."""
    found = folder.rglob("*") if deep else folder.glob("*")
    return sorted(path for path in found if _is_photo(path.relative_to(folder)) and path.is_file())


def folders_in(folder: Path) -> list[Path]:
    """The folders that people keep in a folder, by name; not those in which systems hide small pictures."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not _is_hidden(path.name))


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in PHOTO_ENDINGS and not any(map(_is_hidden, path.parts))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in _OF_SYSTEMS


def check_ending(path: Path) -> None:
    """Raises InputError for a camera's raw file: what readers of TIFF find in it is its thumbnail."""
    if path.suffix.lower() in RAW_ENDINGS:
        raise InputError(f"{path.name} is a camera's raw file, which cannot be read here: save it as JPEG.")


def pose_file_of(photo: Path) -> Path | None:
    """The pose file that lies beside a photo, by its name in any case; None where there is none. A file of
    few numbers that speaks of no joints is about something else, as a caption is."""
    beside = {path.name.lower(): path for path in sorted(photo.parent.iterdir(), reverse=True)}
    beside |= {path.name: path for path in photo.parent.iterdir()}
    return pose_file(beside, photo.stem)


def pose_file(beside: dict[str, Path], stem: str) -> Path | None:
    """The same among the files of a folder, by their names, and by their names in small letters; what is
    another photo's by its own name is that photo's."""
    photos = {Path(name).stem for name in beside if Path(name).suffix.lower() in PHOTO_ENDINGS}
    stems = [stem + more for more in POSE_STEMS if not more or stem + more not in photos]
    names = (name for ending in POSE_ENDINGS for each in stems for name in _spelt(each + ending))
    paths = (beside[name] for name in names if name in beside)
    return next((path for path in paths if path.is_file() and not is_about_else(path)), None)


def _spelt(name: str) -> tuple[str, str]:
    return name, name.lower()


def is_caption(path: Path) -> bool:
    """Whether a text says in words what a photo shows."""
    if path.suffix.lower() != ".txt":
        return False
    words = [word.strip("[](){}:;\"'") for word in _text_of(path).replace(",", " ").split()]
    numbers = sum(_NUMBER.fullmatch(word) is not None for word in words)
    return numbers < _LEAST_NUMBERS and numbers < len(words)


def is_about_else(path: Path) -> bool:
    """Whether a file says something else of a photo than its pose: a caption, boxes, where it was taken."""
    if is_caption(path) or _holds_boxes(path):
        return True
    if path.suffix.lower() not in _OF_MANY_KINDS or path.stem.lower().endswith(POSE_STEMS[1:]):
        return False
    text = _text_of(path).lower()
    speaks_of_joints = any(word in text for word in _JOINT_WORDS)
    return (
        not speaks_of_joints and any(map(str.isalpha, text)) and len(_NUMBER.findall(text)) < _LEAST_NUMBERS
    )


def _holds_boxes(path: Path) -> bool:
    """Whether a text is YOLO's of boxes alone: a class and four shares of the picture in each line."""
    if path.suffix.lower() != ".txt":
        return False
    return is_boxes([line.split() for line in _text_of(path).splitlines() if line.strip()])


def _text_of(path: Path) -> str:
    """The beginning of a file, in whatever letters."""
    with path.open("rb") as file:
        data = file.read(_BEGINNING)
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
