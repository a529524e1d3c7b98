"""Pictures say that they are synthesised, where others look for it."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest
from PIL import Image

from engine import provenance
from engine.animation import write_gif, write_mp4
from engine.inspecting.sheets import Panel, sheet_png, sheet_svg
from engine.photos import write_png
from engine.version import VERSION

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
PICTURE = np.zeros((40, 40, 3), np.uint8)


def says_what_it_is(packet: bytes | str) -> bool:
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else packet
    body = ET.fromstring(text[text.index("<x:xmpmeta") : text.index("</x:xmpmeta>") + len("</x:xmpmeta>")])
    [description] = body.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description.get("{http://ns.adobe.com/xap/1.0/}CreatorTool") == f"Poseloom {VERSION}"
    return description.get(f"{IPTC}DigitalSourceType").endswith("/compositeWithTrainedAlgorithmicMedia")


def test_a_picture_carries_the_source_type_as_xmp(tmp_path):
    write_png(tmp_path / "a.png", PICTURE, provenance.png_texts())
    with Image.open(tmp_path / "a.png") as image:
        assert says_what_it_is(image.info["xmp"])


def extensions(data: bytes) -> tuple[int, dict[bytes, tuple[int, int]]]:
    """How many pictures a GIF has, and where its application extensions lie (GIF89a, appendix B)."""

    def past_blocks(at: int) -> int:
        while data[at]:
            at += 1 + data[at]
        return at + 1

    def table(flags: int) -> int:
        return 3 << (flags & 7) + 1 if flags & 0x80 else 0

    at, pictures, found = 13 + table(data[10]), 0, {}
    while data[at : at + 1] != b";":
        begin = at
        if data[at : at + 1] == b",":
            at, pictures = past_blocks(at + 11 + table(data[at + 9])), pictures + 1
        else:
            assert data[at : at + 1] == b"!"
            at = past_blocks(at + 2)
            if data[begin + 1] == 0xFF:
                found[data[begin + 3 : begin + 14]] = (begin + 14, at)
    assert at == len(data) - 1
    return pictures, found


@pytest.mark.parametrize("more", range(0, 256, 17))
def test_a_gif_says_so_too_and_readers_by_blocks_find_its_end(tmp_path, monkeypatch, more):
    """Whatever bytes they take for lengths, of packets of any length."""
    packet = provenance.packet()
    monkeypatch.setattr(provenance, "packet", lambda: packet + " " * more)
    write_gif(tmp_path / "a.gif", [PICTURE, PICTURE + 90, PICTURE + 200], 12)
    data = (tmp_path / "a.gif").read_bytes()
    pictures, found = extensions(data)
    begin, end = found[b"XMP DataXMP"]
    assert pictures == 3 and data[begin:end].startswith(b"<?xpacket") and says_what_it_is(data[begin:end])
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames == 3 and film.info["loop"] == 0


def test_a_film_says_so_too_in_a_box_of_its_own(tmp_path):
    write_mp4(tmp_path / "a.mp4", [PICTURE, PICTURE + 90], 12)
    data, at, boxes = (tmp_path / "a.mp4").read_bytes(), 0, {}
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        boxes[kind] = data[at + 8 : at + size]
        at += size
    assert at == len(data) and {b"ftyp", b"moov", b"mdat", b"uuid"} <= boxes.keys()
    assert boxes[b"uuid"][:16].hex() == "be7acfcb97a942e89c71999491e3afac"  # of XMP
    assert says_what_it_is(boxes[b"uuid"][16:])
    assert cv2.VideoCapture(str(tmp_path / "a.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == 2


def test_sheets_say_so_too(tmp_path):
    panels = [Panel(PICTURE, "result")]
    (tmp_path / "a.png").write_bytes(sheet_png(panels, 1))
    with Image.open(tmp_path / "a.png") as image:
        assert says_what_it_is(image.info["xmp"])
    drawn = sheet_svg(panels, 1)
    assert says_what_it_is(drawn)
    assert ET.fromstring(drawn).find("{http://www.w3.org/2000/svg}metadata") is not None
