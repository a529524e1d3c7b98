"""What pictures that leave the program say of themselves: that a trained network made part of them.

The IPTC's digital source type, in XMP, where archives, search engines and social networks look for it.
"""

from __future__ import annotations

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


def png_texts() -> dict[str, str]:
    """The entries to write into every exported PNG."""
    return {PNG_KEY: _XMP.format(version=VERSION, source=SOURCE_TYPE)}
