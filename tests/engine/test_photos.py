import contextlib
import io
import os
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from engine import photos
from engine.errors import InputError
from engine.files import write_whole
from engine.photos import LONGEST, read_photo, write_png

WIDE, HIGH = 96, 64


@pytest.fixture
def rgb():
    """Left half red, right half blue, a white bar on top: tells turns and flips apart."""
    picture = np.zeros((HIGH, WIDE, 3), np.uint8)
    picture[:, : WIDE // 2] = 255, 0, 0
    picture[:, WIDE // 2 :] = 0, 0, 255
    picture[: HIGH // 4] = 255
    return picture


def fault(source, name=None) -> str:
    with pytest.raises(InputError) as caught:
        read_photo(source, name)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


def encoded(image: Image.Image, form: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def close(a, b, tolerance=8):
    assert a.shape == b.shape and a.dtype == np.uint8
    assert np.abs(a.astype(int) - b).mean() < tolerance


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "TGA"])
def test_forms(rgb, form, tmp_path):
    path = tmp_path / f"photo.{form.lower()}"
    Image.fromarray(rgb).save(path, form)
    close(read_photo(path), rgb)
    close(read_photo(str(path)), rgb)
    close(read_photo(path.read_bytes()), rgb)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation(rgb, orientation, tmp_path):
    stored = Image.fromarray(rgb)
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that the camera would have made
    if orientation in undo:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.jpg", exif=exif, quality=95)
    close(read_photo(tmp_path / "a.jpg"), rgb)


def test_broken_exif_costs_only_the_rotation(rgb):
    data = encoded(Image.fromarray(rgb), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + b"\x99" * 40)
    close(read_photo(data), rgb)


def test_cmyk(rgb):
    close(read_photo(encoded(Image.fromarray(rgb).convert("CMYK"), "JPEG", quality=95)), rgb)
    close(read_photo(encoded(Image.fromarray(rgb).convert("CMYK"), "TIFF")), rgb)


def test_sixteen_bits_and_floats():
    ramp = np.tile(np.linspace(0, 1, WIDE), (HIGH, 1))
    expected = np.repeat((ramp * 255)[..., None], 3, axis=2)
    sixteen = Image.fromarray((ramp * 65535).astype(np.uint16))
    close(read_photo(encoded(sixteen, "PNG")), expected, 1)
    close(read_photo(encoded(sixteen, "TIFF")), expected, 1)
    close(read_photo(encoded(Image.fromarray(ramp.astype(np.float32)), "TIFF")), expected, 1)
    holes = ramp.astype(np.float32)
    holes[5, 5] = np.nan
    close(read_photo(encoded(Image.fromarray(holes), "TIFF")), expected, 1)


def test_sixteen_bit_colour_png(rgb):
    """Pillow cannot write one, so it is laid by hand."""
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (rgb.astype(np.uint16) * 257).astype(">u2").tobytes()
    rows = b"".join(b"\0" + rows[i : i + WIDE * 6] for i in range(0, len(rows), WIDE * 6))
    head = struct.pack(">IIBBBBB", WIDE, HIGH, 16, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    np.testing.assert_array_equal(read_photo(data), rgb)


def test_alpha_lies_over_white(rgb):
    alpha = np.full((HIGH, WIDE, 1), 255, np.uint8)
    alpha[HIGH // 2 :] = 0
    seen = read_photo(encoded(Image.fromarray(np.concatenate([rgb, alpha], 2)), "PNG"))
    np.testing.assert_array_equal(seen[: HIGH // 2], rgb[: HIGH // 2])
    assert (seen[HIGH // 2 :] == 255).all()
    grey = np.dstack([np.full((HIGH, WIDE), 100, np.uint8), alpha[..., 0]])
    seen = read_photo(encoded(Image.fromarray(grey), "PNG"))
    assert (seen[0] == 100).all() and (seen[-1] == 255).all()


def test_palettes(rgb):
    close(read_photo(encoded(Image.fromarray(rgb).quantize(16), "PNG")), rgb)
    transparent = Image.fromarray(rgb).quantize(16)
    red = transparent.getpixel((1, HIGH - 1))
    seen = read_photo(encoded(transparent, "PNG", transparency=red))
    assert (seen[-1, 1] == 255).all() and tuple(seen[-1, -1]) == (0, 0, 255)
    black = np.zeros((HIGH, WIDE), bool)
    black[:, ::2] = True
    assert set(np.unique(read_photo(encoded(Image.fromarray(black), "PNG")))) == {0, 255}


def test_animation_gives_its_first_frame(rgb):
    frames = [Image.fromarray(rgb), Image.fromarray(255 - rgb)]
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        close(read_photo(data), rgb)


def test_colour_profile_is_applied():
    """Numbers of a nearly linear profile are brighter in sRGB; a profile that does not fit is passed over."""
    grey = Image.new("RGB", (WIDE, HIGH), (60, 60, 60))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    gamma, one = struct.pack(">i", round(2.4 * 65536)), struct.pack(">i", 65536)
    assert gamma in srgb
    seen = read_photo(encoded(grey, "PNG", icc_profile=srgb.replace(gamma, one)))
    assert seen.min() > 120 and seen.max() < 170
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (srgb, lab, b"rubbish"):
        seen = read_photo(encoded(grey, "PNG", icc_profile=profile))
        assert np.abs(seen.astype(int) - 60).max() <= 1


@pytest.mark.parametrize("mode", ["RGB", "P", "L"])
def test_twelve_thousand_pixels(mode, tmp_path):
    Image.new(mode, (12_000, 3_000), 0 if mode != "RGB" else (10, 20, 30)).save(tmp_path / "big.png")
    seen = read_photo(tmp_path / "big.png")
    assert seen.shape == (LONGEST // 4, LONGEST, 3)


def test_large_jpeg_is_decoded_small():
    seen = read_photo(encoded(Image.new("RGB", (12_000, 6_000), (200, 30, 30)), "JPEG"))
    assert max(seen.shape) == LONGEST
    assert np.abs(seen.mean((0, 1)) - (200, 30, 30)).max() < 3


@pytest.mark.parametrize("name", ["фото.png", "写真 名.png", "صورة.png", "a'b\"c.png", "żółw😀.png"])
def test_names_of_any_alphabet(rgb, name, tmp_path):
    write_png(tmp_path / name, rgb)
    np.testing.assert_array_equal(read_photo(tmp_path / name), rgb)
    (tmp_path / name).write_bytes(b"no picture")
    assert name in fault(tmp_path / name)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8 exist on Linux only")
def test_undecodable_name_can_be_printed(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png")
    fault(path).encode("utf-8")
    with open(path, "wb") as file:
        file.write(b"no picture")
    fault(path).encode("utf-8")


def test_faults(rgb, tmp_path):
    png = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)), "PNG")
    jpeg = encoded(Image.open(io.BytesIO(png)), "JPEG")
    (tmp_path / "sub").mkdir()
    cases = {
        "text.png": (b"hello, I am a text", "not a picture"),
        "empty.jpg": (b"", "empty"),
        "half.png": (png[: len(png) // 2], "cut off or damaged"),
        "half.jpg": (jpeg[: len(jpeg) // 2], "cut off or damaged"),
        "head.jpg": (jpeg[:200], "cut off or damaged"),
        "head.png": (png[:20], "cut off or damaged"),
        "one.png": (encoded(Image.new("RGB", (1, 1)), "PNG"), "too small: 1 x 1 px"),
        "thin.png": (encoded(Image.new("RGB", (31, 900)), "PNG"), "too small: 31 x 900 px"),
        "iphone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99, "HEIC"),
        "drawing.eps": (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\n",
            "not a picture",
        ),
    }
    for name, (data, part) in cases.items():
        (tmp_path / name).write_bytes(data)
        sentence = fault(tmp_path / name)
        assert sentence.startswith(name) and part in sentence, sentence
        assert part in fault(data, name)
    assert "There is no file" in fault(tmp_path / "missing.png")
    assert "is a folder" in fault(tmp_path / "sub")
    assert "cannot be read" in fault("nul\0byte.png")


def bomb(width, height):
    """A PNG of a few bytes that claims any size."""
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


def test_decompression_bombs_are_refused_before_they_open():
    assert "too large" in fault(bomb(13_000, 13_000))
    assert "too large" in fault(bomb(100_000, 100_000))


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_no_permission(rgb, tmp_path):
    write_png(tmp_path / "a.png", rgb)
    (tmp_path / "a.png").chmod(0)
    assert "permission denied" in fault(tmp_path / "a.png")


def test_denied_by_the_system(monkeypatch, rgb, tmp_path):
    """The same where the tests run as root."""
    write_png(tmp_path / "a.png", rgb)

    def deny(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", deny)
    assert "permission denied" in fault(tmp_path / "a.png")
    with pytest.raises(InputError, match="permission denied"):
        write_png(tmp_path / "b.png", rgb)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert "not an ordinary file" in fault(tmp_path / "pipe.png")


def test_random_damage_is_never_a_crash(rgb):
    """Bytes flipped anywhere give a picture or one sentence."""
    rng = np.random.default_rng(3)
    for form in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"):
        data = np.frombuffer(encoded(Image.fromarray(rgb), form), np.uint8)
        for _ in range(40):
            broken = data.copy()
            broken[rng.integers(0, len(data), 4)] = rng.integers(0, 256, 4)
            try:
                assert read_photo(broken.tobytes()).ndim == 3
            except InputError as error:
                assert str(error).endswith(".")


def test_png_round_trip_with_text(rgb, tmp_path):
    path = tmp_path / "out.png"
    write_png(path, rgb, {"poseloom": "Ada trägt 麻"})
    np.testing.assert_array_equal(read_photo(path), rgb)
    with Image.open(path) as image:
        assert image.text == {"poseloom": "Ada trägt 麻"}
    rgba = np.dstack([rgb, np.full((HIGH, WIDE), 7, np.uint8)])
    write_png(path, rgba[:, ::-1])
    np.testing.assert_array_equal(np.asarray(Image.open(path)), rgba[:, ::-1])
    assert os.listdir(tmp_path) == ["out.png"]


def test_write_faults_leave_the_old_file(rgb, tmp_path, monkeypatch):
    path = tmp_path / "out.png"
    write_png(path, rgb)
    before = path.read_bytes()

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="out.png cannot be saved: the disk is full"):
        write_png(path, 255 - rgb)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["out.png"]
    monkeypatch.undo()
    with pytest.raises(InputError, match="there is no folder"):
        write_png(tmp_path / "no" / "out.png", rgb)
    with pytest.raises(InputError, match="is a folder"):
        write_png(tmp_path, rgb)
    with pytest.raises(InputError, match="cannot be saved"):
        write_whole(tmp_path / ("x" * 300), b"")
    assert os.listdir(tmp_path) == ["out.png"]
    with pytest.raises(ValueError, match="uint8"):
        write_png(path, rgb.astype(np.float32))
    assert PngImagePlugin.PngImageFile(path).size == (WIDE, HIGH)


TORTURE = Path(__file__).parents[1] / "data" / "torture"


@pytest.mark.parametrize("name", ["flip08.lzw.tiff", "badexif2.webp"])
def test_libraries_do_not_speak_on_stderr(name, capfd, recwarn):
    with contextlib.suppress(InputError):
        read_photo(TORTURE / name)
    assert capfd.readouterr().err == "" and not recwarn.list


def test_a_jpeg_of_thousands_of_scans_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(InputError, match="scan_bomb3000.prog.jpg goes over its 3000 x 3000 px 2,010 times"):
        read_photo(TORTURE / "scan_bomb3000.prog.jpg")


def test_scans_of_honest_pictures_are_few(rgb):
    large = Image.fromarray(np.kron(rgb, np.ones((30, 30, 1), np.uint8)))
    for progressive, count in ((False, 1), (True, 10)):
        file = io.BytesIO(encoded(large, "JPEG", progressive=progressive))
        assert photos._scans(file) == count


@pytest.mark.parametrize(("form", "most"), [("WEBP", 75_000_000), ("PNG", 150_000_000)])
def test_what_decoders_hold_is_budgeted_by_their_copies(form, most, rgb, monkeypatch):
    data = encoded(Image.fromarray(rgb), form)
    for pixels, refused in ((most * 0.99, False), (most * 1.01, True)):
        side = int(pixels**0.5)
        monkeypatch.setattr(Image.Image, "size", property(lambda _, side=side: (side, side)))
        monkeypatch.setattr(photos, "_reduced", lambda image: pytest.fail("decoded"))
        with pytest.raises(InputError if refused else pytest.fail.Exception, match="too large|decoded"):
            read_photo(data)


def test_numbers_are_changed_strip_by_strip_as_at_once(monkeypatch):
    values = np.random.default_rng(2).normal(0.5, 0.3, (90, 70)).astype(np.float32)
    values[3, 4], values[5, 6] = np.nan, np.inf
    image = Image.fromarray(values)
    at_once = np.asarray(photos._eight_bit(image))
    monkeypatch.setattr(photos, "_STRIP", 7 * 70)
    assert len(list(photos._strips(image))) == 13
    np.testing.assert_array_equal(np.asarray(photos._eight_bit(image)), at_once)


def test_cameras_say_adobe_rgb_without_a_profile():
    """EXIF's R03 means what a profile does that another camera writes: the numbers are LittleCMS's, from a
    profile of the standard's primaries and gamma."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    patches = np.repeat([[(200, 60, 60), (60, 200, 60), (60, 60, 200), (128, 128, 128)]], 64, 0)
    picture = Image.fromarray(np.repeat(patches.astype(np.uint8), 32, 1))
    shown = read_photo(encoded(picture, "JPEG", exif=exif, quality=100, subsampling=0))
    seen = [tuple(int(v) for v in shown[32, 16 + 32 * patch]) for patch in range(4)]
    wanted = [(231, 57, 57), (0, 201, 37), (57, 57, 205), (129, 129, 129)]
    assert np.abs(np.subtract(seen, wanted)).max() <= 2
    assert (read_photo(encoded(picture, "PNG"))[32, 16] == (200, 60, 60)).all()
    exif.get_ifd(0x8769)[0xA001] = 1  # it says sRGB: somebody has converted it
    shown = read_photo(encoded(picture, "JPEG", exif=exif, quality=100, subsampling=0))
    assert np.abs(np.subtract(shown[32, 16], (200, 60, 60))).max() <= 2


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"8BPS\0\1", "is a Photoshop document"),
        (b"\xff\x0a", "is a JPEG XL picture"),
        (b"\0\0\0\x18ftypcrx ", "is a camera's raw file"),
        (b"II*\0\x10\0\0\0CR\2\0", "is a camera's raw file"),
        (b"II*\0\x08\0\0\0", "is a TIFF of a kind that cannot be read here, or a camera's raw file"),
        (b"\0\0\0\x18ftypisom", "is a video"),
        (b"\0\0\0\x18ftypavif", "is cut off or damaged"),
        (b"%PDF-1.7", "is a PDF"),
    ],
)
def test_what_is_no_picture_here_is_called_by_its_name(head, what):
    assert fault(head + bytes(300), "a.jpg").startswith(f"a.jpg {what}")
