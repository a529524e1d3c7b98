"""The pose detector's model, taken out of a published wheel once, at set-up (`python -m engine.pose_model`).

The mediapipe version that detects (0.10.31) carries no models, an older one (0.10.21, Apache-2.0) does. pip
fetches that wheel, two models are taken out of it and checked, and a bundle is built as the MediaPipe Tasks
library wants it. Nothing here runs while the program is used: without the bundle, detection is an absent
capability.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.files import make_folder, write_whole
from engine.paths import user_data

BUNDLE = "pose_landmarker_full.task"

# Any of the wheel's platforms has the same models; naming one lets every machine and Python fetch it.
_WHEEL = ("mediapipe==0.10.21", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64")
_DETECTOR = "mediapipe/modules/pose_detection/pose_detection.tflite"
_LANDMARKS = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"
SHA256 = {
    _DETECTOR: "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    _LANDMARKS: "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
}
_MEMBERS = ("pose_detector.tflite", "pose_landmarks_detector.tflite")
_LOCAL_HEADER = 30  # bytes before the name of a zip member
_ALIGNMENT = 64  # bytes; the library maps the members in place and copies unaligned ones


def folders() -> list[Path]:
    """Where the bundle may lie: in the environment (it goes when that goes), else in the user's data."""
    return [Path(sys.prefix) / "share" / "poseloom", user_data()]


def find() -> Path | None:
    """Path of the bundle, or None where none was prepared."""
    return next((folder / BUNDLE for folder in folders() if (folder / BUNDLE).is_file()), None)


def prepare() -> Path:
    """Fetch, check and build the bundle unless it is there. Uses the network, by pip. Raises InputError."""
    found = find()
    if found is not None:
        return found
    with tempfile.TemporaryDirectory(prefix="poseloom-") as folder:
        bundle = build(fetch_wheel(Path(folder)))
    return _store(bundle)


def fetch_wheel(folder: Path) -> Path:
    """Let pip put the wheel that carries the models into `folder`. Raises InputError."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(folder), *_WHEEL]
    done = subprocess.run(command, capture_output=True, text=True)
    wheels = sorted(folder.glob("mediapipe-*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr.strip() or done.stdout.strip() or "no answer").splitlines()[-1]
        raise InputError(f"{_WHEEL[0]}, which carries the pose model, could not be fetched: {said}")
    return wheels[0]


def build(wheel: Path) -> bytes:
    """The Tasks bundle of the wheel's two models, checked by SHA-256. Raises InputError for foreign ones."""
    models = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in SHA256:
                models[name] = archive.read(name)
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{wheel.name}: no pose model can be read from it ({error})") from error
    for name, content in models.items():
        if hashlib.sha256(content).hexdigest() != SHA256[name]:
            raise InputError(f"{wheel.name}: {name} is not the file that was tested (its SHA-256 differs)")
    # The detector carries its metadata, the landmark model does not.
    return _pack([models[_DETECTOR], _with_normalization(models[_LANDMARKS])])


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


def _pack(contents: list[bytes]) -> bytes:
    """A zip of `_MEMBERS`, stored and aligned; the same bytes for the same contents."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in zip(_MEMBERS, contents, strict=True):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            header = packed.tell() + _LOCAL_HEADER + len(name)
            if (-header) % _ALIGNMENT:
                # A private extra field pads the header: id, length, zeros; it takes four bytes at least.
                gap = (-header) % _ALIGNMENT
                gap += _ALIGNMENT if gap < 4 else 0
                member.extra = b"\x35\xd9" + (gap - 4).to_bytes(2, "little") + bytes(gap - 4)
            archive.writestr(member, content)
    return packed.getvalue()


def _store(bundle: bytes) -> Path:
    """Write the bundle into the first folder that takes it, whole or not at all. Raises InputError."""
    own_environment = sys.prefix != sys.base_prefix
    for folder in folders() if own_environment else folders()[1:]:
        try:
            write_whole(make_folder(folder) / BUNDLE, bundle)
        except InputError as error:
            refused = error
            continue
        return folder / BUNDLE
    raise InputError(f"the pose model cannot be stored: {refused}")


def main() -> int:
    """`python -m engine.pose_model`: 0 when the bundle is there, 2 with one sentence where not."""
    try:
        print(f"pose model: {prepare()}")
    except InputError as error:
        print(f"poseloom: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
