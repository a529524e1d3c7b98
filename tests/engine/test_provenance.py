"""Pictures say that they are synthesised, where others look for it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
from PIL import Image

from engine import provenance
from engine.photos import write_png
from engine.version import VERSION

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"


def test_a_picture_carries_the_source_type_as_xmp(tmp_path):
    write_png(tmp_path / "a.png", np.zeros((40, 40, 3), np.uint8), provenance.png_texts())
    with Image.open(tmp_path / "a.png") as image:
        packet = image.info["xmp"]
    text = packet.decode() if isinstance(packet, bytes) else packet
    body = ET.fromstring(text[text.index("<x:xmpmeta") : text.index("<?xpacket end")])
    [description] = body.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description.get(f"{IPTC}DigitalSourceType").endswith("/compositeWithTrainedAlgorithmicMedia")
    assert description.get("{http://ns.adobe.com/xap/1.0/}CreatorTool") == f"Poseloom {VERSION}"
