"""What the HUD says: plain data and its words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

WORDS = {
    "waking": "waking up",
    "live": "live",
    "catching up": "catching up",
    "full": "full quality",
    "short": "short of memory",
    "missing": "no engine",
    "error": "last good picture",
}


_SEEN = 5e-4  # of a picture, below which nobody sees that it is another
DOTS, A_DOT = 5, 0.05  # of `Frame.own_pose_error`: docs/evaluation.md has how it is spread


def familiarity(own_pose_error: float | None) -> str:
    """How near the engine's own picture of a photo comes to it, as a gauge; "" where nobody knows. No word of
    warning: what it tells of other poses is a tendency.
    """
    if own_pose_error is None:
        return ""
    full = max(DOTS - int(own_pose_error / A_DOT), 1)
    return f"familiarity {'●' * full}{'○' * (DOTS - full)}"


def refined(word: str, anew: float) -> str:
    """What refining a garment brought. anew: the share of the picture that is another, 0 to 1."""
    if anew < _SEEN:
        return f"nothing left to refine in the {word}"
    return f"refined the {word}: {anew:.1%} of the picture anew"


def left(word: str) -> str:
    """That a garment is refined no further, and what was gained stays."""
    return f"the {word} stays as it is now"


@dataclass(frozen=True)
class Status:
    """state: a key of WORDS. ms, level: of the frame last shown. settled: share of what can be done for the
    photos in it, or its garments; refining: the word of the garment it is about, "" for none; refined:
    what that brought the garment refined last. familiarity: of the person's photo, as a gauge."""

    state: str = "waking"
    ms: float = 0.0
    level: int = 0
    device: str = ""
    levels: tuple[int, ...] = ()
    error: str = ""
    settled: float = 1.0
    refining: str = ""
    refined: str = ""
    familiarity: str = ""

    def changed(self, *, frame: bool = False, **values: Any) -> Status:
        """A copy with other values; `frame` smooths the milliseconds over frames of one level."""
        if frame and self.ms and values["level"] == self.level:
            values["ms"] = self.ms + 0.4 * (values["ms"] - self.ms)
        return replace(self, **values)

    @property
    def word(self) -> str:
        return WORDS[self.state]

    @property
    def figures(self) -> list[str]:
        """Short facts beside the word: time, level, device."""
        facts = []
        if self.ms:
            facts.append(f"{self.ms:.0f} ms" if self.ms >= 10 else f"{self.ms:.1f} ms")
        if self.level and self.levels and self.level < self.levels[-1]:
            facts.append(f"preview {self.level} of {self.levels[-1]}")
        if self.device:
            facts.append(self.device.upper() if len(self.device) <= 4 else self.device)
        if self.familiarity:
            facts.append(self.familiarity)
        if self.settled < 1:
            what = f"refining the {self.refining}" if self.refining else "looking closer"
            facts.append(f"{what} {self.settled:.0%}")
        elif self.refined:
            facts.append(self.refined)
        return facts
