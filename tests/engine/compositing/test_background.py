"""What is behind the person, and whose the pixels of a photo are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from flat_scene import (
    BODY,
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
    told_arms,
)
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.background import before_plates, make_plate, of_person, person_matte
from engine.pictures import to_rgb, to_tensor

PERSON = classes((SHIRT, BODY))
NOBODY_KNOWN = source(grey(), torch.zeros(SIZE))


def sure(of_person_hw: Tensor) -> Tensor:
    """A surface map that holds each pixel to be the person's as likely as this."""
    chance = of_person_hw[None, None].clamp(1e-6, 1 - 1e-6)
    logits = torch.full((1, CLASSES, *SIZE), -60.0)
    logits[:, WALL : WALL + 1], logits[:, SHIRT : SHIRT + 1] = (1 - chance).log(), chance.log()
    return torch.cat([logits, torch.zeros(1, 3, *SIZE)], 1)


def test_a_pixel_is_hers_alone_from_six_tenths_on_and_has_nothing_of_her_below_two():
    ramp = torch.linspace(0, 1, SIZE[1]).expand(SIZE)
    matte = person_matte(sure(ramp), SIZE)[0, 0, 5]
    assert matte[ramp[0] < 0.19].max() == 0 and matte[ramp[0] > 0.61].min() == 1
    assert matte[(ramp[0] - 0.4).abs().argmin()].item() == pytest.approx(0.5, abs=0.03)
    assert (matte.diff() >= 0).all()


def test_where_nobody_is_the_plate_is_seen_whatever_the_engine_draws():
    own = own_pose(seen(PERSON), NOBODY, background=grey(0.7))
    matte = person_matte(seen(PERSON), SIZE)
    shown = before_plates(grey(-0.9), matte, [(NOBODY_KNOWN, own, 1.0)])
    rows, columns = BODY
    assert (shown[..., rows, columns] == -0.9).all()
    shown[..., rows, columns] = 0.7
    assert (shown - 0.7).abs().max() < 1e-6


def test_a_larger_picture_has_the_plate_at_its_own_sharpness():
    stripes = torch.arange(2 * SIZE[1]).remainder(2).float().expand(1, 3, 2 * SIZE[0], -1)
    own = own_pose(seen(PERSON), NOBODY, background=stripes)
    matte = person_matte(seen(PERSON), stripes.shape[-2:])
    shown = before_plates(finer(grey(-0.9)), matte, [(NOBODY_KNOWN, own, 1.0)])
    assert torch.equal(shown[..., :10, :], stripes[..., :10, :])


def test_what_the_parsing_network_takes_for_somebody_is_no_wall_that_goes_on():
    """A bag of -0.5 hangs beside the person, before a wall of 0.4; the detector says that nobody is there."""
    rows, columns = BODY
    bag = slice(rows.start + 20, rows.start + 50), slice(columns.stop, columns.stop + 20)
    photo = grey(0.4)
    photo[0, :, rows, columns], photo[(0, slice(None), *bag)] = 0.9, -0.5
    given = source(photo, (PERSON == WALL).float()).photo
    seen_parts = ((SHIRT, BODY),), ((SHIRT, BODY), (SHIRT, bag))
    cloud, plate = (
        to_tensor(make_plate(given, told_arms(classes(*parts))).frame_HWC, None) for parts in seen_parts
    )
    behind = plate[0, :, rows.start + 4 : rows.stop - 4, columns.start + 4 : columns.stop - 4]
    assert (behind - 0.4).abs().max() < 0.02
    assert cloud[0, :, rows.start + 30, columns.stop - 6].max() < 0.3, "as a wall it would be a cloud"
    inside = plate[0, :, bag[0].start + 8 : bag[0].stop - 8, bag[1].start + 8 : bag[1].stop - 8]
    assert (inside + 0.5).abs().max() < 0.02, "and it stays"


def test_without_a_pose_what_the_engine_draws_stays_behind():
    shown = before_plates(grey(-0.9), person_matte(seen(PERSON), SIZE), [(NOBODY_KNOWN, None, 1.0)])
    assert torch.equal(shown, grey(-0.9))


