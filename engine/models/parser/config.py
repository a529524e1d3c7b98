"""Shape of the parsing and keypoint network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from engine.models.checks import MOST_CHANNELS, check_whole

MOST_BLOCKS = 32  # ten times the most of ours
COARSEST = 16  # rows and columns of a picture are multiples of this


@dataclass(frozen=True)
class ParserConfig:
    """widths: channels at a whole, a half, a quarter, an eighth and a sixteenth of the picture's rows.

    encoder, decoder: residual blocks at a quarter, an eighth and (encoder only) a sixteenth.
    """

    widths: tuple[int, ...] = (16, 32, 64, 112, 160)
    encoder: tuple[int, ...] = (1, 2, 3)
    decoder: tuple[int, ...] = (1, 1)

    def __post_init__(self):
        for name, count, least in (("widths", 5, 1), ("encoder", 3, 0), ("decoder", 2, 0)):
            values = getattr(self, name)
            if len(values) != count:
                raise ValueError(f"{name} has {len(values)} numbers where {count} are needed")
            check_whole(name, *values, least=least, most=MOST_CHANNELS if name == "widths" else MOST_BLOCKS)

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping) -> ParserConfig:
        return cls(*(tuple(data[name]) for name in ("widths", "encoder", "decoder")))
