"""Photos in, pictures out: one reader for the files people have, one writer that never leaves half a file."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin, UnidentifiedImageError

from engine import colours, quiet
from engine.errors import InputError
from engine.files import opened, printable, reason_of, write_whole

LONGEST = 2048  # px; larger photos are reduced while they are read: the model frame is a few hundred rows
SMALLEST = 32  # px
MOST_PIXELS = 150_000_000  # 12,000 x 12,000 and a little: at four bytes, as they are decoded, 600 MB
MOST_FILE = 512 << 20  # bytes of one; as many pixels take 450 MB at most
MOST_HELD = 900_000_000  # bytes while a picture is decoded
MOST_SCANNED = 3_000_000_000  # px in all scans of a progressive JPEG, some 3 s; encoders make 10 scans
_BYTES = {"WEBP": 12, "AVIF": 12, "JPEG2000": 16}  # a pixel, of decoders that hand over copies; else 4
_STRIP = 4_000_000  # px whose numbers are changed at a time

# What a photo may come as. Formats that are programs (EPS) or other worlds (PDF, movies) are left out.
_FORMATS = (
    "JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "JPEG2000", "PPM", "TGA", "QOI",
)  # fmt: skip

_TURNED = (5, 6, 7, 8)  # EXIF orientations that exchange rows and columns
_RAW = (b"II*\0\x10\0\0\0CR", b"IIU\0", b"IIRO", b"FUJIFILMCCD", b"FOVb", b"\0MRM")  # cameras' own
_OTHERS = (
    (b"8BPS", "a Photoshop document"), (b"gimp xcf", "a picture of GIMP"), (b"%PDF", "a PDF"),
    (b"\xff\x0a", "a JPEG XL picture"), (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"v/1\x01", "an OpenEXR picture"), (b"\0\0\1\0", "an icon"), (b"PK\3\4", "a zip archive or a project"),
)  # fmt: skip
_SOUNDS = (b"M4A ", b"M4B ", b"WAVE")  # brands of MPEG-4 that have no picture, and what is in a RIFF
_VIDEOS = (b"\x1aE\xdf\xa3", b"\0\0\1\xba", b"\0\0\1\xb3", b"FLV\1", b"0&\xb2u")  # WebM, MPEG, Flash, WMV
_HEAD = 4096  # bytes by which a stranger is told: editors write comments before the <svg of a drawing
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def read_photo(source: str | os.PathLike | bytes, name: str | None = None) -> np.ndarray:
    """The photo as it should look: uint8 sRGB [H, W, 3], upright, no side longer than `LONGEST`.

    EXIF rotation, colour profiles and a PNG's gamma are applied, transparency lies over white, 16 bits
    become 8, an animation gives its first frame.

    source: a path, or the bytes of a file. name: what messages call it; the file's own name where left out.
    Raises InputError: no such file, a folder, no permission, empty, not a picture, HEIC, cut off, too small,
    too narrow, too large.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        label = printable(name or "The pasted picture")
        if not len(source):
            raise InputError(f"{label} is empty.")
        return _decode(io.BytesIO(source), label)
    with opened(source, name, what="a picture") as (file, label):
        return _decode(file, label)


def read_bytes(path: str | os.PathLike) -> bytes:
    """The file of a photo as it is. Raises InputError as `read_photo`, but for what is no picture."""
    with opened(path, what="a picture") as (file, label):
        data = file.read(MOST_FILE + 1)
    if len(data) > MOST_FILE:
        raise InputError(f"{label} is too large: {MOST_FILE >> 20} MB are the most.")
    return data


