"""One look at a frame through a view: what lies over the pictures, what makes the place pointed at, and
the textures in their order. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.api import DISTRIBUTION, EXTRACTION, PARSING
from engine.inspecting import choices
from engine.inspecting.choices import MapChoice
from engine.inspecting.doing import Doing, doings
from engine.inspecting.order import ordered
from engine.inspecting.overlays import Aim, Painting, Subject, painting
from engine.inspecting.pointed import (
    Detail,
    Part,
    detail_at,
    named_of,
    parts_of_photo,
    parts_of_result,
    texture_shares,
    textures_Khw,
)
from engine.inspecting.values import RESULT, most_telling


@dataclass(frozen=True, eq=False)
class Inspection:
    """maps_Khw, order: the textures of the chosen photo over the result, and in which order they stand; None
    where the map has none, or a preview stopped before it. area_K: how much of the result each makes.
    detail: of a traced place of the result, where its detail is copied from. doing, doings: what the chosen
    texture and those of the parts do in this picture; None where that cannot be told."""

    subject: Subject
    choice: MapChoice
    view: str
    aim: Aim
    pinned: bool
    painting: Painting
    parts: tuple[Part, ...]
    maps_Khw: np.ndarray | None
    order_K: np.ndarray | None
    area_K: np.ndarray | None
    detail: Detail | None = None
    doing: Doing | None = None
    doings: tuple[Doing | None, ...] = ()

    @property
    def gathered(self) -> float | None:
        """How much of the chosen texture is gathered at its peak, 0 to 1; None where the map has none."""
        named = named_of(self.subject.photos[self.aim.photo], EXTRACTION, self.choice.info.name)
        return None if named is None else float(named.values_Khw[self.aim.channel].max())

    @property
    def of_garment(self) -> bool:
        """Whether the chosen texture is of a photo that a garment was taken from."""
        return self.aim.photo > 0 and self.subject.photos[self.aim.photo].taken is None

    def name_of(self, channel: int) -> str:
        """What a channel is called, "" where nobody knows."""
        return self.choice.info.channel_name(channel) or ""


def inspected(
    subject: Subject,
    choice: MapChoice,
    view: str,
    aim: Aim,
    pinned: bool,
    order: str,
    palette_N4: np.ndarray,
    before: Inspection | None = None,
) -> Inspection:
    """See `Inspection`. The chosen texture is brought into the range of what there is. before: the last one,
    of which is kept what is still true: a pointer moves on more often than a picture."""
    photo = aim.photo if aim.photo < len(subject.photos) else 0
    aim = replace(aim, photo=photo, channel=min(aim.channel, choice.info.channels - 1))
    same = before is not None and before.subject is subject and before.choice is choice
    if same and before is not None and before.view == view and view in choices.WHOLE:
        painted = before.painting
    else:
        painted = painting(view, choice, subject, aim, palette_N4)
    if same and before is not None and before.aim.photo == photo:
        maps_Khw, area_K = before.maps_Khw, before.area_K
    else:
        maps_Khw = textures_Khw(subject.photos[photo], choice.info.name)
        area_K = None if maps_Khw is None else maps_Khw.mean((1, 2))
    order_K = None if area_K is None else ordered(order, area_K, _here(subject, choice, aim))
    parts = tuple(parts_at(subject, choice, aim))
    detail = None
    if view in choices.TRACES and aim.at is not None and aim.picture == RESULT:
        detail = detail_at(subject.photos, subject.photo_HW, *aim.at, choice.info.name)
    textures = [(aim.photo, aim.channel), *((part.photo, part.channel) for part in parts)]
    doing, *of_parts = map(_doings(subject, choice, textures).get, textures)
    return Inspection(
        subject,
        choice,
        view,
        aim,
        pinned,
        painted,
        parts,
        maps_Khw,
        order_K,
        area_K,
        detail,
        doing,
        tuple(of_parts),
    )


def parts_at(subject: Subject, choice: MapChoice, aim: Aim) -> list[Part]:
    """What makes the place that is pointed at."""
    if aim.at is None or aim.picture >= len(subject.photos):
        return []
    if aim.picture == RESULT:
        return parts_of_result(subject.photos, choice, *aim.at)
    return parts_of_photo(subject.photos, aim.picture, choice, *aim.at)


def followed(subject: Subject, choice: MapChoice, aim: Aim) -> Aim:
    """The aim with the texture chosen that makes most of the place pointed at; as it is where none does."""
    parts = parts_at(subject, choice, aim) if choice.kind == DISTRIBUTION else []
    return replace(aim, photo=parts[0].photo, channel=parts[0].channel) if parts else aim


def first_texture(subject: Subject, choice: MapChoice) -> int | None:
    """The texture of the person's photo to begin with; None before there is a map."""
    maps_Khw = textures_Khw(subject.photos[0], choice.info.name) if choice.kind == DISTRIBUTION else None
    return None if maps_Khw is None else most_telling(maps_Khw, choice.info.channel_names)


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of photos; of those that are called the same, the second with a 2, and so on."""
    return tuple(
        f"{name} ({names[:place].count(name) + 1})" if name in names[:place] else name
        for place, name in enumerate(names)
    )


def words_of(part: Part, choice: MapChoice, photo_name: str = "", own_name: str = "") -> str:
    """A part in plain words. photo_name: of its photo, where there are several. own_name: what a hand called
    the texture, in place of its name from training."""
    name = own_name or choice.info.channel_name(part.channel) or ""
    if choice.kind == DISTRIBUTION:
        number = f"texture {part.channel + 1}"
        words = f"{name[:1].upper()}{name[1:]}, {number}" if name else number.capitalize()
    elif choice.kind == PARSING:
        words = name.capitalize() or f"Region {part.channel + 1}"
    elif part.peak is not None:
        words = f"At {part.peak[0]:.0%} across, {part.peak[1]:.0%} down"
    else:
        words = choice.title
    return f"{words} ({photo_name})" if photo_name else words


def brief_of(part: Part, choice: MapChoice, photo_name: str = "", own_name: str = "") -> str:
    """As `words_of`, of a texture without its name from training."""
    if choice.kind != DISTRIBUTION:
        return words_of(part, choice, photo_name)
    words = own_name or f"Texture {part.channel + 1}"
    return f"{words} ({photo_name})" if photo_name else words


def glanced(view: str, choice: MapChoice) -> str:
    """The view that a glance shows, when nobody points: one that needs no place."""
    needing = (*choices.TRACES, choices.CHANGE)
    return next(each for each in (view, *choice.views) if each not in needing)


def _doings(
    subject: Subject, choice: MapChoice, textures: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Doing]:
    """What textures do in this picture, by photo and channel; those that are nowhere do nothing."""
    found: dict[tuple[int, int], Doing] = {}
    if choice.kind != DISTRIBUTION or subject.pieces_hw is None:
        return found
    for number in {photo for photo, _ in textures}:
        channels = sorted({channel for photo, channel in textures if photo == number})
        shares_Khw = textures_Khw(subject.photos[number], choice.info.name, channels)
        if shares_Khw is not None:
            told = zip(channels, doings(shares_Khw, subject.pieces_hw), strict=True)
            found |= {(number, channel): doing for channel, doing in told if doing.share > 0}
    return found


def _here(subject: Subject, choice: MapChoice, aim: Aim) -> np.ndarray | None:
    """How much of the place pointed at is each texture of the chosen photo."""
    if aim.at is None or aim.picture != RESULT:
        return None
    return dict(texture_shares(subject.photos, choice.info.name, *aim.at)).get(aim.photo)
