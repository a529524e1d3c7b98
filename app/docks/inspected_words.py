"""What the panel of Inspect says, in words and colours: functions of an `Inspection`."""

from __future__ import annotations

from collections.abc import Callable

from app import theme
from engine.api import CORRESPONDENCE, DISTRIBUTION, FLOW, PARSING
from engine.inspecting.choices import CHANGE, EVIDENCE, TRACES, MapChoice
from engine.inspecting.inspection import Inspection
from engine.inspecting.values import RESULT

# What a place is by kind of map, with bars below that go on; else of textures.
IS = {PARSING: "is drawn as", CORRESPONDENCE: "is read from the photo", FLOW: "is read from the photo"}
GOES = {CORRESPONDENCE: "is seen"}


def headline_of(shown: Inspection, name: Callable[[int], str]) -> str:
    """What is pointed at, as a clause that the bars end. name: of a photo by its number."""
    aim, (rows, columns) = shown.aim, shown.subject.result.shape[:2]
    if aim.at is None:
        nothing_kept = shown.view == CHANGE and shown.subject.kept is None
        return "Keep a picture first" if nothing_kept else "Point at a picture"
    x, y = int(aim.at[0] * columns), int(aim.at[1] * rows)
    held = ", held," if shown.pinned else ""
    if aim.picture == RESULT:
        return f"This pixel ({x}, {y}){held} {IS.get(shown.choice.kind, 'is made of')}"
    does = GOES.get(shown.choice.kind, "went into")
    return f"This place of {name(aim.picture)} ({x}, {y}){held} {does}"


def origin_of(shown: Inspection, name: Callable[[int], str]) -> str:
    """What the rings of a trace are. name: of a photo by its number."""
    detail = shown.detail
    if detail is not None:
        return (
            f"{detail.share:.0%} of it is the photo's own: the orange ring is where the surface atlas "
            f"finds its detail on {name(detail.photo)}, the white one where attention reads most."
        )
    if shown.aim.at is None:
        return "Where is it read? Point at the result; at a photo: who reads it?"
    if shown.aim.picture == RESULT:
        return "The ring is where attention reads most; no detail of a photo is copied here."
    return "The ring is where this place of the photo is seen most."


def colour_of(shown: Inspection, place: int) -> str:
    """Of the part in this place, for its bar and its ring: as on the picture where areas have colours there,
    else by the place; grey where there are no rings."""
    colours, part = shown.painting.colours, shown.parts[place]
    if shown.view in (*TRACES, EVIDENCE):
        return theme.colours().muted  # it has no ring
    if colours is None:
        return theme.CATEGORIES[place]
    rgba = colours.get((part.photo, part.channel))
    return theme.colours().muted if rgba is None else "#{:02x}{:02x}{:02x}".format(*rgba.tolist())


def title_of(choice: MapChoice) -> str:
    """A layer by its rows and pass, as "Layer of 64 rows, first pass (64a)"; another map by its title."""
    name = choice.title
    if choice.kind == DISTRIBUTION and name[:-1].isdigit() and name[-1] in "ab":
        return f"Layer of {name[:-1]} rows, {'first' if name[-1] == 'a' else 'second'} pass ({name})"
    return name


def tops_of(shown: Inspection) -> str:
    """What the end of the scale stands for, on the result and on the photo that is chosen or has most."""
    result = shown.painting.result.top if shown.painting.result else ""
    laid = [each for each in shown.painting.photos if each is not None and each.top]
    photo = max(laid, key=lambda each: float(each.pixels.max())).top if laid else ""
    if result and photo:
        return f"{result} on the result, {photo} on the photo"
    return result or photo


def entry_of(region: int, name: str) -> str:
    words = (name or f"region {region + 1}").replace(" ", "&nbsp;")
    return f"<span style='color:{theme.region_colour(region)}'>■</span>&nbsp;{words}"
