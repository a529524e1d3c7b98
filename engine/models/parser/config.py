"""Shape of the parsing and keypoint network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from engine.regions import REGIONS

CLASSES = len(REGIONS)
JOINTS = 18
COARSEST = 16  # rows and columns of a picture are multiples of this


@dataclass(frozen=True)
class ParserConfig:
    """widths: channels at a whole, a half, a quarter, an eighth and a sixteenth of the picture's rows.

    encoder, decoder: residual blocks at a quarter, an eighth and (encoder only) a sixteenth.
    """

    widths: tuple[int, ...] = (16, 32, 64, 112, 160)
    encoder: tuple[int, ...] = (1, 2, 3)
    decoder: tuple[int, ...] = (1, 1)

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping) -> ParserConfig:
        return cls(*(tuple(data[name]) for name in ("widths", "encoder", "decoder")))
