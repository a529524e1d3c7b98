"""One look at a frame through a view: what lies over the pictures, what makes the place pointed at, and
the textures in their order. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.api import DISTRIBUTION, PARSING
from engine.inspecting import choices
from engine.inspecting.choices import MapChoice
from engine.inspecting.order import ordered
from engine.inspecting.overlays import Aim, Painting, Subject, painting
from engine.inspecting.pointed import (
    Detail,
    Part,
    detail_at,
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
    detail: of a traced place of the result, where its detail is copied from."""

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
    return Inspection(subject, choice, view, aim, pinned, painted, parts, maps_Khw, order_K, area_K, detail)


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


def words_of(part: Part, choice: MapChoice, photo_name: str = "") -> str:
    """A part in plain words. photo_name: of its photo, where there are several."""
    name = choice.info.channel_name(part.channel) or ""
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


def glanced(view: str, choice: MapChoice) -> str:
    """The view that a glance shows, when nobody points: one that needs no place."""
    needing = (*choices.TRACES, choices.CHANGE)
    return next(each for each in (view, *choice.views) if each not in needing)


def _here(subject: Subject, choice: MapChoice, aim: Aim) -> np.ndarray | None:
    """How much of the place pointed at is each texture of the chosen photo."""
    if aim.at is None or aim.picture != RESULT:
        return None
    return dict(texture_shares(subject.photos, choice.info.name, *aim.at)).get(aim.photo)
