"""Recorded poses: MakeHuman's BVH files (CC0), one frame each, over the joints of its default rig.

The files are z-up and their joint frames are aligned with the world in the rest pose, so a joint's rotation,
taken over to our axes, is that of the bone of the same name against its parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.files import reason_of

from .rotations import rotation

# Poses of dressed people on their feet. Left out are those that need something beside the person: sit01 (the
# ground, and a skirt that folds), standing06 (a step under the lifted foot), gym01 (the air).
NAMES = ("standing01", "standing02", "standing03", "standing04", "standing05", "run01")

_AXES = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float)  # (x, y, z) of the file is (x, z, -y) here
_AXIS = {"Xrotation": (1, 0, 0), "Yrotation": (0, 1, 0), "Zrotation": (0, 0, 1)}


@dataclass(frozen=True)
class Recording:
    """bends: rotation [3, 3] of every bone that bends against its parent, by the bone's name."""

    name: str
    bends: dict[str, np.ndarray]

    def mirrored(self) -> Recording:
        """Left and right exchanged."""
        swap = {"L": "R", "R": "L"}
        flip = np.diag([-1.0, 1.0, 1.0])
        return Recording(
            self.name,
            {
                f"{name[:-1]}{swap[name[-1]]}" if name[-2:] in (".L", ".R") else name: flip @ bend @ flip
                for name, bend in self.bends.items()
            },
        )


def read_bvh(path: Path) -> Recording:
    """The first frame of a file. Raises InputError where it is missing or not such a file."""
    try:
        words = path.read_text(encoding="utf-8").split()
        start = words.index("MOTION")
        frame = iter([float(word) for word in words[words.index("Time:") + 2 :]])
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not a readable recorded pose: {reason_of(error)}.") from error
    bends: dict[str, np.ndarray] = {}
    name, place = "", 0
    try:
        while place < start:
            if words[place] in ("ROOT", "JOINT"):
                name = words[place + 1]
            elif words[place] == "CHANNELS":
                bend = np.eye(3)
                for channel in words[place + 2 : place + 2 + int(words[place + 1])]:
                    value = next(frame)
                    if channel in _AXIS:
                        bend = bend @ rotation(_AXIS[channel], np.radians(value))
                bend = _AXES @ bend @ _AXES.T
                if np.abs(bend - np.eye(3)).max() > 1e-3:
                    bends[name] = bend
            place += 1
    except (ValueError, IndexError, StopIteration) as error:
        raise InputError(f"{path} is not a readable recorded pose: its frame is cut off.") from error
    return Recording(path.stem, bends)


def load_recordings(assets: Path) -> dict[str, Recording]:
    """The recorded poses of a MakeHuman data folder by name. Raises InputError."""
    return {name: read_bvh(assets / "poses" / f"{name}.bvh") for name in NAMES}
