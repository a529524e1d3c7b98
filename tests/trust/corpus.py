"""Inputs that people have and inputs that nobody should: made by seeds, a kind at a time.

Each case says what may come of it: it is read, refused in one sentence, or, where the damage may or may not
matter, either.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

READ, REFUSED, EITHER = "read", "refused", "either"
QUICK = 1  # level of compression: a bomb swells enough at the lowest


@dataclass(frozen=True)
class Case:
    """An input. kind: which reader takes it. name: of its file. data: the file's bytes, or what makes it."""

    kind: str
    name: str
    data: bytes | Callable[[Path], None]
    outcome: str = EITHER

    def write(self, folder: Path) -> Path:
        """Put it into a folder, which nothing else is in."""
        path = folder / self.name
        if isinstance(self.data, bytes):
            path.write_bytes(self.data)
        else:
            self.data(path)
        return path


# Damage


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Cut off, flipped, zeroed, doubled, filled in or turned around somewhere."""
    if len(data) < 8:
        return data
    whole, at = bytearray(data), rng.randrange(len(data))
    length = rng.choice((1, 4, 64, 1024))
    match rng.randrange(6):
        case 0:
            return data[:at]
        case 1:
            for _ in range(rng.choice((1, 3, 20))):
                whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        case 2:
            whole[at : at + length] = bytes(len(whole[at : at + length]))
        case 3:
            whole[at:at] = whole[at : at + length]
        case 4:
            whole[at : at + length] = rng.randbytes(len(whole[at : at + length]))
        case 5:
            whole[: min(at, 64)] = whole[: min(at, 64)][::-1]
    return bytes(whole)


def strange(kind: str, suffix: str) -> list[Case]:
    """What is no file of any kind."""
    return [
        Case(kind, f"folder{suffix}", lambda path: path.mkdir(), REFUSED),
        Case(kind, f"pipe{suffix}", lambda path: os.mkfifo(path), REFUSED),
        Case(kind, f"device{suffix}", lambda path: path.symlink_to("/dev/zero"), REFUSED),
        Case(kind, f"loop{suffix}", lambda path: path.symlink_to(path.name), REFUSED),
        Case(kind, f"missing{suffix}", lambda path: None, REFUSED),
        Case(kind, f"empty{suffix}", b"", REFUSED),
        Case(kind, f"words{suffix}", "Guten Tag, schöne Welt.\n".encode() * 20, REFUSED),
        Case(kind, f"bytes{suffix}", bytes(range(256)) * 16, REFUSED),
        Case(kind, f"nul{suffix}", bytes(5000), REFUSED),
    ]


# Photos


@cache
def pictures() -> dict[str, bytes]:
    """Whole pictures of every form that is read, by file name."""
    rng = np.random.default_rng(19)
    smooth = np.kron(rng.integers(0, 255, (6, 5, 3), np.uint8), np.ones((16, 16, 1), np.uint8))
    rgb, grey = Image.fromarray(smooth), Image.fromarray(smooth[..., 0])
    deep = Image.fromarray(smooth[..., 0].astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a coat"
    forms = {
        "plain.jpg": (rgb, {"format": "JPEG"}),
        "turned.jpg": (rgb, {"format": "JPEG", "exif": exif}),
        "progressive.jpg": (rgb, {"format": "JPEG", "progressive": True}),
        "cmyk.jpg": (rgb.convert("CMYK"), {"format": "JPEG"}),
        "grey.jpg": (grey, {"format": "JPEG"}),
        "plain.png": (rgb, {"format": "PNG"}),
        "alpha.png": (rgb.convert("RGBA"), {"format": "PNG"}),
        "palette.png": (rgb.quantize(16), {"format": "PNG"}),
        "bits.png": (grey.convert("1"), {"format": "PNG"}),
        "deep.png": (deep, {"format": "PNG"}),
        "plain.webp": (rgb, {"format": "WEBP"}),
        "exif.webp": (rgb, {"format": "WEBP", "exif": exif}),
        "plain.gif": (rgb.quantize(32), {"format": "GIF"}),
        "plain.bmp": (rgb, {"format": "BMP"}),
        "plain.tif": (rgb, {"format": "TIFF"}),
        "lzw.tif": (rgb, {"format": "TIFF", "compression": "tiff_lzw"}),
        "deflated.tif": (rgb, {"format": "TIFF", "compression": "tiff_adobe_deflate"}),
        "jpeg.tif": (rgb, {"format": "TIFF", "compression": "jpeg"}),
        "packbits.tif": (grey, {"format": "TIFF", "compression": "packbits"}),
        "float.tif": (Image.fromarray(smooth[..., 0].astype(np.float32) / 255), {"format": "TIFF"}),
        "plain.jp2": (rgb, {"format": "JPEG2000"}),
        "plain.avif": (rgb, {"format": "AVIF"}),
        "plain.ppm": (rgb, {"format": "PPM"}),
        "plain.tga": (rgb, {"format": "TGA"}),
    }
    Image.init()
    made = {}
    for name, (image, options) in forms.items():
        if options["format"] in Image.SAVE:
            buffer = io.BytesIO()
            image.save(buffer, **options)
            made[name] = buffer.getvalue()
    return made


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    """A PNG that says it is so large and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    data = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + data + png_chunk(b"IEND", b"")


