"""Garments of other photos on the person of a request, whatever the engine.

Every giver is drawn in the target pose as if it were the person, once however many garments it gives, and
laid in on the surface (`compositing.dressing`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine import parsing
from engine.api import GarmentSwap
from engine.compositing.below_skirts import on_bare_legs, with_bare_legs
from engine.compositing.clothes import Clothes
from engine.compositing.columns import cut, put_back, taken_up
from engine.compositing.compose import Composition
from engine.compositing.dressing import before_wall, dressed
from engine.compositing.fields import largest, size_of, window_of
from engine.compositing.laid_on import Bared, as_worn_by, bared
from engine.compositing.lent_skin import LentSkin
from engine.compositing.repainted import newly_painted, repainted
from engine.compositing.shown_surface import Shown
from engine.compositing.wardrobe import CLASSES, Wardrobe
from engine.compositing.worn import Drawn, Dressed, pieces_worn, undressed
from engine.editing.sources import worn_shares
from engine.errors import InputError
from engine.garments import BACKGROUND, Garment, garment, offered
from engine.ops.resample import resized
from engine.plan import one_thread

_AROUND = 5  # px of a map of 128 rows, within two of a garment's outline
_BROADER = 1.0, 1.7  # times as large as what comes, from and up to which what was worn is broader than that


@dataclass(frozen=True)
class FittingRoom:
    """Who wears what.

    wearer: key of the person. wardrobe, shown, composed: of a reference by its key, its wardrobe, what it
    can lend of that (`References.shown`), and how it is shown in the target pose. wall: what is behind its
    person, [1, 3, H', W']. clothes: what of a photo is laid on in that pose as it is; None where an engine
    draws it. beneath: the person with the givers' textures mixed in, on whom garments are laid in instead,
    where those were refined. behind: what is behind the person, as fine as is known. painted: which piece
    was painted where on the person, as `compositing.painted`. pose: [18, 3], the target's, x, y from 0 to 1
    across the canvas. lent: a giver's skin, by key and word, where that garment was refined. lit: key
    and word of those that were refined to have the wearer's light. bared: as `laid_on.bared`.
    """

    wearer: str
    swaps: Sequence[GarmentSwap]
    wardrobe: Callable[[str], Wardrobe]
    shown: Callable[[str, str], Mapping[str, float]]
    composed: Callable[[str], Composition]
    wall: Callable[[str], Tensor]
    clothes: Callable[[str, Garment], Clothes | None] = lambda key, garment: None
    beneath: Composition | None = None
    behind_1CHW: Tensor | None = None
    painted_1HW: Tensor | None = None
    pose_18x3: np.ndarray | None = None
    lent: Callable[[str, str], LentSkin | None] = lambda key, word: None
    lit: Collection[tuple[str, str]] = ()
    bared: Callable[[Drawn, LentSkin | None], Bared | None] = bared


def wearing(shown: Composition, room: FittingRoom) -> tuple[Composition, np.ndarray]:
    """What the person is shown as with the garments on, each over those before it; and which of
    `garments.PIECES` is seen at every position, uint8 [h, w].

    shown: the person without. Raises InputError for an unknown word, a strength beyond 0 to 1, or a giver
    that shows nothing of the kind. What somebody takes from the own photo is there already.
    """
    given = [(swap, given_by(swap, room.shown(swap.reference, swap.garment))) for swap in room.swaps]
    given = [(swap, piece) for swap, piece in given if swap.strength and swap.reference != room.wearer]
    walls = [swap for swap, _ in given if swap.garment == BACKGROUND]
    given = [(swap, piece) for swap, piece in given if swap.garment != BACKGROUND]
    cut_out = [room.clothes(swap.reference, piece) for swap, piece in given]
    keys = dict.fromkeys(
        swap.reference for (swap, _), clothes in zip(given, cut_out, strict=True) if clothes is None
    )
    givers = {key: _with_surface(room.composed(key)) for key in keys}
    shown = _with_surface(shown)
    wardrobe = room.wardrobe(room.wearer)

    def put_on(picture: Callable[[Composition], Tensor]) -> Dressed:
        size = size_of(picture(shown))
        theirs = {
            key: _drawn(
                giver,
                resized(picture(giver), size),
                room.wardrobe(key),
                room.pose_18x3,
            )
            for key, giver in givers.items()
        }

        def on(person: Composition) -> tuple[Dressed, Dressed]:
            """Before, and with the garments."""
            wearer = _drawn(
                person, picture(person), wardrobe, room.pose_18x3, room.behind_1CHW, room.painted_1HW
            )
            before = undressed(wearer)
            if not given:
                return before, before
            worn = [
                theirs[swap.reference]
                if clothes is None
                else as_worn_by(
                    wearer, clothes, piece, room.bared(wearer, room.lent(swap.reference, swap.garment))
                )
                for (swap, piece), clothes in zip(given, cut_out, strict=True)
            ]
            columns = taken_up([wearer, *(giver for giver in worn if giver is not None)])
            hers = cut(wearer, columns)
            now = Dressed(hers.picture, before.pieces[..., columns])
            for (swap, piece), giver in zip(given, worn, strict=True):
                if giver is not None:
                    lit = (swap.reference, swap.garment) in room.lit
                    now = dressed(now, hers, cut(giver, columns), piece, swap.strength, lit)
            return before, put_back(now, before, columns)

        before, now = on(shown)
        if room.beneath is not None:
            _, refined = on(_with_surface(room.beneath))
            now = where_worn(before, now, refined, [piece for _, piece in given], _told(shown).laid)
        for swap in walls:
            now = before_wall(now, room.wall(swap.reference), swap.strength)
        return now

    with one_thread():
        if shown.fine_1CHW is None:
            now = put_on(lambda each: each.image_1CHW)
            image_1CHW, fine_1CHW = now.picture, None
        else:
            now = put_on(lambda each: each.image_1CHW if each.fine_1CHW is None else each.fine_1CHW)
            fine_1CHW, size = now.picture, size_of(shown.image_1CHW)
            image_1CHW = shown.image_1CHW + F.interpolate(fine_1CHW - shown.fine_1CHW, size, mode="area")
    worn = replace(shown, image_1CHW=image_1CHW, fine_1CHW=fine_1CHW, made_11hw=now.made)
    return worn, _numbers(largest(now.pieces))


@torch.no_grad()
def tell_body(shown: Composition, room: FittingRoom) -> None:
    """Have the body told that clothes will be laid on in a preview: `wearing` then finds it. shown: as
    there."""
    shown = _with_surface(shown)
    with one_thread():
        wearer = _drawn(
            shown, shown.image_1CHW, room.wardrobe(room.wearer), room.pose_18x3, None, room.painted_1HW
        )
        room.bared(wearer, None)


@torch.no_grad()
def pieces_seen(
    shown: Composition,
    wardrobe: Wardrobe,
    painted_1HW: Tensor | None = None,
    pose_18x3: np.ndarray | None = None,
) -> np.ndarray:
    """The pieces that `wearing` tells of a person who wears nothing of others, uint8 [h, w]. painted, pose:
    as `FittingRoom` has them."""
    shown = _with_surface(shown)
    drawn = _drawn(shown, shown.image_1CHW, wardrobe, pose_18x3, None, painted_1HW)
    if painted_1HW is not None:
        return _numbers(largest(pieces_worn(drawn)))
    # Where nobody has more than half of a position, no piece has it; the rest is about a third of the map.
    whole_1hw = torch.zeros_like(drawn.surface[:, 0], dtype=torch.long)
    rows, columns = window_of((drawn.surface[0, :CLASSES].softmax(0)[0] <= 0.5).float(), 0)
    joints = (
        None if drawn.joints is None else drawn.joints - np.array((columns.start, rows.start, 0), np.float32)
    )
    hers = drawn._replace(surface=drawn.surface[..., rows, columns], joints=joints)
    whole_1hw[:, rows, columns] = largest(pieces_worn(hers))
    return _numbers(whole_1hw)


@torch.no_grad()
def as_painted(
    shown: Composition,
    drawn_1CHW: Tensor,
    wardrobe: Wardrobe,
    painted_1HW: Tensor,
    pose_18x3: np.ndarray,
    wall_1CHW: Tensor,
) -> tuple[Composition, Tensor]:
    """A person as shown, with what was painted as an engine draws it (`compositing.repainted`), and bare legs
    below a skirt over trousers; and the painted map with these. shown: before anything was painted; wardrobe:
    the person's; painted, pose: as `FittingRoom` has them."""
    shown = _with_surface(shown)
    person = _drawn(shown, shown.image_1CHW, wardrobe, pose_18x3)
    new_1HW, whole_1HW = newly_painted(person, painted_1HW), with_bare_legs(person, painted_1HW)
    legs_1HW = whole_1HW != painted_1HW

    def made(picture_1CHW: Tensor) -> tuple[Tensor, Tensor]:
        hers = person._replace(picture=picture_1CHW)
        return repainted(hers, drawn_1CHW, new_1HW, wall_1CHW, on_bare_legs(hers, legs_1HW, wall_1CHW))

    image_1CHW, where_11HW = made(shown.image_1CHW)
    fine_1CHW = None if shown.fine_1CHW is None else made(shown.fine_1CHW)[0]
    where_11HW = where_11HW.maximum(resized(legs_1HW[:, None].float(), size_of(where_11HW)))
    tell = shown.tell_photo
    tell_photo = None if tell is None else lambda: tell() * (1.0 - where_11HW)
    return replace(shown, image_1CHW=image_1CHW, fine_1CHW=fine_1CHW, tell_photo=tell_photo), whole_1HW


