"""How far the photo goes when it is warped along its surface: measures bracketed from both sides."""

from __future__ import annotations

import pytest
import torch
from flat_scene import (
    BODY,
    DECIMETRE,
    NOBODY,
    SHIRT,
    SIZE,
    TROUSERS,
    WALL,
    classes,
    finer,
    grey,
    own_pose,
    seen,
    source,
)
from torch import Tensor

from engine.compositing.atlas import CLASSES, centres
from engine.compositing.own_pose import OwnPose
from engine.compositing.surface_warp import _smooth, surface_warp
from engine.regions import SURFACE_SPAN

PERSON = classes((SHIRT, BODY))
RIGHT_EDGE = BODY[1].stop
TRUNK = slice(36, 56), slice(40, 56)


class Photo:
    """Stands in for an atlas: points lie where `flat_scene` has them, and so far from all that is seen."""

    far = 1.0

    def look_up(self, _, surface_B11hw: Tensor) -> tuple[Tensor, Tensor]:
        size = surface_B11hw.shape[-2:]
        px_B2hw = surface_B11hw[:, CLASSES : CLASSES + 2] * SURFACE_SPAN * DECIMETRE + 0.5
        there_B2hw = 2 * px_B2hw / torch.tensor(SIZE[::-1]).view(2, 1, 1) - 1
        behind_B1hw = surface_B11hw[:, :CLASSES].argmax(1, keepdim=True) == WALL
        here_2hw = centres(size, torch.device("cpu"))
        return torch.where(behind_B1hw, here_2hw, there_B2hw), torch.full((1, 2, *size), self.far)


@pytest.fixture(autouse=True)
def photo(monkeypatch) -> Photo:
    made = Photo()
    monkeypatch.setattr("engine.compositing.surface_warp.look_up", made.look_up)
    return made


def matte(surface: Tensor, *, picture: Tensor | None = None, own: Tensor | None = None, **known) -> Tensor:
    """Of the layer [H, W] of a photo whose own pose was drawn as `own`."""
    own = own_pose(seen(PERSON) if own is None else own, NOBODY, **known)
    picture = grey() if picture is None else picture
    photo = source(grey(0.5), torch.zeros(SIZE))
    return surface_warp(picture, surface, NOBODY, photo, own).layer(photo.photo[:, :3])[0, 0]


def test_what_stands_still_may_differ_by_three_mm_and_fades_over_the_next_ten():
    """Previews of half precision differ by so much where nothing has moved."""
    still = [matte(seen(PERSON, mm / 100))[TRUNK].mean() for mm in (3, 5, 7, 15)]
    assert still[0] > 0.999, "the photo itself"
    assert still[1] < 0.95, "what has moved is told"
    assert 0.5 < still[2] < 0.8
    assert still[3] < 0.25


def test_what_stands_still_may_differ_by_three_levels_of_colour_and_not_by_five():
    """Of 255, all over: then it is the photo to the last bit, or is not."""
    differs = [matte(seen(PERSON), picture=grey(0.1 + levels / 127.5))[TRUNK] for levels in (3, 5)]
    assert differs[0].min() == 1
    assert differs[1].max() < 1


def test_what_moves_is_half_trusted_three_cm_from_what_the_photo_shows(photo):
    photo.far = 0.1  # of 3 dm
    assert 0.4 < matte(seen(PERSON, right=8))[TRUNK].mean() < 0.6


@pytest.mark.parametrize("right", [0, 2])
def test_a_class_that_changes_spoils_what_is_beside_it(photo, right):
    photo.far = 0.0
    now = PERSON.clone()
    now[:, 60:66] = TROUSERS
    beside = matte(seen(now, right=right))[40:60, :60]
    assert beside[:, 59].max() < 0.5
    assert beside[:, 57].min() > 0.99


def test_what_is_beside_is_as_wide_in_finer_maps():
    """Three px in maps of 256 rows, where it is one in maps of 128."""
    now = PERSON.clone()
    now[:, 60:66] = TROUSERS
    own = OwnPose(*(finer(each) if each.dim() == 4 else each for each in own_pose(seen(PERSON), NOBODY)))
    fine = source(grey(0.5), torch.zeros(SIZE))
    fine = fine._replace(photo=finer(fine.photo))
    warp = surface_warp(finer(grey()), finer(seen(now)), NOBODY, fine, own)
    beside = warp.layer(fine.photo[:, :3])[0, 0, 80:120, :120]
    assert beside[:, 118].max() < 0.1
    assert beside[:, 114].min() > 0.99


def test_the_wall_is_spoilt_two_px_beside_an_outline_that_has_moved():
    now = PERSON.clone()
    now[:, RIGHT_EDGE : RIGHT_EDGE + 4] = SHIRT
    wall = matte(seen(now))[40:60, RIGHT_EDGE + 4 :]
    assert wall[:, 0].max() < 0.1
    assert wall[:, 3].min() > 0.99


def test_what_only_the_photo_has_leaves_with_what_is_fifteen_px_away_and_not_thirty():
    """A hat, and the head under it, which is gone."""
    head = classes((SHIRT, (slice(100, 112), BODY[1])))
    above = matte(seen(classes()), own=seen(head), missed=torch.ones(1, 1, *SIZE))[:100, 48]
    assert above[100 - 15] < 0.01
    assert above[100 - 30] > 0.99


def test_a_kink_is_smoothed_over_ten_px():
    """A fifth of it is left where it is two px wide."""
    kink, cloth = torch.zeros(1, 2, *SIZE), seen(classes((SHIRT, (slice(None), slice(None)))))
    kink[..., 40:42] = 1.0
    smooth = _smooth(kink, torch.ones(1, 1, *SIZE), cloth[:, :CLASSES].softmax(1))
    assert 0.15 < smooth[..., 60, 40:42].mean() < 0.25


def test_a_wall_does_not_take_on_what_an_engine_smears_over_it():
    """And a body takes the light that it is drawn in."""
    own = own_pose(seen(PERSON), NOBODY)
    photo = source(grey(0.5), torch.zeros(SIZE))
    layer_4HW = surface_warp(grey(0.14), seen(PERSON), NOBODY, photo, own).layer(photo.photo[:, :3])[0]
    colour_HW = layer_4HW[1] / layer_4HW[0].clamp_min(1e-3)
    assert layer_4HW[0, 64, 85] > 0.9 and colour_HW[64, 85].item() == pytest.approx(0.5, abs=1e-4)
    assert layer_4HW[0, 64, 48] > 0.9 and colour_HW[64, 48].item() == pytest.approx(0.54, abs=1e-4)
