"""What a person wears, as a description: cuts, fits, fabrics. cloth.py and dressing.py make meshes of it.

Heights and widths are canonical decimetres (see assets.py): waist 1.84, crotch about -0.5, knee -3.7,
ankle -7.4; lengths along an arm run from the shoulder over the elbow (2.28) to the wrist (4.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .textiles import Fabric

WAIST = 1.84
POCKETS = ("", "breast", "pouch", "hips", "two breasts")
CLOSINGS = ("", "buttons", "polo", "zip", "coat", "double")
COLLARS = ("", "shirt", "polo", "stand", "hood", "lapel")
NECKS = ("crew", "vee", "turtle", "tank", "strapless")
_HEEL_TO_BALL = 1.9  # dm of the foot: what stands on a heel is raised about the ball


@dataclass
class Fit:
    """ease: gap to the skin (dm); looseness: 0 follows the body .. 1 hangs from its widest point; taper:
    how fast hanging cloth comes back to the body (dm per dm); sleeve: extra gap of the sleeves (dm), flare:
    its growth towards the hem.
    """

    ease: float
    looseness: float = 0.0
    taper: float = 0.05
    sleeve: float = 0.0
    flare: float = 0.0


@dataclass
class Finish:
    """fabric; folds: height (dm); specular strength and gloss exponent; fur: length of its hairs (dm)."""

    fabric: Fabric
    folds: float
    specular: float = 0.0
    gloss: float = 12.0
    fur: float = 0.0


@dataclass
class Neck:
    """kind of NECKS; width: half width; front, back: depth (crew, vee, tank) or height of the edge (turtle,
    strapless)."""

    kind: str = "crew"
    width: float = 1.0
    front: float = 0.7
    back: float = 0.3


@dataclass
class Trims:
    """What is sewn on, or of another cloth.

    accent: linear rgb of the contrasting pieces; contrast: "", "sleeves" or "raglan"; block: height y above
    which the trunk is of the accent; rib: width of ribbed cuffs and hems, which `rib_accent` gives the accent
    too; pocket: of POCKETS; stripe: half width of the stripes along trousers (as share of depth over width);
    cargo: pockets on the thighs; pleats: how many a skirt has, and pleat: how deep (dm).
    """

    accent: tuple[float, float, float] = (0.0, 0.0, 0.0)
    contrast: str = ""
    block: float = 99.0
    rib: float = 0.0
    rib_accent: bool = False
    pocket: str = ""
    stripe: float = 0.0
    cargo: bool = False
    pleats: int = 0
    pleat: float = 0.0

    def values(self) -> dict[str, tuple]:
        """For the shaders: members of parts.PART_BLOCK. All three kinds of garments read the same two."""
        contrast = ("", "sleeves", "raglan").index(self.contrast)
        if self.pleats:
            trim = (self.pleats, self.pleat, 0, 0)
        elif self.stripe or self.cargo:
            trim = (self.stripe, 0, self.rib, float(self.cargo))
        else:
            trim = (contrast, self.block, self.rib, POCKETS.index(self.pocket))
        return {"accent": (*self.accent, float(self.rib_accent)), "trim": trim}


@dataclass
class Sheer:
    """Cloth that skin is seen through, on the sleeves and above the height `yoke` (y). opacity: of its
    ground; lace: uint8 [H, W, 3], a seamless tile of motifs that are hardly seen through, white where one is;
    size: edge of that tile (dm)."""

    opacity: float
    yoke: float = 99.0
    lace: np.ndarray | None = None
    size: float = 2.0


@dataclass
class Top:
    """A top cut from cloth, the upper part of a dress, or a jacket.

    hem: height y, risen by hem_curve towards the sides; sleeve: length along the arm; strap: half width
    between the shoulder straps of a tank; armhole: how far it is cut in; opening: half width of a jacket's
    open front, or with a `button` at that height (y) its growth above it, and parting: that below it; collar:
    of COLLARS; closing: of CLOSINGS.
    """

    name: str
    fit: Fit
    finish: Finish
    hem: float
    sleeve: float
    neck: Neck
    hem_curve: float = 0.0
    strap: float = 1.2
    armhole: float = 0.15
    opening: float = 0.0
    dress: bool = False
    tucked: bool = False
    button: float = 0.0
    parting: float = 0.13
    collar: str = ""
    closing: str = ""
    placket: float = 0.6  # factor on the cloth along the seams of what closes it
    trims: Trims | None = None
    sheer: Sheer | None = None
    chest_print: np.ndarray | None = None
    print_at: tuple[float, float, float] = (0.0, 3.6, 0.8)  # centre x, y, half size


@dataclass
class Trousers:
    """waist, hem: heights y of the edges."""

    name: str
    fit: Fit
    finish: Finish
    waist: float
    hem: float
    over_top: bool = False  # the top is tucked in
    belt: bool = False
    bright_seams: bool = False
    trims: Trims | None = None


@dataclass
class Skirt:
    """slope: widening below the hip (dm per dm); flutes: relative height of the waves round the hem, of which
    there are `waves`, turned by phase (radians); hanging: falls from the bust; slit: height y at which it
    begins (0: none), slit_x: where; belt: linear rgb of one about the waist; buttons: down the front."""

    hem: float
    finish: Finish
    slope: float
    flutes: float
    waves: int
    phase: float
    hanging: bool = False
    trims: Trims | None = None
    slit: float = 0.0
    slit_x: float = 0.0
    belt: tuple[float, float, float] | None = None
    buttons: bool = False


@dataclass
class Hosiery:
    """Stockings, socks or leggings of a cloth of their own. top, hem: heights y of their edges; legging:
    whether they count as trousers."""

    top: float
    hem: float
    finish: Finish
    legging: bool = False


@dataclass
class Scarf:
    """thickness: of its roll round the neck (dm); ends: height y to which its ends hang down in front (99:
    they do not)."""

    finish: Finish
    thickness: float
    ends: float = 99.0


@dataclass
class Coat:
    """What is worn over everything and falls below the hips: a jacket down to the waist, and a skirt of the
    same cloth that opens in front as the jacket does. belt: about the waist."""

    top: Top
    skirt: Skirt
    belt: bool = False


@dataclass
class SuitPart:
    """A part of a ready-made MakeHuman suit. recolour: "keep", "tint" or "fabric".

    parts: components of the suit's mesh; luminance: mean of its texture; tint: linear rgb; repeat: tiles of
    the fabric across the texture.
    """

    name: str
    suit: str
    parts: tuple[int, ...]
    luminance: float
    recolour: str = "keep"
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fabric: Fabric | None = None
    repeat: float = 5.0


@dataclass
class Heels:
    """Women's shoes cut from the foot: heel height (dm), top edge y, dip in front, open sandal or closed;
    radius: of the heel's cone at the sole and (foot_radius) at the floor; shaft: gap of a boot's shaft to
    the leg at its top edge (dm)."""

    height: float
    top: float
    dip: float
    sandal: bool
    colour: np.ndarray
    radius: float
    foot_radius: float
    shaft: float = 0.0

    @property
    def pitch(self) -> float:
        return heel_pitch(self.height)


def heel_pitch(height: float) -> float:
    """Pitch of the foot (radians) that a heel of this height (dm) asks for."""
    return float(np.arcsin(min(height / _HEEL_TO_BALL, 0.8)))


@dataclass
class Outfit:
    top: Top | SuitPart
    bottom: Trousers | Skirt | SuitPart
    jacket: Top | None = None
    coat: Coat | None = None
    shoes: str = ""
    shoe_colour: np.ndarray | None = None
    heels: Heels | None = None
    stockings: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # linear rgb, opacity
    hosiery: Hosiery | None = None
    scarf: Scarf | None = None

    @property
    def bulk(self) -> float:
        """Thickness of the clothes round the trunk (dm)."""
        top = 0.05 + 0.25 * self.top.fit.looseness if isinstance(self.top, Top) else 0.2
        return top + (0.15 if self.jacket else 0) + (0.2 if self.coat else 0)