@torch.no_grad()
def where_worn(
    before: Dressed, now: Dressed, refined: Dressed, garments: Sequence[Garment], laid_11hw: Tensor
) -> Dressed:
    """`refined` where a garment came, or would by it, in place of a broader one; `now` everywhere else.

    What a garment leaves behind is its breadth, which the giver's textures take away. Where it leaves none,
    the person's own outline is nearer to the truth than what an engine draws with textures of two; and what
    is far larger is not broader, but longer. laid: where the wearer is shown as in the photo, `Shown.laid`:
    there it is too, and only where at once there is nothing of the garment does refined bring some.
    """
    where_11hw = torch.zeros_like(now.pieces[:, :1])
    for each in garments:
        went_11hw = _most(before, each.goes)
        came_11hw, would_11hw = (_most(worn, each.takes) for worn in (now, refined))
        larger = float(went_11hw.sum() / came_11hw.sum().clamp_min(1.0))
        if _BROADER[0] <= larger <= _BROADER[1]:
            drawn_11hw = 1.0 - laid_11hw
            here_11hw = _around(went_11hw) * _around(came_11hw.maximum(would_11hw)) * drawn_11hw
            here_11hw = here_11hw.maximum(F.max_pool2d(would_11hw * (1.0 - came_11hw), 3, 1, 1))
            # Hair of a giver may be shorter, and the person's own is no part of this.
            where_11hw = where_11hw.maximum(here_11hw * (1.0 - _most(before, each.over)))
    if not where_11hw.any():
        return now
    where_11HW = F.interpolate(where_11hw, size_of(now.picture), mode="bilinear")
    return Dressed(
        torch.lerp(now.picture, refined.picture, where_11HW),
        torch.lerp(now.pieces, refined.pieces, where_11hw),
        now.made,
    )