def full_size(path: str | os.PathLike) -> tuple[int, int]:
    """(H, W) of a photo that `read_photo` has read, upright, before it is reduced."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about large pictures, which were read already
        with Image.open(path) as image:
            width, height = image.size
            try:
                turned = image.getexif().get(0x0112) in _TURNED
            except Exception:  # broken EXIF turns no photo
                turned = False
    return (width, height) if turned else (height, width)


def _decode(file: BinaryIO, label: str) -> np.ndarray:
    Image.init()
    try:
        with quiet.without(quiet.TIFF):  # also Pillow's warning about large pictures; the limit below is ours
            image = Image.open(file, formats=[f for f in _FORMATS if f in Image.OPEN])
    except UnidentifiedImageError:
        file.seek(0)
        raise InputError(f"{label} {_stranger(file.read(_HEAD))}.") from None
    except Image.DecompressionBombError:
        raise InputError(f"{label} is too large: {MOST_PIXELS:,} pixels are the most.") from None
    except Exception as error:  # a decoder fed with broken bytes raises anything
        raise InputError(f"{label} is cut off or damaged: {reason_of(error)}.") from error

    width, height = image.size
    if min(width, height) < SMALLEST:
        raise InputError(
            f"{label} is too small: {width} x {height} px, and at least {SMALLEST} px are needed."
        )
    narrow = min(width, height) * LONGEST // max(width, height)
    if max(width, height) > LONGEST and narrow < SMALLEST:
        raise InputError(
            f"{label} is too narrow: {width} x {height} px are reduced to {LONGEST} by {narrow}, and at "
            f"least {SMALLEST} px are needed."
        )
    if width * height > MOST_PIXELS:
        raise InputError(
            f"{label} is too large: {width} x {height} px, and {MOST_PIXELS:,} pixels are the most."
        )
    held = width * height * _BYTES.get(image.format or "", 4)
    if held > MOST_HELD:
        raise InputError(
            f"{label} is too large: {width} x {height} px of {image.format} take "
            f"{held >> 20:,} MiB to decode, and {MOST_HELD >> 20} MiB are the most."
        )
    if image.format in ("JPEG", "MPO") and (scans := _scans(file)) * width * height > MOST_SCANNED:
        raise InputError(f"{label} goes over its {width} x {height} px {scans:,} times, which is too long.")
    try:
        with quiet.without(quiet.TIFF):
            return np.array(_to_srgb(_upright(_reduced(image))))
    except MemoryError:
        raise InputError(f"{label} is too large for this machine's memory: {width} x {height} px.") from None
    except Exception as error:
        raise InputError(f"{label} is cut off or damaged: {reason_of(error)}.") from error


def _stranger(head: bytes) -> str:
    """What a file that no decoder wants seems to be, by its first bytes."""
    kind = head[8:12] if head[4:8] == b"ftyp" or head[:4] == b"RIFF" else b""
    if kind in _HEIC_BRANDS:
        return "is a HEIC picture, which cannot be read here: save it as JPEG or PNG first"
    if kind == b"crx " or head.startswith(_RAW):
        return "is a camera's raw file, which cannot be read here: save it as JPEG first"
    if head.startswith((b"II*\0", b"MM\0*")):  # cameras' raw files are TIFF as well
        return (
            "is a TIFF of a kind that cannot be read here, or a camera's raw file, or damaged: save it as "
            "JPEG or PNG first"
        )
    if name := next((name for magic, name in _OTHERS if head.startswith(magic)), ""):
        return f"is {name}, which cannot be read here: save it as JPEG or PNG first"
    if (
        head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        and b"<svg" in head
        and b"<html" not in head.lower()
    ):
        return "is an SVG drawing, which cannot be read here: save it as JPEG or PNG first"
    whole = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
    if kind in (b"avif", b"avis", b"WEBP") or head.startswith(whole):
        return "is cut off or damaged"
    if kind in _SOUNDS:
        return "is sound, not a picture"
    if head[4:8] == b"ftyp" or kind == b"AVI " or head.startswith(_VIDEOS):
        return "is a video, not a picture: save the frame that is meant"
    return "is not a picture (JPEG, PNG, WebP, AVIF, TIFF, GIF or BMP)"


def _reduced(image: Image.Image) -> Image.Image:
    """Decoded, in a mode of 8-bit channels, and no longer than LONGEST; JPEG is decoded small at once."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
    elif image.mode in ("P", "PA", "1") or "transparency" in image.info:
        # Colours of a palette cannot be averaged, and one marked transparent must not be.
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    image.load()
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits, or floating point, to 8 bits, by the range its kind implies."""
    top = 65535.0 if image.mode.startswith("I") else 1.0
    most = max(float(strip.max()) for _, strip in _strips(image))
    if most > top:
        top = 255.0 if image.mode == "F" and most <= 255 else most
    grey = Image.new("L", image.size)
    for row, strip in _strips(image):
        grey.paste(Image.fromarray(np.clip(strip * (255 / top) + 0.5, 0, 255).astype(np.uint8)), (0, row))
    grey.info = image.info  # its EXIF and colour profile
    return grey


def _strips(image: Image.Image) -> Iterator[tuple[int, np.ndarray]]:
    """(first row, finite float32 [h, W]) of a picture of numbers, some rows at a time: whole, a large one
    would take three times what was decoded."""
    width, height = image.size
    rows = max(1, _STRIP // width)
    for row in range(0, height, rows):
        strip = np.asarray(image.crop((0, row, width, min(height, row + rows))), dtype=np.float32)
        yield row, np.where(np.isfinite(strip), strip, 0)


def _scans(file: BinaryIO) -> int:
    """How often the scans of a JPEG go over its picture (ITU T.81, B.1.1.2: no data hold their marker)."""
    file.seek(0)
    count, before = 0, b""
    while block := file.read(1 << 20):
        count += (before + block).count(b"\xff\xda")
        before = block[-1:]
    file.seek(0)
    return count


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF must not cost the photo, only its rotation
        return image


def _to_srgb(image: Image.Image) -> Image.Image:
    """Over white, through its colour profile where it has a usable one, as RGB."""
    profile = image.info.get("icc_profile")
    gamma = colours.other_gamma(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            return (
                ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
            )  # None: in place
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a broken profile, or one of other channels than the picture: its plain numbers will do
    elif image.mode == "RGB" and colours.is_adobe_rgb(image):
        return colours.adobe_to_srgb(image)
    elif gamma:
        return colours.gamma_to_srgb(image.convert("RGB"), gamma)
    return image.convert("RGB")


def write_png(path: str | os.PathLike, rgb: np.ndarray, text: Mapping[str, str] | None = None) -> None:
    """Write uint8 [H, W, 3] (or 4 with alpha) as PNG; `path` holds either the old file or the whole new one.

    text: entries kept inside the PNG as iTXt. Raises InputError where the place cannot be written to.
    """
    write_whole(path, png_bytes(rgb, text))


def png_bytes(rgb: np.ndarray, text: Mapping[str, str] | None = None) -> bytes:
    """What `write_png` writes."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] not in (3, 4):
        raise ValueError(f"a picture is uint8 [H, W, 3 or 4], not {rgb.dtype} {list(rgb.shape)}")
    info = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def thumbnail(rgb: np.ndarray, longest: int = 256) -> bytes:
    """A PNG of the picture, uint8 [H, W, 3], no side longer than so many px."""
    image = Image.fromarray(rgb)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return png_bytes(np.asarray(image))