def test_plates_take_over_by_their_shares():
    first, second = (own_pose(seen(PERSON), NOBODY, background=grey(value)) for value in (0.0, 1.0))
    behind = torch.zeros(1, 1, *SIZE)
    shown = before_plates(grey(-0.9), behind, [(NOBODY_KNOWN, first, 1.0), (NOBODY_KNOWN, second, 0.25)])
    assert (shown - 0.25).abs().max() < 1e-6


def test_what_a_detector_calls_somebody_elses_is_background():
    both = classes((SHIRT, BODY), (TROUSERS, (slice(8, 120), slice(76, 92))))  # a bystander to the right
    hers = torch.zeros(1, 1, *SIZE)
    hers[..., BODY[0], BODY[1]] = 1.0
    surface = seen(both)
    surface[:, :CLASSES] /= 10  # the parsing network is sure by e^3 to 1
    joined = of_person(surface, hers)
    found = joined[:, :CLASSES].argmax(1)[0]
    assert torch.equal(found, PERSON)
    assert torch.equal(joined[:, CLASSES:], surface[:, CLASSES:]), "points on the body stay"


def test_a_detector_cannot_undress():
    """Which garment it is, and what is surely nothing of hers, the parsing network goes on saying."""
    hers = torch.full((1, 1, *SIZE), 1.0)
    joined = of_person(seen(PERSON), hers)[:, :CLASSES].softmax(1)
    rows, columns = BODY
    assert joined[0, SHIRT, rows, columns].min() > 0.999
    assert joined[0, WALL, :8].min() > 0.99, "e^30 to 1 is surer than a detector can be"
    doubtful = of_person(sure(torch.full(SIZE, 0.5)), torch.full((1, 1, *SIZE), 0.0))[:, :CLASSES].softmax(1)
    assert doubtful[0, SHIRT].max().item() == pytest.approx(0.005, rel=0.01)


def test_a_mask_is_seen_at_the_maps_size():
    mask = torch.zeros(1, 1, 2 * SIZE[0], 2 * SIZE[1])
    mask[..., : SIZE[1]] = 1.0
    joined = of_person(sure(torch.full(SIZE, 0.5)), mask)[0, :CLASSES].argmax(0)
    assert (joined[:, : SIZE[1] // 2] == SHIRT).all() and (joined[:, SIZE[1] // 2 :] == WALL).all()


def test_the_plate_is_the_photo_but_for_the_person_and_two_px_around_her():
    generator = torch.Generator().manual_seed(0)
    photo = torch.rand(1, 3, *SIZE, generator=generator) * 2 - 1
    nobody = (PERSON != SHIRT).float()
    made = make_plate(source(photo, nobody).photo, told_arms(PERSON))
    rgb = to_rgb(photo)
    hole = np.zeros(SIZE, bool)
    hole[BODY[0].start - 2 : BODY[0].stop + 2, BODY[1].start - 2 : BODY[1].stop + 2] = True
    assert np.array_equal(made.frame_HWC[~hole], rgb[~hole])
    assert (made.frame_HWC[hole] != rgb[hole]).any(1).mean() > 0.95
    assert made.fine_HWC is None and made.bytes() == rgb.nbytes


def test_the_fine_plate_is_the_same_view():
    generator = torch.Generator().manual_seed(1)
    rgb = torch.randint(0, 256, (*SIZE, 3), generator=generator).numpy().astype(np.uint8)
    fine = rgb.repeat(2, 0).repeat(2, 1)
    made = make_plate(source(to_tensor(rgb), (PERSON != SHIRT).float()).photo, told_arms(PERSON), fine)
    assert made.fine_HWC.shape == fine.shape and made.bytes() == rgb.nbytes + fine.nbytes
    assert np.array_equal(made.fine_HWC[:10], fine[:10])
    reduced = made.fine_HWC.reshape(SIZE[0], 2, SIZE[1], 2, 3).mean((1, 3))
    assert np.abs(reduced - made.frame_HWC).mean() < 12