def photos(rng: random.Random) -> Iterator[Case]:
    yield from strange("photo", ".jpg")
    whole = pictures()
    for name, data in whole.items():
        yield Case("photo", name, data, READ)
    for name in ("ärmel 麻.png", "new\nline.png", "-rf.png", "~.png"):
        yield Case("photo", name, whole["plain.png"], READ)
    yield Case("photo", "really-a-jpeg.png", whole["plain.jpg"], READ)
    for width, height in ((100_000, 100_000), (2**31 - 1, 1), (1, 2**31 - 1), (20_000, 20_000), (16, 16)):
        yield Case("photo", f"{width}x{height}.png", png_of_size(width, height), REFUSED)
    yield Case("photo", "long.png", png_of_size(12_000, 12_000, 16, 6), REFUSED)
    yield Case("photo", "scans.jpg", many_scans(whole["progressive.jpg"], 900), READ)
    torture = Path(__file__).parents[1] / "data" / "torture"
    yield Case("photo", "bomb.jpg", torture.joinpath("scan_bomb3000.prog.jpg").read_bytes(), REFUSED)
    yield Case("photo", "flip.tif", torture.joinpath("flip08.lzw.tiff").read_bytes())
    yield Case("photo", "exif.webp", torture.joinpath("badexif2.webp").read_bytes())
    yield Case("photo", "text.png", with_text(whole["plain.png"], "x" * 3_000_000), EITHER)
    while True:
        name = rng.choice(list(whole))
        yield Case("photo", name, damaged(rng, whole[name]))


def many_scans(jpeg: bytes, count: int) -> bytes:
    """A progressive JPEG whose last scan comes over and over."""
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * count + jpeg[-2:]


def with_text(png: bytes, text: str, key: str = "poseloom") -> bytes:
    """A PNG that carries a text, compressed."""
    info, buffer = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_itxt(key, text, zip=True)
    Image.open(io.BytesIO(png)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


# Poses

ODD_NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e308", "-1e308", "1e-320", "1e39", "0", "-0.0", "-7",
    "9" * 400, "9" * 5000, "null", "true", '"12"', '"zwölf"', "[]", "{}", "[[1]]", "1e5", "0.25", "1.5",
)  # fmt: skip


@cache
def pose_text() -> str:
    from engine.pose.formats import openpose_dict
    from engine.pose.kinematics import t_pose

    return json.dumps(openpose_dict(t_pose((256, 176)), (256, 176)))


