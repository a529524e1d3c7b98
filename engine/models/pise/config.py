"""Shape of a PISE network: the width of every part, the named configurations, and reading it back from a
state dict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from engine.errors import InputError
from engine.models.checks import check_size, check_whole
from engine.regions import REGIONS

REGION_COUNT = len(REGIONS)  # the paper's parsing maps have eight classes too, in another order
COARSEST = 16  # rows and columns of a picture are multiples of this
MATCHED = ("vgg", "style")
MATCHED_SIDES = ("target", "source")
NORMS = ("instance", "batch")
_LENGTHS = {"parsing": (0, 5), "style": (4,), "target": (4,), "decoder": (2,), "image": (0, 3)}  # of widths


@dataclass(frozen=True)
class PiseConfig:
    """Channels of every network, and the size (H, W) that the weights were made for.

    parsing: of the parsing generator at the whole, a half, a quarter, an eighth and a sixteenth of the rows;
    empty where there is none, as in the paper's weights for texture transfer.
    style, target: of the style encoder and of the target encoder from a half to a sixteenth.
    codes: of a region's style code. feature: of what is normalised, at a quarter. decoder: at a half and the
    whole.

    matched: which features of the source the correspondence compares and brings over: "vgg", those of the
    first layers of VGG-19, or "style", those of the style encoder, before they are codes. image: channels of
    VGG-19 at the whole, a half and a quarter; empty without.
    match: channels in which source and target are compared. match_stride: cells of the feature, in rows and
    in columns, that are compared as one. modulation: channels of what is brought over, 1 or those of the
    feature. normalise: whose positions the softmax of the correspondence runs over; "target" is the official
    code's, with "source" every target position reads a weighted mean.

    norm: of all networks; "instance" is the paper's, "batch" lets a picture's own brightness and colours
    through, and which clothes there are, and costs nothing once it is trained. colours: whether a style code
    ends with the mean colour of its region, and the decoder begins with these.

    house: of our own training: the regions are those of `engine.regions`, not the paper's, and the photo is
    laid over what is drawn.
    """

    size: tuple[int, int]
    parsing: tuple[int, ...]
    style: tuple[int, ...]
    target: tuple[int, ...]
    codes: int
    feature: int
    decoder: tuple[int, int]
    image: tuple[int, ...]
    match: int
    matched: str = "vgg"
    match_stride: int = 1
    modulation: int = 1
    normalise: str = "target"
    norm: str = "instance"
    colours: bool = False
    house: bool = False

    def __post_init__(self):
        check_size(self.size)
        for name, counts in _LENGTHS.items():
            widths = getattr(self, name)
            if len(widths) not in counts:
                raise ValueError(f"{name} has {len(widths)} widths")
            check_whole(name, *widths)
        for name in ("codes", "feature", "match", "match_stride", "modulation"):
            check_whole(name, getattr(self, name))
        for name, choices in (("matched", MATCHED), ("normalise", MATCHED_SIDES), ("norm", NORMS)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is {getattr(self, name)!r}, not one of {choices}")

    @property
    def code_channels(self) -> int:
        """Of a whole style code."""
        return self.codes + (3 if self.colours else 0)

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping) -> PiseConfig:
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in data.items()
            if name in known
        }
        return cls(**given)


def official_256() -> PiseConfig:
    """The paper's network, for 256x256 pictures (64.0 M parameters, of which 20.0 M are VGG-19's)."""
    return PiseConfig(
        size=(256, 256),
        parsing=(32, 64, 128, 256, 512),
        style=(128, 256, 256, 256),
        target=(128, 256, 256, 256),
        codes=256,
        feature=256,
        decoder=(128, 64),
        image=(64, 128, 256),
        match=256,
    )


def default_256() -> PiseConfig:
    """The network in the box: narrow enough to follow a hand on two CPU cores."""
    return PiseConfig(
        size=(256, 176),
        parsing=(16, 24, 40, 64, 80),
        style=(16, 40, 64, 96),
        target=(16, 48, 80, 96),
        codes=96,
        feature=64,
        decoder=(32, 16),
        image=(),
        match=32,
        matched="style",
        match_stride=2,
        modulation=64,
        normalise="source",
        norm="batch",
        colours=True,
        house=True,
    )


def config_from_shapes(shapes: Mapping[str, tuple[int, ...]]) -> PiseConfig:
    """Read the configuration off the shapes of a state dict with official keys (spectral norms folded).

    Raises InputError naming the first key that is missing. What no shape tells is as in the paper.
    """

    def outputs(key: str) -> int:
        if not shapes.get(key):
            raise InputError(f"These weights are no PISE network: {key} is missing.")
        return shapes[key][0]

    parsing: tuple[int, ...] = ()
    if any(key.startswith("parnet.") for key in shapes):
        first = outputs("parnet.conv1.model.2.weight")
        parsing = (first, *(outputs(f"parnet.conv{i}.model.5.weight") for i in (1, 2, 3, 4)))
    try:
        return _config_of(outputs, parsing)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"These weights are no PISE network: {error}.") from None


def _config_of(outputs: Callable[[str], int], parsing: tuple[int, ...]) -> PiseConfig:
    return PiseConfig(
        size=official_256().size,
        parsing=parsing,
        style=tuple(outputs(f"Zencoder.block{i}.model.5.weight") for i in range(4)),
        target=tuple(outputs(f"parenc.block{i}.model.5.weight") for i in range(4)),
        codes=outputs("Zencoder.get_code.0.weight"),
        feature=outputs("res.model.5.weight"),
        decoder=(outputs("dec.block1.model.5.weight"), outputs("dec.block3.model.5.weight")),
        image=tuple(outputs(f"imgenc.vgg.{index}.weight") for index in (2, 7, 10)),
        match=outputs("phi.weight"),
        modulation=outputs("getMatrix.get_gamma.weight"),
    )
