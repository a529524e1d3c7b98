"""The hand in the box, and the colours of a person's hands."""

from __future__ import annotations

import pytest
import torch
from flat_scene import FACE, SHIRT, SIZE, classes, grey, pose, seen
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.limb_bones import ARM_CHAINS, positions
from engine.compositing.made_hands import made_hand, skin_tones
from engine.compositing.ribbons import place_of
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
CHEEK, CHIN, NECK, FOREARM, PALM = "cheek", "chin", "neck", "forearm", "palm"  # the right one's
POCKET = "what is seen of a palm in a pocket"
PARTS = {
    CHEEK: (FACE, 0.6, (slice(10, 18), slice(40, 56))),
    CHIN: (FACE, 0.1, (slice(18, 22), slice(40, 56))),
    NECK: (ARM, 0.4, (slice(24, 32), slice(42, 54))),
    PALM: (ARM, 0.2, (slice(76, 118), slice(20, 40))),
    FOREARM: (ARM, 0.3, (slice(46, 76), slice(20, 40))),
    POCKET: (ARM, -0.2, (slice(76, 84), slice(20, 40))),
}


def tones(*parts: str) -> list[float]:
    """Of right and left hand, of a person who shows these parts of the picture."""
    photo_13HW, number_hw = grey(-0.8), classes()
    for part in parts:
        number, value, where = PARTS[part]
        photo_13HW[(..., *where)] = value
        number_hw[where] = number
    class_18HW = seen(number_hw)[:, :CLASSES].softmax(1)
    limbs_14HW = torch.zeros(1, 4, *SIZE)
    for part in (FOREARM, PALM):
        limbs_14HW[(0, ARM_CHAINS[0], *PARTS[part][2])] = 1.0
    made_23: Tensor = skin_tones(photo_13HW, class_18HW, limbs_14HW, pose())[0]
    return [round(float(each_3.mean()), 3) for each_3 in made_23]


@pytest.mark.parametrize(
    ("parts", "right", "left"),
    [
        ((CHEEK, CHIN), 0.6, 0.6),
        ((CHEEK, CHIN, NECK), 0.4, 0.4),
        ((CHEEK, CHIN, NECK, FOREARM), 0.3, 0.3),
        ((CHEEK, CHIN, NECK, FOREARM, PALM), 0.3, 0.2),
        ((CHEEK, CHIN, POCKET), 0.6, 0.6),  # too dark for such a cheek
        ((CHEEK, CHIN, NECK, POCKET), 0.4, 0.4),
        ((POCKET,), -0.2, -0.2),  # of whom no face is seen
    ],
)
def test_a_hand_has_its_forearms_colour_or_a_hands_or_the_necks_or_the_cheeks(parts, right, left):
    assert tones(*parts) == pytest.approx([right, left], abs=0.01)


def test_what_is_not_of_a_faces_hue_tells_no_hand():
    """A blue sleeve that is told as skin."""
    photo_13HW, number_hw = grey(-0.8), classes()
    for part, colour_3 in ((CHEEK, (0.6, 0.3, 0.1)), (PALM, (0.0, 0.1, 0.4))):
        number, _, where = PARTS[part]
        photo_13HW[(0, slice(None), *where)] = torch.tensor(colour_3)[:, None, None]
        number_hw[where] = number
    class_18HW = seen(number_hw)[:, :CLASSES].softmax(1)
    limbs_14HW = torch.zeros(1, 4, *SIZE)
    limbs_14HW[(0, ARM_CHAINS[0], *PARTS[PALM][2])] = 1.0
    made_23 = skin_tones(photo_13HW, class_18HW, limbs_14HW, pose())[0]
    assert torch.allclose(made_23, torch.tensor([0.6, 0.3, 0.1]).expand(2, 3), atol=0.01)


def test_of_whom_no_skin_is_seen_hands_are_of_a_middle_tone_that_is_skin():
    class_18HW = seen(classes((SHIRT, PARTS[FOREARM][2])))[:, :CLASSES].softmax(1)
    red, green, blue = skin_tones(grey(), class_18HW, torch.zeros(1, 4, *SIZE), pose())[0, 0].tolist()
    assert 0.7 > red > green > blue > -0.3


def test_the_hand_in_the_box_lies_along_its_line_from_its_elbow_to_its_finger_tips():
    made = made_hand(torch.device("cpu"))
    here_HW = positions(tuple(made.matte.shape), made.sides_2)
    where, inside = place_of(here_HW, made.was.line_N), made.matte > 0.5
    assert not (where.beyond & inside).any()
    at_N = torch.bincount(where.piece[inside], minlength=len(made.was.line_N))
    elbow, wrist = made.was.joints[-2:]
    assert at_N[elbow:wrist].min() > 0 and at_N[wrist:].sum() > 0.25 * at_N.sum()
    # Its thumb is to the right of it, as a right arm's trunk is.
    aside_hand = (here_HW.real - float(made.was.line_N[wrist].real))[inside & (where.piece >= wrist)]
    assert aside_hand.max() > -aside_hand.min()


def test_it_takes_on_a_tone_and_is_lit():
    made, tone_3 = made_hand(torch.device("cpu")), torch.tensor([0.3, -0.2, -0.4])
    skin_3N = made.coloured(tone_3)[:, made.matte > 0.99]
    assert (skin_3N.median(1).values - tone_3).abs().max() < 0.1
    assert skin_3N.std(1).min() > 0.03
