"""Long hair before a shoulder, in the flat scene, whose arms hang."""

from __future__ import annotations

import torch
from flat_scene import HERE, SIDES, SIZE, classes, pose, seen

from engine.compositing.hair_before import hair, hair_before
from engine.compositing.limb_bones import ARMS, segments
from engine.regions import CLASSES, REGIONS

HAIR = REGIONS.index("hair")
LONG = slice(10, 60), slice(30, 98)


def test_hair_is_where_its_class_is_likely():
    class_18hw = seen(classes((HAIR, LONG)))[:, :CLASSES].softmax(1)
    made = hair(class_18hw, SIZE)[0, 0]
    assert made[12:58, 32:96].min() > 0.99 and made[64:].max() < 0.01


def test_hair_stays_before_the_upper_arm_that_it_hangs_before_and_nowhere_else():
    upper = segments(pose()[0], SIDES)[ARMS[1][0]]
    class_8hw = seen(classes((HAIR, LONG)))[0, :CLASSES].softmax(0)
    made = hair_before(upper, class_8hw, HERE, SIDES)
    rows, columns = SIZE
    middle = upper.begin + 0.3 * upper.step
    row, column = int((middle.imag + 1) / 2 * rows), int((middle.real / float(SIDES[0]) + 1) / 2 * columns)
    assert made[row, column] > 0.99
    far = ((HERE - upper.begin).abs() / upper.unit > 1.8) | (torch.arange(rows)[:, None] > 62)
    assert made[far].max() < 0.01
