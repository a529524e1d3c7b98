"""Shape of an NTED network: what a level holds, the named configurations, and reading it back from a state
dict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from engine.errors import InputError
from engine.models.checks import MOST_SIDE, check_size, check_whole

POSE_PLANES = 20
COARSEST_ROWS = 16
MOST_LEVELS = 8  # rows double from level to level: 2048
_LEVEL_OF = re.compile(r"target_image_renderer\.convs\.(\d{1,4})\.")
TRANSFERS = ("textures", "attention", "none")


@dataclass(frozen=True)
class Level:
    """One resolution of the encoders and the renderer, named by its rows in a picture of the full size.

    textures: neural textures K of each of its two extraction/distribution pairs; 0 at the finest level, which
    has none.
    match_kernel: side of the filters that compute the attention logits and the extraction's values.
    """

    rows: int
    channels: int
    textures: int = 0
    match_kernel: int = 1


@dataclass(frozen=True)
class NtedConfig:
    """Levels from the coarsest (16 rows) to the finest, and the size (H, W) the weights were made for.

    transfer: what brings the reference to the renderer. "textures" is the paper's method; the other two are
    the ablations of its Table 2: "attention" relates every position of the target to every one of the
    reference, "none" gives reference and pose to one encoder.

    context: channels of what tells the extraction where in the picture it reads (context.py); 0: nothing
    does, as in the paper.

    detail: channels of what copies detail from the photo (detail.py); 0: nothing does, as in the paper.
    """

    levels: tuple[Level, ...]
    size: tuple[int, int]
    transfer: str = "textures"
    context: int = 0
    detail: int = 0

    def __post_init__(self):
        check_size(self.size)
        check_whole("the number of levels", len(self.levels), least=0, most=MOST_LEVELS)
        check_whole("channels", *(level.channels for level in self.levels))
        check_whole("rows", *(level.rows for level in self.levels), most=MOST_SIDE)
        extras = [count for level in self.levels for count in (level.textures, level.match_kernel)]
        check_whole("textures, kernels, context or detail", *extras, self.context, self.detail, least=0)
        if self.transfer not in TRANSFERS:
            raise ValueError(f"transfer is {self.transfer!r}, not one of {TRANSFERS}")
        if self.detail and self.transfer != "textures":
            raise ValueError("detail needs neural textures")

    @property
    def texture_counts(self) -> dict[str, int]:
        """Textures of each pair of extraction and distribution ("16a", "16b", ...), coarsest first."""
        return {
            f"{level.rows}{half}": level.textures for level in self.levels if level.textures for half in "ab"
        }

    def to_json(self) -> dict:
        levels = [asdict(level) for level in self.levels]
        size = list(self.size)
        return {
            "levels": levels,
            "size": size,
            "transfer": self.transfer,
            "context": self.context,
            "detail": self.detail,
        }

    @classmethod
    def from_json(cls, data: Mapping) -> NtedConfig:
        levels = tuple(Level(**level) for level in data["levels"])
        extras = {name: data[name] for name in ("transfer", "context", "detail") if name in data}
        return cls(levels, tuple(data["size"]), **extras)


def official_256() -> NtedConfig:
    """The paper's network for 256x176 pictures (42.4 M parameters)."""
    return NtedConfig(
        (
            Level(16, 512, 16, 1),
            Level(32, 512, 32, 3),
            Level(64, 512, 64, 3),
            Level(128, 256, 64, 3),
            Level(256, 128),
        ),
        (256, 176),
    )


def official_512() -> NtedConfig:
    """The paper's network for 512x352 pictures (42.6 M parameters)."""
    return NtedConfig(
        (
            Level(16, 512, 16, 1),
            Level(32, 512, 32, 3),
            Level(64, 512, 32, 3),
            Level(128, 256, 64, 3),
            Level(256, 128, 64, 3),
            Level(512, 64),
        ),
        (512, 352),
    )


def ablation_256(transfer: str) -> NtedConfig:
    """Table 2's baseline ("none") and attention ("attention") beside the paper's network for 256x176."""
    return replace(official_256(), transfer=transfer)


def default_256() -> NtedConfig:
    """The network in the box: narrow enough to follow a hand on two CPU cores."""
    return NtedConfig(
        (Level(16, 256, 32), Level(32, 256, 32), Level(64, 128, 64), Level(128, 64, 64), Level(256, 32)),
        (256, 176),
        context=96,
        detail=24,
    )


def config_from_shapes(shapes: Mapping[str, tuple[int, ...]]) -> NtedConfig:
    """Read the configuration off the shapes of a state dict with official keys.

    Raises InputError naming the first key that is missing. The size is the usual one of the finest level
    (11:16).
    """
    levels = []
    numbers = [int(found[1]) for found in map(_LEVEL_OF.match, shapes) if found]
    count = min(1 + max(numbers, default=-1), MOST_LEVELS)
    if not count:
        raise InputError(
            "These weights are no NTED network: target_image_renderer.convs.0.conv0.conv.weight is missing."
        )
    for index in range(count):
        stem = f"target_image_renderer.convs.{index}"
        filter_key = f"{stem}.conv0.distribution_operation.semantic_distribution_filter.weight"
        conv_key = f"{stem}.conv0.conv.weight"
        needed = [conv_key] if index == count - 1 else [conv_key, filter_key]
        for key in needed:
            if key not in shapes:
                raise InputError(f"These weights are no NTED network: {key} is missing.")
            if len(shapes[key]) != 4:
                raise InputError(f"These weights are no NTED network: {key} is no kernel.")
        textures, kernel = (shapes[filter_key][0], shapes[filter_key][2]) if filter_key in needed else (0, 1)
        levels.append(Level(COARSEST_ROWS << index, shapes[conv_key][0], textures, kernel))
    rows = levels[-1].rows
    context = (*shapes.get("reference_encoder.context.project.0.weight", ()), 0)[0]
    detail = (*shapes.get("detail.conv.weight", ()), 0)[0]
    try:
        return NtedConfig(tuple(levels), (rows, rows * 11 // 16), context=context, detail=detail)
    except ValueError as error:
        raise InputError(f"These weights are no NTED network: {error}.") from None