def odd_json(rng: random.Random, text: str) -> str:
    """A text, of JSON or another form, with one or some of its numbers, words or brackets another."""
    spots = list(re.finditer(r"-?\d+(\.\d+)?|\"[a-z_0-9]+\"|[\[\]{}:,]", text))
    chosen = rng.sample(spots, min(len(spots), rng.choice((1, 1, 2, 5))))
    for spot in sorted(chosen, key=lambda s: -s.start()):
        number = spot[0][0] in "-0123456789"
        other = (
            rng.choice(ODD_NUMBERS) if number or rng.random() < 0.5 else rng.choice(("", ",", "}", "]", '"'))
        )
        text = text[: spot.start()] + other + text[spot.end() :]
    return text


def crowded() -> dict[str, str]:
    """A million bytes of one thing over and over, by file name: a reader does something once for each."""

    def over(before: str, each: str, behind: str, between: str = ",") -> str:
        return before + between.join([each] * (950_000 // len(each + between))) + behind

    return {
        "people.json": '{"people":[' + ",".join(["{}"] * 200_000) + "]}",
        "objects.json": over("[", '{"a":1}', "]"),
        "nested.json": over("[", '{"a":{}}', "]"),
        "crowds.json": over('{"people":[', '{"people":[{"people":[{}]}]}', "]}"),
        "lists.json": over("[", "[]", "]"),
        "words.json": over('{"people":[', '"a"', "]}"),
        "marked.json": over('{"annotations":[', "{}", '],"images":[]}'),
        "shapes.json": over('{"shapes":[', "{}", "]}"),
        "numbers.json": over('{"keypoints":[', "1", "]}"),
        "keys.json": "{" + ",".join(f'"k{number}":{{}}' for number in range(70_000)) + "}",
        "noses.json": "{" + ",".join(f'"nose{number}":[1,2]' for number in range(50_000)) + "}",
        "axes.json": over("[", '{"x":[],"y":[]}', "]"),
        "subset.json": over('{"candidate":[],"subset":[', "[0]", "]}"),
        "scores.json": over('{"people":[', '{"keypoints":[[1,2]],"scores":[1]}', "]}"),
        "log.jsonl": over("", '{"a":1}', "", "\n"),
        "slashes.json": over('{"a":"', "\\\\", '"}', ""),
        "tuples.txt": over("[", "(1,2)", "]"),
        "printed.txt": over("", "[[1 2]", "", ""),
        "brackets.txt": over("", "(", "", ""),
        "lines.txt": over("", "1 2 3", "", "\n"),
        "table.csv": over("x,y\n", "1,2", "", "\n"),
        "tags.xml": over("", "<a>", "", ""),
        "landmarks.pbtxt": over("", "landmark { x: 1 }", "", "\n"),
        "matrix.yml": "%YAML:1.0\nsizes: [ 1, 18, 3 ]\ndata: [ " + over("", "1.", " ]", ", "),
    }


@cache
def pose_files() -> tuple[tuple[str, bytes], ...]:
    """Names and bytes of the pose files of other programs that there are tests of."""
    folder = Path(__file__).parents[1] / "data" / "poses"
    return tuple((path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.stem != "TRUTH")


def poses(rng: random.Random) -> Iterator[Case]:
    yield from strange("pose", ".json")
    text = pose_text()
    yield Case("pose", "plain.json", text.encode(), READ)
    yield Case("pose", "utf16.json", text.encode("utf-16"), READ)
    yield Case("pose", "bom.json", text.encode("utf-8-sig"), READ)
    for depth in (50, 1_000, 100_000):
        yield Case("pose", f"deep{depth}.json", b"[" * depth + b"]" * depth, REFUSED)
        yield Case("pose", f"keys{depth}.json", b'{"people":' * depth + b"1" + b"}" * depth, REFUSED)
    for side in ("1e-300", "1e-320", "1e300", "-5", "0", "1e999", "NaN", '"a"'):
        odd = json.loads(text)
        odd["canvas_width"] = odd["canvas_height"] = "SIDE"
        yield Case(
            "pose", f"canvas{side}.json".replace('"', ""), json.dumps(odd).replace('"SIDE"', side).encode()
        )
    yield from (Case("pose", name, crowd.encode()) for name, crowd in crowded().items())
    yield Case("pose", "large.json", ("[" + "1," * 2_000_000 + "1]").encode(), REFUSED)
    yield Case("pose", "spaces.json", b" " * 3_000_000, REFUSED)
    yield Case("pose", "numbers.txt", b"1 2 3\n" * 18)
    yield from (Case("pose", name, data) for name, data in pose_files())
    while True:
        name, data = rng.choice((("odd.json", text.encode()), *pose_files()))
        if rng.random() < 0.7 and not name.endswith(".npy"):
            yield Case("pose", name, odd_json(rng, data.decode()).encode())
        else:
            yield Case("pose", name, damaged(rng, data))


def exports(rng: random.Random) -> Iterator[Case]:
    """Pictures with our parameters in them."""
    mix = {"name": "coat.png", "key": "c" * 64, "amount": 0.5}
    plain = {
        "version": 1,
        "pose": json.loads(pose_text()),
        "person": {"name": "Ada", "key": "k" * 64},
        "mix": mix,
    }
    text, png = json.dumps(plain), pictures()["plain.png"]
    yield Case("export", "plain.png", with_text(png, text), READ)
    odd_parts = (
        ("person", None), ("person", 5), ("person", []), ("mix", {"amount": "much"}), ("mix", 7),
        ("mix", mix | {"amount": 1e300}), ("pose", None), ("pose", {}), ("mix", {"key": []}),
    )  # fmt: skip
    for name, part in odd_parts:
        yield Case("export", f"{name}.png", with_text(png, json.dumps(plain | {name: part})))
    yield Case("export", "deep.png", with_text(png, "[" * 100_000), REFUSED)
    yield Case("export", "large.png", with_text(png, text + " " * 5_000_000))
    yield Case("export", "bomb.png", with_text(png, " " * 120_000_000), REFUSED)
    while True:
        odd = odd_json(rng, text)
        yield Case(
            "export",
            "odd.png",
            damaged(rng, with_text(png, odd)) if rng.random() < 0.3 else with_text(png, odd),
        )


# Weights


@cache
def other_weights() -> tuple[dict, bytes]:
    """The other engine's small network: its tensors, and its weights file."""
    from small_networks import weights_of

    from engine import weights

    with tempfile.TemporaryDirectory() as folder:
        path = weights_of("pise composited", Path(folder))
        return dict(weights.read(path).tensors), path.read_bytes()


@cache
def official_pise() -> dict:
    """A state dict as the official code of the other engine keeps it, spectral norms and all."""
    from small_networks import PAPERS_PISE, small_pise

    from engine.models.pise.folding import unfolded

    return unfolded(small_pise(PAPERS_PISE).state_dict())


@cache
def small_weights() -> tuple[dict, bytes]:
    """A small network's tensors, and its weights file."""
    import torch
    from small_networks import SIZE

    from engine import weights
    from engine.models import nted

    levels = (nted.Level(16, 8, 4), nted.Level(32, 8, 4, 3), nted.Level(64, 8, 4), nted.Level(128, 8))
    torch.manual_seed(19)
    network = nted.Nted(nted.NtedConfig(levels, SIZE)).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.safetensors"
        nted.save(path, network, {"name": "small", "made_for": list(SIZE)})
        return dict(weights.read(path).tensors), path.read_bytes()


def safetensors(header: object, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


ODD_VALUES = (
    None, -1, 0, 1, 3, 1.5, 10**9, 2**63, 10**30, True, "", "word", [], [1], {}, [[[]]], float("nan"),
    "a" * 5000,
)  # fmt: skip
ODD_DTYPES = (
    "F64",
    "F16",
    "BF16",
    "I64",
    "I32",
    "U8",
    "BOOL",
    "F8_E4M3",
    "C64",
    "U16",
    "F4",
    "word",
    5,
    None,
)


def _odd_part(rng: random.Random, data: object) -> object:
    """Plain data with one of its leaves, or a whole part, another."""
    if isinstance(data, dict) and data and rng.random() < 0.9:
        key = rng.choice(list(data))
        return {**data, key: _odd_part(rng, data[key])}
    if isinstance(data, list) and data and rng.random() < 0.9:
        index = rng.randrange(len(data))
        return [*data[:index], _odd_part(rng, data[index]), *data[index + 1 :]]
    return rng.choice(ODD_VALUES)


def weights(rng: random.Random) -> Iterator[Case]:
    yield from strange("weights", ".safetensors")
    tensors, whole = small_weights()
    yield Case("weights", "plain.safetensors", whole, READ)
    yield Case("weights", "a" * 300 + ".safetensors", lambda path: None, REFUSED)
    length = struct.unpack("<Q", whole[:8])[0]
    header, data = json.loads(whole[8 : 8 + length]), whole[8 + length :]
    for size in (0, 1, len(whole), 10**8, 2**63, 2**64 - 1):
        yield Case("weights", f"header{size}.safetensors", struct.pack("<Q", size) + whole[8:], REFUSED)
    yield Case("weights", "deep.safetensors", safetensors(b'{"a":' * 50_000, b""), REFUSED)
    for deep in ("[" * 50_000, '{"levels":' * 50_000):
        said = header["__metadata__"] | {"config": deep}
        yield Case(
            "weights", "deepconfig.safetensors", safetensors(header | {"__metadata__": said}, data), REFUSED
        )
    yield Case("weights", "pise.safetensors", other_weights()[1], READ)
    while True:
        tensors, whole = rng.choice((small_weights, other_weights))()
        length = struct.unpack("<Q", whole[:8])[0]
        header, data = json.loads(whole[8 : 8 + length]), whole[8 + length :]
        keys = [key for key in header if key != "__metadata__"]
        changed, kind = json.loads(json.dumps(header)), rng.randrange(7)
        key, outcome = rng.choice(keys), EITHER
        if kind == 0:
            changed[key]["dtype"] = rng.choice(ODD_DTYPES)
        elif kind == 1:
            changed[key]["shape"] = rng.choice(([], [0], [1], [10**9] * 3, [-1, 4], ["a"], None, [2**63, 2]))
        elif kind == 2:
            changed[key]["data_offsets"] = rng.choice(([0, 0], [-4, 4], [0, 2**62], [4, 0], None, ["a", "b"]))
        elif kind == 3:
            del changed[key]
            outcome = REFUSED
        elif kind == 4:
            said = changed["__metadata__"]
            name = rng.choice(list(said))
            said[name] = (
                json.dumps(_odd_part(rng, json.loads(said[name])))
                if name in ("config", "card")
                else rng.choice(("", "nope", "é" * 900, "{", "null", "5"))
            )
        elif kind == 5:
            # All numbers of one tensor, or of all: not finite, or beyond float32.
            yield Case("weights", "notfinite.safetensors", _not_finite(rng, tensors, header), REFUSED)
            continue
        else:
            yield Case("weights", "damaged.safetensors", damaged(rng, whole[: 8 + length]) + data)
            continue
        yield Case("weights", f"odd{kind}.safetensors", safetensors(changed, data), outcome)


def _not_finite(rng: random.Random, tensors: dict, header: dict) -> bytes:
    from safetensors.torch import save

    key = rng.choice([key for key in tensors if tensors[key].is_floating_point()])
    bad = tensors[key].double().clone()
    bad.view(-1)[rng.randrange(bad.numel())] = rng.choice((float("nan"), float("inf"), -float("inf"), 1e300))
    return save({**tensors, key: bad}, header["__metadata__"])


class _Evil:
    """What a pickle that runs something would be; the tests look for the folder it makes."""

    def __reduce__(self):
        return os.mkdir, ("poseloom-was-here",)


def checkpoints(rng: random.Random) -> Iterator[Case]:
    """Files of torch.save."""
    import torch

    yield from strange("checkpoint", ".pt")
    tensors, _ = small_weights()
    state = {key: tensor.clone() for key, tensor in tensors.items()}
    first = "target_image_renderer.convs.0.conv0.conv.weight"

    def saved(content: object, **options: object) -> bytes:
        buffer = io.BytesIO()
        torch.save(content, buffer, **options)
        return buffer.getvalue()

    plain = saved({"net_G_ema": state})
    yield Case("checkpoint", "plain.pt", plain, READ)
    yield Case("checkpoint", "bare.pth", saved(state), READ)
    yield Case("checkpoint", "old.pt", saved({"net_G": state}, _use_new_zipfile_serialization=False), READ)
    yield Case(
        "checkpoint", "parallel.pt", saved({"net_G_ema": {f"module.{k}": v for k, v in state.items()}}), READ
    )
    yield Case("checkpoint", "code.pt", pickle.dumps(_Evil()), REFUSED)
    yield Case("checkpoint", "code2.pt", _with_pickle(plain, pickle.dumps(_Evil(), 2)), REFUSED)
    yield Case("checkpoint", "deep.pt", _with_pickle(plain, b"\x80\x02" + b"]" * 100_000 + b"."), REFUSED)
    yield Case(
        "checkpoint", "bomb.pt", _with_pickle(plain, bytes(300_000_000), zipfile.ZIP_DEFLATED), REFUSED
    )
    yield Case("checkpoint", "squeezed.pt", _squeezed(plain), REFUSED)
    yield Case("checkpoint", "script.pt", _script(), REFUSED)
    yield Case("checkpoint", "a" * 300 + ".pt", lambda path: None, REFUSED)
    one = torch.zeros(1)
    odd_tensors: tuple[object, ...] = (
        torch.tensor(1.0), torch.zeros(0), torch.zeros(4), torch.zeros(4, 4, 3, 3, dtype=torch.int64),
        one.expand(10**9, 1, 1, 1), one.as_strided((10**5, 10**5), (0, 0)), one.expand(8, 8, 3, 3),
        torch.zeros(3, 3, dtype=torch.complex64), torch.zeros(2, 2).to_sparse(),
        torch.empty(5, 5, device="meta"),
        torch.zeros(2, dtype=torch.bool), torch.full((8, 8, 3, 3), float("nan")), torch.zeros(2).bfloat16(),
        torch.zeros(2).to(torch.float8_e4m3fn),
        "word", 5, None, [], {}, (), b"bytes", 1.5, {"a": 1}, [torch.zeros(2)],
        torch.device("cpu"), torch.Size([3]),
    )  # fmt: skip
    odd_keys = (
        "target_image_renderer.convs.x.conv0", "target_image_renderer.convs.",
        "target_image_renderer.convs.-1.a", "target_image_renderer.convs.999999999.conv0.conv.weight",
        "target_image_renderer.convs.1e3.b", "", "ä" * 4000,
        "target_image_renderer.convs.0", 7, None, (1, 2), 1.5,
    )  # fmt: skip
    pise = official_pise()
    yield Case("checkpoint", "latest_net_G.pth", saved(pise), READ)
    keys, other_keys = list(state), list(pise)
    while True:
        kind = rng.randrange(10)
        if kind == 0:
            content: object = {"net_G_ema": {**state, rng.choice([first, *keys]): rng.choice(odd_tensors)}}
        elif kind == 1:
            content = {"net_G_ema": {first: rng.choice(odd_tensors)}}
        elif kind == 2:
            content = {"net_G_ema": {**state, rng.choice(odd_keys): rng.choice((one, "word", state[first]))}}
        elif kind == 3:
            content = {rng.choice(("net_G_ema", "net_G", "state_dict", "a", 5)): rng.choice(odd_tensors)}
        elif kind == 4:
            content = rng.choice(odd_tensors)
        elif kind == 5:
            gone = rng.choice(keys)
            content = {"net_G_ema": {key: value for key, value in state.items() if key != gone}}
        elif kind == 6:
            content = {**pise, rng.choice(other_keys): rng.choice(odd_tensors)}
        elif kind == 7:
            gone = rng.choice(other_keys)
            content = {key: value for key, value in pise.items() if key != gone}
        else:
            yield Case("checkpoint", "damaged.pt", damaged(rng, plain))
            continue
        yield Case(
            "checkpoint", f"odd{kind}.pt", saved(content, _use_new_zipfile_serialization=rng.random() < 0.8)
        )


def _with_pickle(saved: bytes, data: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """A torch file with another pickle in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            mine = entry.filename.endswith("data.pkl")
            new.writestr(entry.filename, data if mine else old.read(entry), method if mine else None, QUICK)
    return buffer.getvalue()


def _squeezed(saved: bytes) -> bytes:
    """All of a torch file compressed, and a tensor that swells to 400 MB in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("archive/data/9999", bytes(400_000_000), compresslevel=QUICK)
    return buffer.getvalue()


def _script() -> bytes:
    return (Path(__file__).parents[1] / "data" / "torture" / "script.pt").read_bytes()


# Settings and what is pasted


def settings(rng: random.Random) -> Iterator[Case]:
    lines = [
        "[General]",
        "hint_seen=yes",
        "theme=dark",
        "weights=",
        "[folder]",
        "photo=/tmp",
        "[layout]",
        "version=1",
    ]
    yield from (Case("settings", case.name, case.data, READ) for case in strange("settings", ".ini"))
    torture = Path(__file__).parents[1] / "data" / "torture"
    state = torture.joinpath("window-segv-min.ini").read_bytes()
    yield Case("settings", "window.ini", state, READ)
    odd = (
        "/" + "a" * 5000, "/root/x" * 900, "\\x0", "%n%n", "@Variant(\\0\\0\\0\\x7f)",
        "@ByteArray(" + "\\xff" * 900, "@Rect(1 2 3)", "a, b, c", "@Invalid()", "$HOME", "ä" * 3000,
        "@Size(9999999999999 1)", "\\", '"',
    )  # fmt: skip
    while True:
        if rng.random() < 0.4:
            yield Case("settings", "window.ini", damaged(rng, state), READ)
        else:
            chosen = [
                f"{line.partition('=')[0]}={rng.choice(odd)}" if "=" in line and rng.random() < 0.5 else line
                for line in lines
            ]
            yield Case("settings", "window.ini", "\n".join(chosen).encode(), READ)


def pastes(rng: random.Random) -> Iterator[Case]:
    """Texts on the clipboard; a text that is nothing is answered, not refused."""
    torture = Path(__file__).parents[1] / "data" / "torture"
    yield Case("paste", "deep.txt", torture.joinpath("clipboard-deep.txt").read_bytes())
    yield Case("paste", "long.txt", b"/" + b"a" * 100_000)
    yield Case("paste", "plain.txt", pose_text().encode(), READ)
    odd = (
        "[" * 200_000, '{"a":' * 90_000, "file:///dev/zero", "file:///proc/self/mem", "/", ".", "[]", "{}",
        '{"people": []}', "[1, 2]", "9" * 100_000, "\x1b]0;x\x07", "null",
    )  # fmt: skip
    for text in odd:
        yield Case("paste", "odd.txt", text.encode())
    while True:
        yield Case("paste", "odd.txt", odd_json(rng, pose_text()).encode())
