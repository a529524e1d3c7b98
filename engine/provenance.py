"""What pictures that leave the program say of themselves: that a trained network made part of them.

The IPTC's digital source type, in XMP, where archives, search engines and social networks look for it.
"""

from __future__ import annotations

import re
import struct
import uuid

from engine.version import VERSION

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
PNG_KEY = "XML:com.adobe.xmp"  # of an iTXt entry (XMP specification, part 3, 1.1.5)

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmp:CreatorTool="Poseloom {version}"
    Iptc4xmpExt:DigitalSourceType="{source}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def packet() -> str:
    """What is said, as an XMP packet."""
    return _XMP.format(version=VERSION, source=SOURCE_TYPE)


def png_texts() -> dict[str, str]:
    """The entries to write into every exported PNG."""
    return {PNG_KEY: packet()}


def in_gif(data: bytes) -> bytes:
    """A GIF that says so too, in an application extension at its end (XMP specification, part 3, 1.1.2).

    The packet lies there as it is; readers that skip by blocks take its bytes for lengths, and whichever they
    end on, 256 falling numbers lead them to the end of the block.
    """
    falling = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
    return data[: -len(_TRAILER)] + b"\x21\xff\x0bXMP DataXMP" + packet().encode() + falling + _TRAILER


def in_mp4(data: bytes) -> bytes:
    """An MP4 that says so too, in a box of its own behind the others (part 3, 1.2.6.1)."""
    said = _BOX.bytes + packet().encode()
    return data + struct.pack(">I4s", 8 + len(said), b"uuid") + said


def in_svg() -> str:
    """An element for an SVG that says so (part 3, 2.6): its metadata, the packet's frame left out."""
    return f"<metadata>{re.sub(r'<[?]xpacket.*?[?]>', '', packet()).strip()}</metadata>"


_TRAILER = b";"  # the last byte of a GIF
_BOX = uuid.UUID("be7acfcb-97a9-42e8-9c71-999491e3afac")
