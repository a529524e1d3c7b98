"""Cloth that no photo shows has the grain of the cloth beside it: a shirt, and on it the left arm."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from flat_scene import SHIRT, SIZE, TROUSERS, classes, finer, grey, own_pose, pose, seen
from torch import Tensor

from engine.compositing.grain import with_grain
from engine.compositing.own_pose import OwnPose
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
CLOTH, UNDER = (slice(30, 100), slice(30, 66)), (slice(40, 90), slice(66, 76))
OWN = classes((SHIRT, CLOTH), (ARM, UNDER))
SMOOTH = 0.25


def woven(rows: int, columns: int, amount: float) -> Tensor:
    """[H, W] of 0 on the mean, each of its px darker or lighter by chance."""
    lighter = np.random.default_rng(1).integers(0, 2, (rows, columns))
    return torch.from_numpy(np.where(lighter, amount, -amount)).float()


def grained(
    photo: Tensor, own_hw: Tensor = OWN, fine: np.ndarray | None = None, seen_1Khw: Tensor | None = None
):
    limbs = torch.zeros(1, 4, *SIZE)
    limbs[0, 3][UNDER] = 1.0
    under = torch.cat([grey(SMOOTH), torch.zeros(1, 2, *SIZE)], 1)
    if photo.shape[2:] != SIZE:
        limbs, under = finer(limbs), finer(under)
    seen_1Khw = seen(own_hw) if seen_1Khw is None else seen_1Khw
    own = own_pose(seen_1Khw, pose(), limbs=limbs, under=under)
    if photo.shape[2:] != SIZE:
        own = own._replace(cloth=finer(own.cloth))
    return with_grain(own, photo, fine)


def rough(own: OwnPose, where: tuple[slice, slice] = UNDER) -> float:
    return (own.under[0, 0][where] - SMOOTH).square().mean().sqrt().item()


def test_under_an_arm_cloth_has_the_grain_of_the_cloth_beside():
    own, _ = grained(grey(0.1) + woven(*SIZE, 0.05))
    assert rough(own) == pytest.approx(0.05, rel=0.25)
    assert own.under[0, 0][UNDER].mean() == pytest.approx(SMOOTH, abs=0.01), "and its own colours"
    assert torch.equal(own.under[:, 3:], torch.zeros(1, 2, *SIZE))


def test_plain_cloth_stays_plain_and_where_no_cloth_is_nothing_is_changed():
    assert rough(grained(grey(0.1))[0]) < 1e-5
    bare = grained(grey(0.1) + woven(*SIZE, 0.05), classes((ARM, CLOTH)))
    assert rough(bare[0]) == 0 and bare[1] is None


def test_grain_is_not_that_of_walls_arms_or_hems():
    """Rough are the wall, the arm, and a hem between two plain garments."""
    own_hw = classes((SHIRT, CLOTH), (TROUSERS, (slice(64, 100), CLOTH[1])), (ARM, UNDER))
    photo = grey(0.1) + woven(*SIZE, 0.3)
    photo[0, :, CLOTH[0], CLOTH[1]] = 0.1
    photo[0, :, 64, CLOTH[1]] = -0.9
    assert rough(grained(photo, own_hw)[0]) < 1e-3
    fine_under = grained(finer(photo), own_hw)[0].under[0, 0, 80:180, 132:152]
    assert (fine_under - SMOOTH).abs().max() < 1e-3, "an edge is as broad as a picture is large"


def test_colours_of_something_else_have_no_grain():
    """As those of a leg beside shorts."""
    for value, share in ((SMOOTH - 0.28, 1.0), (SMOOTH - 0.4, 0.5), (SMOOTH - 0.52, 0.0)):
        own, _ = grained(grey(value) + woven(*SIZE, 0.05))
        assert rough(own) == pytest.approx(0.05 * share, abs=0.012), value


def test_a_button_is_not_taken_along():
    photo = grey(0.1) + woven(*SIZE, 0.02)
    photo[0, :, 60, 60] = 1.0
    own, _ = grained(photo)
    assert (own.under[0, 0][UNDER] - SMOOTH).abs().max() < 0.055


def test_a_button_is_told_by_the_cloth_about_it():
    """Farther down the same cloth is rougher."""
    photo = grey(0.1) + woven(*SIZE, 0.02)
    photo[0, :, 75:] = 0.1 + woven(53, SIZE[1], 0.3)
    photo[0, :, 50, 60] = 1.0
    own, _ = grained(photo)
    assert (own.under[0, 0, 45:55, UNDER[1]] - SMOOTH).abs().max() < 0.07


def test_threads_that_lie_apart_are_no_buttons():
    photo = grey(0.1)
    photo[..., ::4] += 0.12
    own, _ = grained(photo)
    assert own.under[0, 0][UNDER].amax() > SMOOTH + 0.055


def test_a_fold_comes_once_and_is_not_mirrored():
    """Waves of 20 px beside an arm are no weave."""
    folds_1w = 0.1 * torch.sin(torch.arange(SIZE[1]) * (torch.pi / 10))
    assert rough(grained(grey(0.1) + folds_1w)[0]) < 0.01


def test_embroidery_is_no_grain():
    """Of 36 columns beside the arm ten are rough, the next to it among them."""
    photo = grey(0.1) + woven(*SIZE, 0.02)
    photo[..., 56:66] = 0.1 + woven(*SIZE, 0.4)[:, 56:66]
    assert rough(grained(photo)[0]) < 0.1


def test_a_narrow_strip_of_cloth_lends_its_grain_too():
    """Of 6 px with its edges, beside 10 where an arm hung."""
    own_hw = classes((SHIRT, (CLOTH[0], slice(60, 66))), (ARM, UNDER))
    assert rough(grained(grey(0.1) + woven(*SIZE, 0.05), own_hw)[0]) > 0.02


def test_grain_does_not_come_as_rings_around_what_is_seen():
    """A crease goes up and down 4 px beside an arm: mirrored it stood in every row."""
    photo = grey(0.1) + woven(*SIZE, 0.02)
    photo[..., 62] += 0.1
    under = grained(photo)[0].under[0, 0][UNDER]
    assert under.mean(0).std() < 0.01


@pytest.mark.parametrize(("share", "known"), [(0.4, False), (0.6, True)])
def test_cloth_has_to_be_likelier_than_not(share, known):
    seen_1Khw = seen(OWN)
    seen_1Khw[:, SHIRT][OWN[None] == SHIRT] = 30.0 + math.log(share / (1 - share))
    seen_1Khw[:, 0][OWN[None] == SHIRT] = 30.0
    own, _ = grained(grey(0.1) + woven(*SIZE, 0.05), seen_1Khw=seen_1Khw)
    assert (rough(own) > 0.03) == known


def test_in_a_fine_picture_grain_is_as_fine():
    fine = (127.5 + 127.5 * woven(256, 192, 0.1)[..., None].expand(-1, -1, 3)).byte().numpy()
    own, cloth_HWC = grained(grey(0.0), fine=fine)
    assert rough(own) < 1e-5, "too fine for the small one"
    assert cloth_HWC.shape == fine.shape and cloth_HWC.dtype == np.uint8
    level = 127.5 * (1 + SMOOTH)
    under = cloth_HWC[84:176, 136:150, 0].astype(float)
    assert np.sqrt(np.square(under - level).mean()) == pytest.approx(12.75, rel=0.25)
    assert under.mean() == pytest.approx(level, abs=1.5)
