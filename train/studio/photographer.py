"""A sitting in the studio: person by person, view by view. Everything follows from the person's index."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from train.data.people import HELD_OUT
from train.moves import MOVES
from train.swaps import GIVER, LAID, POSED, STANDING, STANDING_TRUTH, VIEWS, word_of

from .arms import arms_seen, nobodys_arms
from .assets import load_assets
from .backdrop import draw_backdrop
from .body import Body, draw_body
from .bvh import load_recordings
from .camera import Camera, Shot, draw_shot, frame_person
from .chance import choose
from .coats import draw_coated
from .dressing import dress
from .flat_lays import broadened, frame_garment, garments_alone, joints_of_garment, plan_flat_lay
from .garments import Outfit, Trousers
from .handbags import Handbag, handbag_parts
from .labels import keypoints
from .lens import draw_lens
from .light import draw_light
from .looks import Looks, draw_looks
from .model import Model
from .moves import FACINGS, moved, plan_to_move
from .outfits import draw_outfit
from .parts import Part
from .poses import PULLS, Pose, Recorded, draw_pose, plan_to_pull, pulled
from .renderer import PersonRenderer
from .review import is_presentable
from .shops import draw_shown, plan_to_show
from .sitting import draw_height, plan_to_sit, seat_parts
from .skeleton import Posed, Skeleton
from .street import Street, draw_street
from .surfaces import parsing_map
from .swaps import swapped
from .versions import (
    STUDIO_OF_COATS,
    STUDIO_OF_FLAT_LAYS,
    STUDIO_OF_MOVES,
    STUDIO_OF_PULLS,
    STUDIO_OF_SHOPS,
    STUDIO_OF_SITTING,
    STUDIO_OF_STREET,
    STUDIO_OF_SWAPS,
    STUDIO_VERSION,
)

_SEED = 20220623
_SCENE = 1_000_001  # beyond all view numbers
_PULLED = 2_000_001  # likewise, beyond those of scenes
_MOVED = 3_000_001  # likewise, beyond those of pulls
_SWAPPED = 4_000_001  # likewise, beyond those of moves
_COATED = 5_000_001  # likewise, beyond those of swaps
_LAID = _STREET = 6_000_001  # likewise, beyond those of coats: of garments alone, and of the street
_SEATED = 7_000_001  # likewise, beyond those of the street
_SHOWN = 8_000_001  # likewise, beyond those who sit
_GIVERS = 30  # people among whom a wearer and a giver are looked for
_ATTEMPTS = 4
_ROOM_TO_MOVE = 1.25  # margin of a picture in which somebody is pulled at
_ROOM_AROUND = 1.1  # likewise around all moves, whose fingertips are no joints


@dataclass(frozen=True)
class Photograph:
    """image_HWC uint8 RGB; parsing_HW uint8 class ids (engine.regions.REGIONS); keypoints_18x3 float32:
    x, y px of this picture and state (0 outside, 1 occluded, 2 visible); framing and facing as in
    camera.py; surfaces_HW: parsing_HW with bare skin of the trunk told apart (surfaces.py); surface_HW3
    uint8: surface coordinates in the code of train.data.people, 0 where parsing_HW is. plate_HWC: the same
    place without anybody, where it was photographed too.
    """

    image_HWC: np.ndarray
    parsing_HW: np.ndarray
    keypoints_18x3: np.ndarray
    framing: str
    facing: str
    surfaces_HW: np.ndarray
    surface_HW3: np.ndarray
    arms_HW: np.ndarray
    plate_HWC: np.ndarray | None = None


class Person:
    """Identity, clothes, light and backdrop of a person index: drawn once, the same in all of the views.

    wears: another outfit than the own, or with looks and a bag. bulk: of the clothes that the arms make room
    for (dm), if not its own. alone: one garment of theirs, with nobody in it: what a word says, "" any. seat:
    whether they have one to sit on.
    As a context it frees what it holds on the graphics card at the end.
    """

    def __init__(
        self,
        studio: Studio,
        index: int,
        wears: Outfit | Street | None = None,
        bulk: float | None = None,
        alone: str | None = None,
        seat: bool = False,
    ):
        self.studio, self.index = studio, index
        meshes = studio.assets.meshes
        scene = np.random.default_rng((_SEED, index, _SCENE))
        self.backdrop = draw_backdrop(scene)
        self.light = draw_light(scene, self.backdrop)
        self.lens = draw_lens(scene)
        self.body, self.looks, own, rng = studio.drawn(index)
        carried: list[Part] = []
        self.handbag: Handbag | None = None
        if isinstance(wears, Street):
            self.handbag = wears.handbag
            self.looks = wears.looks
            carried = handbag_parts(studio.assets, self.body, wears.handbag) if wears.handbag else []
            wears = wears.outfit
        if seat:
            of_seat = np.random.default_rng((_SEED, index, _SEATED))
            self.sunk = draw_height(of_seat)
            carried += seat_parts(studio.assets, self.body, of_seat, self.sunk)
        self.outfit = wears or own
        heel = self.outfit.heels.height if self.outfit.heels else 0.0
        self.skeleton = Skeleton(meshes, self.body, self.outfit.bulk if bulk is None else bulk, heel)
        studio.renderer.take_over()
        worn = dress(studio.assets, self.body, self.outfit, self.looks, rng)
        if alone is not None:
            worn = garments_alone(worn, np.random.default_rng((_SEED, index, _LAID)), alone)
        self.model = Model(studio.renderer.card, [*worn, *carried])

    def view(self, number: int) -> Photograph:
        """One picture; view 0 shows the whole person from the front. Faulty ones are taken again
        (review.py)."""
        shot, rng = _plan(self.index, number)
        for _ in range(_ATTEMPTS):
            pose = draw_pose(rng, self.studio.recordings, shot.yaw)
            view = self.photograph(pose, shot, rng)
            if is_presentable(view.surfaces_HW):
                return view
        return self.photograph(draw_pose(rng, plain=True), shot, rng)

    def seated(self, number: int) -> Photograph:
        """One picture of somebody who sits on their seat, from any side."""
        return self._presentable(number, lambda rng: plan_to_sit(rng, self.sunk))

    def shown(self, number: int) -> Photograph:
        """One picture of somebody who shows their clothes, hands at rest before them or on a bag."""
        return self._presentable(number, lambda rng: plan_to_show(rng, self.handbag))

    def _presentable(self, number: int, plan: Callable[[np.random.Generator], Pose]) -> Photograph:
        """The first of a few poses that is presentable, or the last."""
        shot, rng = _plan(self.index, number)
        for _ in range(_ATTEMPTS):
            view = self.photograph(plan(rng), shot, rng)
            if is_presentable(view.surfaces_HW):
                break
        return view

    def pulled(self, number: int) -> Photograph:
        """One picture of a person somebody pulls at: in view 0 they stand, in every other one part of that
        pose has moved (PULLS, over and over), before the same camera in the same light. None is taken again:
        one round of six views belongs together, whatever `review` would say of one."""
        rng = np.random.default_rng((_SEED, self.index, _PULLED))
        shot = replace(draw_shot(rng, framing="full"), margin=_ROOM_TO_MOVE)
        standing = plan_to_pull(rng)
        pose = standing
        if number:
            of_number = np.random.default_rng((_SEED, self.index, _PULLED + number))
            pose = pulled(standing, PULLS[(number - 1) % len(PULLS)], of_number)
        return self.photograph(pose, shot, rng, [standing])

    def moved(self, number: int) -> Photograph:
        """One picture of a person who moves: in view 0 they stand, and the empty place is photographed too;
        in every other one they do `train.moves.MOVES`, one after another, before the same camera, which has
        all of them within its frame, in the same light. None is taken again, as of those who are pulled."""
        rng = np.random.default_rng((_SEED, self.index, _MOVED))
        shot = replace(draw_shot(rng, choose(rng, FACINGS), "full"), margin=_ROOM_AROUND)
        standing, side = plan_to_move(rng)
        poses = [standing]
        for turn, move in enumerate(MOVES, 1):
            of_number = np.random.default_rng((_SEED, self.index, _MOVED + turn))
            poses.append(moved(standing, move, side, of_number))
        return self.photograph(poses[number], shot, rng, poses, emptied=number == 0)

    def laid(self, number: int) -> Photograph:
        """One picture of a garment with nobody in it, laid flat or hung, in a place of its own."""
        rng = np.random.default_rng((_SEED, self.index, _LAID + 1 + number))
        renderer, meshes = self.studio.renderer, self.studio.assets.meshes
        renderer.take_over()
        posed = broadened(self.skeleton.solve(plan_flat_lay(rng)).turned(rng.uniform(-0.1, 0.1)), rng)
        self.model.pose(posed, self.skeleton)
        height, width = renderer.size
        camera = frame_garment(self.model.posed[:, :3], width / height, rng)
        exposure = renderer.expose(
            self.model, posed, self.skeleton, camera, self.light.jittered(rng), self.backdrop
        )
        parsing_HW = parsing_map(exposure.surfaces)
        points = keypoints(meshes, self.skeleton, posed, camera, exposure.distance, renderer.size)
        return Photograph(
            self.lens.through(exposure.image, exposure.surfaces > 0),
            parsing_HW,
            joints_of_garment(points, parsing_HW),
            "full",
            "front",
            exposure.surfaces,
            exposure.places,
            nobodys_arms(parsing_HW.shape),
        )

    def swap_view(self, posed: bool) -> Photograph:
        """One picture of somebody whose clothes are changed: standing, or in another pose, in either outfit
        before the same camera in the same light."""
        rng = np.random.default_rng((_SEED, self.index, _SWAPPED))
        shot = replace(draw_shot(rng, "front", "full"), margin=_ROOM_TO_MOVE)
        standing = plan_to_pull(rng)
        other = draw_pose(rng, self.studio.recordings, shot.yaw)
        return self.photograph(other if posed else standing, shot, rng, [standing])

    def photograph(
        self,
        pose: Pose | Recorded,
        shot: Shot,
        rng: np.random.Generator,
        framed: Sequence[Pose | Recorded] = (),
        emptied: bool = False,
    ) -> Photograph:
        """A picture of a given pose from a given side. framed: the poses that the camera is set up for, if
        others: the first as if it were taken, and joints of the others within the frame. emptied: whether the
        place is photographed without the person too."""
        renderer, meshes = self.studio.renderer, self.studio.assets.meshes
        renderer.take_over()
        posed, *stood = (self.skeleton.solve(each).turned(shot.yaw) for each in (pose, *framed))
        camera = self._camera(shot, stood or [posed])
        scene = self.model, posed, self.skeleton, camera, self.light.jittered(rng), self.backdrop
        exposure = renderer.expose(*scene)
        points = keypoints(meshes, self.skeleton, posed, camera, exposure.distance, renderer.size)
        arms_HW = arms_seen(renderer, self.model, posed, self.skeleton, camera, exposure)
        plate_HWC = None
        if emptied:
            empty = renderer.expose(*scene, empty=True)
            plate_HWC = self.lens.through(empty.image, empty.surfaces > 0)
        parsing_HW = parsing_map(exposure.surfaces)
        return Photograph(
            self.lens.through(exposure.image, exposure.surfaces > 0),
            parsing_HW,
            points,
            shot.framing,
            shot.facing,
            exposure.surfaces,
            exposure.places * (parsing_HW > 0)[..., None],
            arms_HW,
            plate_HWC,
        )

    def _camera(self, shot: Shot, framed: list[Posed]) -> Camera:
        height, width = self.studio.renderer.size
        first = framed[0]
        everywhere = Posed(first.rotations, np.concatenate([posed.heads for posed in framed]))
        return frame_person(shot, everywhere, self.skeleton, width / height)

    def leave(self) -> None:
        """Free what the person holds on the graphics card."""
        self.studio.renderer.take_over()
        self.model.release()

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_) -> None:
        self.leave()


def planned_shot(index: int, number: int) -> Shot:
    """How a view of a person will be taken, without taking it."""
    return _plan(index, number)[0]


def _plan(index: int, number: int) -> tuple[Shot, np.random.Generator]:
    rng = np.random.default_rng((_SEED, index, number + 1))
    return draw_shot(rng, "front", "full") if number == 0 else draw_shot(rng), rng


class Studio:
    """Assets and renderer for pictures of one size (H, W)."""

    def __init__(self, size: tuple[int, int] = (256, 176), assets: str | Path | None = None):
        self.assets = load_assets(assets)
        self.recordings = load_recordings(self.assets.root)
        self.renderer = PersonRenderer(size)

    def drawn(self, index: int) -> tuple[Body, Looks, Outfit, np.random.Generator]:
        """Who a person index is and what they wear, and the generator that their dress goes on from."""
        rng = np.random.default_rng((_SEED, index))
        body = draw_body(self.assets.meshes, rng)
        looks = draw_looks(rng, body)
        return body, looks, draw_outfit(rng, body.female), rng

    def swap(self, index: int) -> list[Photograph]:
        """The views of `train.swaps`: a wearer, who gives, and the truth of it."""
        wearer, giver, outfit = self._fitting(index)
        bulk = max(self.drawn(wearer)[2].bulk, outfit.bulk)
        views = {}
        for standing, wears in ((STANDING, None), (STANDING_TRUTH, outfit)):
            with Person(self, wearer, wears, bulk) as person:
                views[standing] = person.swap_view(posed=False)
                views[standing + POSED] = person.swap_view(posed=True)
        with Person(self, giver) as person:
            views[GIVER] = person.view(0)
        with Person(self, giver, alone=word_of(index)) as garment:
            views[LAID] = garment.laid(0)
        return [views[number] for number in VIEWS]

    def _coated(self, index: int) -> Outfit:
        """What a person index wears under a coat, and the coat."""
        return draw_coated(np.random.default_rng((_SEED, index, _COATED)), self.drawn(index)[0].female)

    def _in_the_street(self, index: int) -> Street:
        """What a person index wears and carries there."""
        body, looks, _, _ = self.drawn(index)
        return draw_street(np.random.default_rng((_SEED, index, _STREET)), body.female, looks)

    def _to_show(self, index: int) -> Street:
        """What a person index wears and carries in a shop's photographs."""
        body, looks, _, _ = self.drawn(index)
        return draw_shown(np.random.default_rng((_SEED, index, _SHOWN)), body.female, looks)

    def _to_sit(self, index: int) -> Street:
        """What a person index wears who sits: as in the street, but trousers, whose cloth bends with the legs
        where it does not flare, no coat and empty hands."""
        body, looks, _, _ = self.drawn(index)
        rng = np.random.default_rng((_SEED, index, _SEATED))
        while True:
            street = draw_street(rng, body.female, looks)
            bottom = street.outfit.bottom
            if isinstance(bottom, Trousers) and bottom.fit.taper >= 0 and street.outfit.coat is None:
                return replace(street, handbag=None)

    def _fitting(self, index: int) -> tuple[int, int, Outfit]:
        """Wearer, giver, and what the wearer then wears: the first two of so many people whom no other index
        asks, and who are held out from training as the index is."""
        first = index - index % HELD_OUT + index % HELD_OUT * _GIVERS
        outfits = [self.drawn(each)[2] for each in range(first, first + _GIVERS)]
        for wearer, giver in itertools.combinations(range(_GIVERS), 2):
            outfit = swapped(outfits[wearer], outfits[giver], word_of(index))
            if outfit is not None:
                return first + wearer, first + giver, outfit
        raise ValueError(f"nobody near person {index} has a garment to give")

    def photograph(self, index: int, views: int = 6, studio: str = STUDIO_VERSION) -> list[Photograph]:
        """All views of a person: `Person.view`, or what data of another studio are of."""
        if studio == STUDIO_OF_SWAPS:
            return self.swap(index)
        wears: Outfit | Street | None = None
        if studio == STUDIO_OF_COATS:
            wears = self._coated(index)
        elif studio == STUDIO_OF_STREET:
            wears = self._in_the_street(index)
        elif studio == STUDIO_OF_SITTING:
            wears = self._to_sit(index)
        elif studio == STUDIO_OF_SHOPS:
            wears = self._to_show(index)
        alone = "" if studio == STUDIO_OF_FLAT_LAYS else None
        with Person(self, index, wears, alone=alone, seat=studio == STUDIO_OF_SITTING) as person:
            takes = {
                STUDIO_OF_SITTING: person.seated,
                STUDIO_OF_SHOPS: person.shown,
                STUDIO_OF_PULLS: person.pulled,
                STUDIO_OF_MOVES: person.moved,
                STUDIO_OF_FLAT_LAYS: person.laid,
            }
            take = takes.get(studio, person.view)
            return [take(number) for number in range(views)]
