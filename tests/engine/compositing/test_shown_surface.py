"""The surface map of what is shown: a limb that is elsewhere takes along what the photo shows on it."""

from __future__ import annotations

import torch
from flat_scene import SHIRT, arms, classes, grey, own_pose, pose, seen, source

from engine.compositing.atlas import CLASSES
from engine.compositing.detail import DetailSource
from engine.compositing.layers import photo_layer, photo_warps
from engine.compositing.limb_mattes import limb_mattes
from engine.compositing.own_pose import OwnPose
from engine.compositing.shown_surface import Shown, shown_surface
from engine.pose import skeleton as sk
from engine.regions import REGIONS, SURFACE_SPAN

ARM, LEG = REGIONS.index("arms"), REGIONS.index("legs")
TRUNK, LEFT_ARM, RIGHT_ARM = (
    (slice(33, 66), slice(36, 61)),
    (slice(38, 74), slice(61, 74)),
    (slice(38, 74), slice(22, 35)),
)
SLEEVE = slice(38, 54), LEFT_ARM[1]
LEGS = (slice(66, 122), slice(49, 62)), (slice(66, 122), slice(34, 47))
PHOTO = (SHIRT, TRUNK), (ARM, LEFT_ARM), (ARM, RIGHT_ARM), (SHIRT, SLEEVE), *((LEG, leg) for leg in LEGS)
RAISED = {sk.LEFT_ELBOW: (8.0, -14.0), sk.LEFT_WRIST: (8.0, -42.0)}  # to (74, 36) and (76, 22)


def reference(monkeypatch) -> tuple[DetailSource, OwnPose]:
    """Nothing of it is found by its atlas: only its limbs are."""

    def nowhere(_atlas, surface):
        size = surface.shape[-2:]
        return torch.zeros(1, 2, *size), torch.ones(1, 2, *size)

    monkeypatch.setattr("engine.compositing.surface_warp.look_up", nowhere)
    own_hw = classes(*PHOTO)
    limbs = limb_mattes(pose(), seen(own_hw), arms(own_hw, [RIGHT_ARM], [LEFT_ARM]).mattes)
    nobody = torch.zeros_like(grey())
    own = own_pose(seen(own_hw), pose(), limbs=limbs, background=nobody)
    return source(grey(), (own_hw == 0).float()), own


def shown(surface: torch.Tensor, now: torch.Tensor, photo_of: DetailSource, own: OwnPose | None) -> Shown:
    references = [(photo_of, own, 1.0)]
    return shown_surface(surface, photo_warps(grey(), surface, now, references), references)


def told(monkeypatch, now: torch.Tensor, drawn_hw: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Classes and points of what is shown, where the engine draws these classes; its points are a decimetre
    off."""
    photo_of, own = reference(monkeypatch)
    made = shown(seen(drawn_hw, off_hw=1.0), now, photo_of, own)
    assert made.surface.isfinite().all()
    class_8hw, point_3hw = made.surface[0].split((CLASSES, 3))
    return class_8hw.argmax(0), point_3hw * SURFACE_SPAN


def test_a_raised_arm_is_bare_where_the_photo_has_it_bare(monkeypatch):
    """The engine draws a long sleeve on it."""
    sleeve = SHIRT, (slice(10, 45), slice(62, 84))
    class_hw, point_3hw = told(monkeypatch, pose(RAISED), classes(*PHOTO[:1], *PHOTO[2:3], sleeve))
    assert class_hw[26, 75] == ARM and class_hw[17, 76] == ARM, "forearm and hand"
    assert class_hw[37, 67] == SHIRT, "the sleeve"
    assert abs(point_3hw[2, 26, 75]) < 0.3, "where on the body is the photo's"


def test_where_an_arm_was_nobody_is(monkeypatch):
    class_hw, _ = told(monkeypatch, pose(RAISED), classes(*PHOTO))  # the engine leaves it there
    assert (class_hw[56:70, 66:72] == 0).all()


def test_without_a_known_pose_it_is_what_the_engine_draws(monkeypatch):
    photo_of, _ = reference(monkeypatch)
    surface = seen(classes(*PHOTO))
    made = shown(surface, pose(), photo_of, None)
    assert made.surface is surface and made.laid.max() == 0


def test_standing_it_says_what_the_parsing_network_saw(monkeypatch):
    """Where the photo is shown as it is, and the engine sees a shoe that is none."""
    photo_of, own = reference(monkeypatch)
    seen_hw, drawn_hw = classes(*PHOTO), classes(*PHOTO)
    drawn_hw[110:122, 34:47] = SHIRT
    own = own._replace(surface=own.surface.clone())
    own.surface[:, :CLASSES] = seen(drawn_hw)[:, :CLASSES].softmax(1)
    made = shown(seen(drawn_hw), pose(), photo_of, own)
    class_hw = made.surface[0, :CLASSES].argmax(0)
    assert made.laid[0, 0, 40:110, 40:56].min() > 0.9
    assert (class_hw[113:119, 38:44] == LEG).all() and (seen_hw[113:119, 38:44] == LEG).all()


def test_where_a_photo_lies_is_found_once_for_a_picture_of_any_size(monkeypatch):
    """What was found for the frame serves the fine picture: as if it were found for that."""
    photo_of, own = reference(monkeypatch)
    drawn = grey(), seen(classes(*PHOTO)), pose(RAISED)

    def twice(planes: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.interpolate(planes, scale_factor=2.0, mode="bilinear")

    fine = [
        (photo_of._replace(photo=twice(photo_of.photo)), own._replace(background=twice(own.background)), 1.0)
    ]
    once, anew = (
        photo_layer(photo_warps(*drawn, references), fine) for references in ([(photo_of, own, 1.0)], fine)
    )
    assert once[0, 0].max() > 0.9 and (once - anew).abs().max() < 2e-2
    assert (once - anew).abs().mean() < 1e-5
