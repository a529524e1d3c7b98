"""`python3 -m train poses --output resources/poses`: the pose library of the window.

Each pose of the table is taken up by one person of the studio: OpenPose JSON in a 512 x 352 frame, a small
picture (the skeleton over a grey figure, transparent around it), and index.json with names in shelf order.
The same studio gives the same files.
"""

from __future__ import annotations

import argparse
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from engine.files import make_folder, write_whole
from engine.pose.formats import write_openpose
from engine.pose.skeleton import COLOURS, LIMBS
from engine.regions import REGIONS

from ..data.detector import as_detected
from ..studio.camera import Shot
from ..studio.photographer import Person, Photograph, Studio
from ..studio.poses import Bend, Pose, Recorded, plan_pose

SIZE = (512, 352)
THUMBNAIL = (128, 88)
MANNEQUIN = 1_000_044  # short hair, slim clothes: arms and legs can be told apart
_GREY = (146, 151, 161)
_SHADING = np.array((14, 14, 14, 0), np.float32)


@dataclass(frozen=True)
class Entry:
    """A pose by its name. turn: degrees from the camera, to the left of the picture below 0. stance, left and
    right hand: as in plan_pose, or the name of a recording. head: degrees it turns to the person's left.
    seed: of the small things nobody orders.
    """

    name: str
    stance: str = "stand"
    left: str = "down"
    right: str = "down"
    turn: float = 0.0
    head: float = 0.0
    framing: str = "full"
    seed: int = 1

    @property
    def stem(self) -> str:
        return self.name.lower().replace(",", "").replace(" ", "-")

    @property
    def facing(self) -> str:
        away = abs((self.turn + 180) % 360 - 180)
        names = ((25, "front"), (65, "three-quarter"), (110, "side"), (155, "back-three-quarter"))
        return next((name for most, name in names if away < most), "back")


ENTRIES = (
    Entry("Standing, arms down"),
    Entry("Weight on one leg", "contrapposto", seed=2),
    Entry("Hand on hip", "contrapposto", left="hip", seed=3),
    Entry("Hands on hips", "wide", "hip", "hip"),
    Entry("Hands in pockets", "stand", "pocket", "pocket", seed=4),
    Entry("Arms crossed", "stand", "crossed", "crossed", seed=5),
    Entry("Legs crossed", "crossed", seed=6),
    Entry("Hand in hair", "contrapposto", right="hair", seed=7),
    Entry("Hand on the other arm", "stand", right="opposite arm", seed=8),
    Entry("Hands clasped", "crossed", "clasp", "clasp", seed=9),
    Entry("Hands behind", "stand", "back", "back", turn=-15, seed=10),
    Entry("Walking", "walk", "swing back", "swing forward", seed=12),
    Entry("Running", "run01", turn=-25),
    Entry("Three-quarter left", turn=-42, seed=13),
    Entry("Three-quarter right", "contrapposto", right="hip", turn=42, seed=14),
    Entry("Side view", turn=-88, seed=15),
    Entry("Walking past", "walk", "swing back", "swing forward", turn=80, seed=16),
    Entry("Back view", turn=180, seed=17),
    Entry("Over the shoulder", "contrapposto", turn=158, head=-55, seed=18),
    Entry("Hands in back pockets", "wide", "back pocket", "back pocket", turn=-170, seed=19),
    Entry("Back three-quarter", "walk", "swing forward", "swing back", turn=-135, seed=20),
    Entry("Upper body", framing="upper", seed=21),
    Entry("Upper body, hand at chin", right="chin", turn=25, framing="upper", seed=22),
    Entry("To the knee", "contrapposto", "pocket", "down", turn=-20, framing="knee", seed=23),
)


def run(argv: list[str]) -> int:
    """Make the library as the arguments say. Raises InputError; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m train poses", description="Make the application's pose library."
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder of the library")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="MakeHuman data folder (or MAKEHUMAN_ASSETS)"
    )
    parser.add_argument(
        "--person", type=int, default=MANNEQUIN, metavar="I", help=f"who shows the poses ({MANNEQUIN})"
    )
    options = parser.parse_args(argv)
    if options.person < 0:
        parser.error("--person must be 0 or more")
    make_folder(options.output)
    with Person(Studio(SIZE, options.assets), options.person) as person:
        index = [_write(options.output, person, entry) for entry in ENTRIES]
    write_whole(options.output / "index.json", (json.dumps({"poses": index}, indent=1) + "\n").encode())
    print(f"{len(index)} poses in {options.output}")
    return 0


def _write(folder: Path, person: Person, entry: Entry) -> dict:
    """Both files of an entry; its line in the index."""
    view = photographed(person, entry)
    files = {"pose": f"{entry.stem}.json", "thumbnail": f"{entry.stem}.png"}
    write_openpose(folder / files["pose"], view.keypoints_18x3, SIZE)
    write_whole(folder / files["thumbnail"], thumbnail(view))
    return {"name": entry.name, **files, "facing": entry.facing, "framing": entry.framing}


def photographed(person: Person, entry: Entry) -> Photograph:
    """The person in this pose, from straight ahead."""
    rng = np.random.default_rng(entry.seed)
    pose: Pose | Recorded
    if entry.stance in person.studio.recordings:
        pose = Recorded(person.studio.recordings[entry.stance], 0.75, Bend(), Bend(), {})
    else:
        pose = plan_pose(rng, entry.stance, (entry.left, entry.right))
        pose.head.twist = 0.4 * pose.head.twist + np.radians(entry.head)
    shot = Shot(entry.facing, entry.framing, np.radians(entry.turn), 0.0, 0.36, 0.35, (0.0, 0.0), 1.06)
    view = person.photograph(pose, shot, rng)
    return replace(view, keypoints_18x3=as_detected(view.keypoints_18x3))  # no nose in the back of a head


def thumbnail(view: Photograph) -> bytes:
    """A PNG of THUMBNAIL (H, W): the skeleton in OpenPose's colours over the figure in grey."""
    smooth = Image.fromarray(view.image_HWC).convert("L").filter(ImageFilter.GaussianBlur(5))
    light = np.asarray(smooth, np.float32)
    grey = np.zeros((*light.shape, 4), np.float32)
    for part in range(1, len(REGIONS)):  # hair, cloth and skin in one grey, each with its own shading
        there = view.parsing_HW == part
        if there.any():
            shade = np.clip((light[there] - light[there].mean()) / (light[there].std() + 4), -2, 2)
            grey[there] = np.append(_GREY, 255) + shade[:, None] * _SHADING
    picture = Image.fromarray(grey.astype(np.uint8), "RGBA")
    draw = ImageDraw.Draw(picture)
    points, rows = view.keypoints_18x3, view.image_HWC.shape[0]
    width, radius = round(rows / 42), rows / 68
    for (a, b), colour in zip(LIMBS, COLOURS[: len(LIMBS)], strict=True):
        if min(points[a, 2], points[b, 2]) > 0:
            draw.line([*points[a, :2], *points[b, :2]], fill=colour, width=width)
    for (x, y, state), colour in zip(points, COLOURS, strict=True):
        if state > 0:
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    file = io.BytesIO()
    picture.resize(THUMBNAIL[::-1], Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
