"""Libraries that speak on stderr from native code are kept from it: what is said there is our sentence."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# Lines of MediaPipe's own log: "W0000 00:00:1763640000.1 ...", "INFO: ...", "WARNING: All log ...".
DETECTOR = re.compile(rb"^([IWE]\d{4} \d\d:\d\d:|INFO: |WARNING: )")
# Of libtiff and what it decodes with: "TIFFReadDirectory: Warning, ...", "LZWDecode: ...", "JPEGLib: ...".
TIFF = re.compile(rb"^[A-Za-z0-9_]*(TIFF|Decode|Lib|Setup|Fax|LZW|Zip|JPEG|Predictor)\w*: |^[^ ]*tif: ", re.I)

# Of OpenCV and its decoders: "libpng error: ...", "[ERROR:0@24.812] global ...", "Corrupt JPEG data: ...".
PICTURES = re.compile(rb"^(libpng |\[ ?(ERROR|WARN|INFO):|Corrupt JPEG|Premature end|Invalid SOS)", re.I)

_lock = threading.RLock()  # there is one stderr: who puts it aside second must be the first to put it back


@contextmanager
def without(chatter: re.Pattern[bytes]) -> Iterator[None]:
    """Drop lines of the pattern from stderr, whoever writes them, and Python's warnings; pass the rest on."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            kept = os.dup(2)
        except OSError:  # a windowed program without a console has no stderr
            yield
            return
        with tempfile.TemporaryFile() as said:
            sys.stderr and sys.stderr.flush()
            os.dup2(said.fileno(), 2)
            try:
                yield
            finally:
                sys.stderr and sys.stderr.flush()
                os.dup2(kept, 2)
                os.close(kept)
                said.seek(0)
                rest = b"".join(line for line in said if not chatter.match(line))
                if rest:
                    os.write(2, rest)