def _most(worn: Dressed, pieces: Iterable[int]) -> Tensor:
    """1 where these pieces are the most of a position, [1, 1, h, w]."""
    among = torch.tensor(sorted(pieces), device=worn.pieces.device)
    return torch.isin(largest(worn.pieces), among)[:, None].float()


def _around(there_11hw: Tensor) -> Tensor:
    return F.max_pool2d(there_11hw, _AROUND, 1, _AROUND // 2)


def _numbers(pieces_1hw: Tensor) -> np.ndarray:
    return pieces_1hw[0].to(torch.uint8).cpu().numpy()


def worn_by(pieces_hw: np.ndarray, room: FittingRoom) -> dict[str, np.ndarray]:
    """How much of each position of what `wearing` shows is whose garment, float32 [h, w] by the giver's
    key."""
    given = [
        (swap.reference, given_by(swap, room.shown(swap.reference, swap.garment)), swap.strength)
        for swap in room.swaps
        if swap.strength and swap.reference != room.wearer and swap.garment != BACKGROUND
    ]
    return worn_shares(pieces_hw, given)


def given_by(swap: GarmentSwap, shown: Mapping[str, float]) -> Garment:
    """What of the giver is meant. shown: as `Wardrobe.shown` of it."""
    garment(swap.garment)
    if not 0.0 <= swap.strength <= 1.0:
        raise InputError(f"A garment's strength is between 0 and 1, not {swap.strength}.")
    if swap.garment == BACKGROUND:
        return garment(BACKGROUND)
    word = offered(swap.garment, shown)
    if word is None:
        raise InputError(lacks(swap.garment))
    return garment(word)


def lacks(word: str) -> str:
    """The sentence where a photo shows nothing of the kind."""
    return f"The photo shows no {word} that could be taken."


def _drawn(
    shown: Composition,
    picture_1CHW: Tensor,
    wardrobe: Wardrobe,
    pose_18x3: np.ndarray | None,
    behind_1CHW: Tensor | None = None,
    painted_1HW: Tensor | None = None,
) -> Drawn:
    surface_1Khw = _told(shown).surface
    rows, columns = size_of(surface_1Khw)
    joints_18x3 = None if pose_18x3 is None else pose_18x3 * np.array((columns, rows, 1), np.float32)
    return Drawn(picture_1CHW, surface_1Khw, wardrobe, behind_1CHW, painted_1HW, joints_18x3)


def _with_surface(shown: Composition) -> Composition:
    """With a surface map: where nothing was composed, the parsing network looks at the picture."""
    if shown.shown is not None:
        return shown
    surface_1KHW = parsing.surface_map(shown.image_1CHW)
    size = tuple(side // 2 for side in size_of(shown.image_1CHW))
    return replace(shown, surface_1Khw=F.interpolate(surface_1KHW, size, mode="area"))


def _told(shown: Composition) -> Shown:
    assert shown.shown is not None
    return shown.shown
