"""Where what an engine draws gives way, by how far it is from trunk and limb: the left arm, stretched out."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, PX, SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.cut_outs import Poses
from engine.compositing.limb_claims import Shown, arms_alone, arms_away, claimed
from engine.compositing.limbs_elsewhere import Elsewhere, elsewhere, trunk_of
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
UNIT = 15.2  # px, of an upper arm
NOWHERE = torch.zeros(SIZE)
OUT = {sk.LEFT_ELBOW: (9.2, -14.0), sk.LEFT_WRIST: (20.0, -28.0)}  # at (75, 36) and (88, 36)


def claims(likely: float = 1.0, behind: float = 0.0) -> Tensor:
    """[3, H, W], where everything is drawn as arms with that likelihood, else as nobody; behind: how sure it
    is that the photo shows nobody."""
    now, own = pose(OUT)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    limbs = torch.zeros(4, *SIZE)
    found = [each for each in elsewhere(now, own, trunk, limbs + 1.0, SIDES) if each.bone.chain == 3]
    drawn = torch.zeros(CLASSES, *SIZE)
    drawn[ARM], drawn[REGIONS.index("hair")] = likely, 1.0 - likely
    photo = Shown(torch.full((1, *SIZE), behind), limbs, torch.zeros(CLASSES, *SIZE))
    return claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)


def test_what_is_drawn_is_the_limbs_up_to_a_unit_away():
    claim_HW = claims()[0]
    column = 80  # above the forearm
    assert claim_HW[int(36 - 0.7 * UNIT), column] > 0.99
    assert 0.2 < claim_HW[int(36 - 0.9 * UNIT), column] < 0.8
    assert claim_HW[int(36 - 1.05 * UNIT), column] < 0.01


def test_between_trunk_and_limb_a_quarter_of_a_unit_is_the_trunks():
    """In row 46, 10 px below the arm, the trunk ends near column 58: 10 px and a quarter of a unit from it,
    at column 72, both are as near."""
    row_W = claims()[0][46]
    assert row_W[69] < 0.1 and 0.1 < row_W[72] < 0.9 and row_W[75] > 0.9


@pytest.mark.parametrize(("behind", "share"), [(0.28, 0.0), (0.4, 0.25), (0.6, 0.75), (0.72, 1.0)])
def test_where_nobody_was_nobody_is_from_three_tenths_of_its_likelihood_to_seven(behind, share):
    """Near the trunk, whose place that is otherwise."""
    claim_HW = claims(behind=behind)[0]
    assert claim_HW[46, 58] == pytest.approx(share, abs=0.02)


def test_a_head_is_no_limbs():
    assert claims(likely=0.0, behind=1.0)[0].max() < 0.01


def test_around_where_an_arm_was_it_is_taken_from_the_photo():
    """Up to four tenths of a unit from its bones surely, and to five tenths at most."""
    row_W = claims()[1][57]  # the forearm hung at column 67
    assert row_W[67 + 5] > 0.99 and row_W[67 + 9] < 0.01
    assert 0.2 < row_W[67 + 7] < 0.8


def test_a_leg_that_has_left_leaves_no_rim_of_its_colours_on_the_wall():
    """A px to either side, where the photo shows nobody beside it, is the wall's too; of what else is beside
    it, and of the other leg, nothing is."""
    pulled = {sk.LEFT_KNEE: (20.0, -10.0), sk.LEFT_ANKLE: (20.0, -10.0)}
    now, own = pose(pulled)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    column = int((own[sk.LEFT_KNEE, 0] + 1) / 2 * SIZE[1])
    limbs, behind, top = torch.zeros(4, *SIZE), torch.zeros(1, *SIZE), REGIONS.index("upper clothes")
    limbs[1, 64:, column - 3 : column + 4] = 1.0
    limbs[0, 64:, column - 8 : column - 3] = 1.0
    behind[0, :, column + 4 :] = 1.0
    behind[0, 110:] = 0.0
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES)
    drawn = torch.zeros(CLASSES, *SIZE)
    drawn[top] = 1.0
    photo = Shown(behind, limbs, drawn)  # what is drawn hangs in the photo too, and is no leg's
    claim_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[0]
    row_W = claim_HW[95]
    assert row_W[column - 3 : column + 5].min() > 0.99
    assert row_W[column - 4] < 0.01 and row_W[column + 6] < 0.01
    assert claim_HW[114, column + 4] < 0.01


@pytest.mark.parametrize(("aside", "claimed_there"), [(0.24, 0.0), (0.33, 0.0), (0.46, 1.0), (0.6, 1.0)])
def test_what_is_drawn_on_the_wall_beside_an_arm_that_stays_goes_with_the_leg(aside, claimed_there):
    """Engines that forgot a raised thigh draw things there; the arm is as broad as arms are."""
    pulled = {sk.LEFT_KNEE: (20.0, -12.0), sk.LEFT_ANKLE: (20.0, -12.0)}
    now, own = pose(pulled)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    limbs = torch.zeros(4, *SIZE)
    found = elsewhere(now, own, trunk, limbs + 1.0, SIDES)
    drawn = torch.zeros(CLASSES, *SIZE)
    drawn[REGIONS.index("pants")] = 1.0
    photo = Shown(torch.ones(1, *SIZE), limbs, torch.zeros(CLASSES, *SIZE))
    arm = next(each for each in found if each.bone.begin == sk.LEFT_ELBOW)
    here_N = (
        arm.now.begin
        + 0.7 * arm.now.step
        - 1j * aside * UNIT * (2 / SIZE[0]) * arm.now.step / abs(arm.now.step)
    )
    claim_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[0]
    nearest = (HERE - here_N).abs().flatten().argmin()
    assert claim_HW.flatten()[nearest] == pytest.approx(claimed_there, abs=0.35)


def test_hair_that_an_engine_draws_as_wall_stays_beside_a_raised_arm():
    """Around a head, six px of a map of 128 rows, all that the photo shows is its hair; cloth is not, and
    what is farther goes with the arm."""
    now, own = pose(OUT)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == 3]
    drawn, shown = torch.zeros(CLASSES, *SIZE), torch.zeros(CLASSES, *SIZE)
    drawn[0] = 1.0
    shown[REGIONS.index("face"), 26:34, 70:80] = 1.0  # above the arm, which is in row 36
    behind = torch.zeros(1, *SIZE)
    behind[0, :24] = 1.0
    photo = Shown(behind, torch.zeros(4, *SIZE), shown)
    claim_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[0]
    assert claim_HW[30, 75] < 0.01 and claim_HW[30, 84] < 0.01 and claim_HW[30, 88] > 0.99
    assert claim_HW[23, 75] > 0.99, "the wall"
    shown[REGIONS.index("upper clothes"), :, 82:] = 1.0
    claim_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[0]
    assert claim_HW[30, 80] < 0.01 and claim_HW[30, 84] > 0.99


def test_what_is_near_to_two_goes_over_from_one_to_the_other_in_a_twentieth_of_a_unit():
    """From 71 to 73 the trunk gets two px, and the arm hardly any nearer: a logistic function of that."""
    before, after = torch.logit(claims()[0][46, [71, 73]]).tolist()
    assert after - before == pytest.approx(2 / UNIT / 0.05, rel=0.2)


@pytest.mark.parametrize(("hem", "goes"), [(0.35, True), (0.45, False)])
def test_a_shirt_that_ends_on_the_hip_goes_with_the_leg_and_a_coat_does_not(hem, goes):
    """What hangs farther down than the first third of a thigh is a coat."""
    now, own = pose({sk.LEFT_KNEE: (20.0, -10.0), sk.LEFT_ANKLE: (20.0, -10.0)})[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.end == sk.LEFT_KNEE]
    drawn, shown = torch.zeros(2, CLASSES, *SIZE)
    drawn[REGIONS.index("upper clothes")] = 1.0
    shown[
        REGIONS.index("upper clothes"), HERE.imag < (found[0].then.begin + hem * found[0].then.step).imag
    ] = 1.0
    photo = Shown(torch.zeros(1, *SIZE), torch.zeros(4, *SIZE), shown)
    claim_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[0]
    at_knee = claim_HW.flatten()[(HERE - found[0].now.end).abs().argmin()]
    assert at_knee > 0.9 if goes else at_knee < 0.1


@pytest.mark.parametrize(("share", "stays"), [(0.03, 0.03), (0.007, 0.0)])
def test_of_a_head_is_what_is_so_by_a_hundredth(share, stays):
    """Around less nothing is looked for, for that would be everywhere."""
    now, own = pose(OUT)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == 3]
    drawn, shown = torch.zeros(2, CLASSES, *SIZE)
    drawn[0], shown[REGIONS.index("face"), 26:34, 70:80] = 1.0, share
    photo = Shown(torch.zeros(1, *SIZE), torch.zeros(4, *SIZE), shown)
    claim_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[0]
    assert claim_HW[30, 82].item() == pytest.approx(1.0 - stays, abs=0.002)


@pytest.mark.parametrize(("bent", "stays"), [(0.0, 1.0), (0.2, 1.0), (0.512, 0.5), (1.0, 0.0)])
def test_a_head_that_stays_is_the_photos_while_an_arm_moves(bent, stays):
    """Behind a hand at a chin an engine knows neither neck nor hair, whatever it draws."""
    now, own = pose(OUT | dict.fromkeys(sk.HEAD, (bent, 0.0)))[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == 3]
    drawn, shown = torch.zeros(2, CLASSES, *SIZE)
    drawn[ARM], shown[REGIONS.index("face"), 10:28, 40:56] = 1.0, 1.0
    photo = Shown(torch.ones(1, *SIZE), torch.zeros(4, *SIZE), shown)
    shown_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[1]
    assert shown_HW[20, 48].item() == pytest.approx(stays, abs=0.02)
    assert shown_HW[100, 20] == 0, "and nothing elsewhere"


def test_above_the_photo_is_no_head_of_its():
    """Of a head that ends at the photo's edge, and of hair that is near it, the rest is the engine's."""
    down = dict.fromkeys(range(18), (0.0, 12.0))
    for joint, (right, below) in OUT.items():
        down[joint] = right, below + 12.0
    now, own = pose(down)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == 3]
    drawn, shown = torch.zeros(2, CLASSES, *SIZE)
    drawn[0], shown[REGIONS.index("face"), :20, 40:56] = 1.0, 1.0
    photo = Shown(1.0 - shown[None, REGIONS.index("face")], torch.zeros(4, *SIZE), shown)
    shown_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[1]
    assert shown_HW[:12].max() == 0
    assert shown_HW[13:31, 41:55].min() > 0.99


@pytest.mark.parametrize(("bent", "gives_way"), [(0.0, 1.0), (1.0, 0.0)])
def test_what_is_drawn_of_a_head_beside_the_photos_gives_way_where_that_stays(bent, gives_way):
    """An engine's head is not quite where the photo's is, and would stand beside it as its ghost."""
    now, own = pose(OUT | dict.fromkeys(sk.HEAD, (bent, 0.0)))[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.chain == 3]
    drawn, shown = torch.zeros(2, CLASSES, *SIZE)
    shown[REGIONS.index("face"), 8:28, 40:56] = 1.0
    hair, drawn_HW = REGIONS.index("hair"), torch.zeros(SIZE)
    drawn_HW[8:28, 34:50] = 0.6  # it is half sure of what is its outline
    drawn[hair], drawn[0] = drawn_HW, 1.0 - drawn_HW
    photo = Shown(1.0 - shown[None, REGIONS.index("face")], torch.zeros(4, *SIZE), shown)
    claim_HW, shown_HW, *_ = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)
    assert claim_HW[18, 36].item() == pytest.approx(gives_way, abs=0.02)
    assert claim_HW[18, 48].item() < 0.01 and shown_HW[18, 48].item() == pytest.approx(gives_way, abs=0.02)
    assert claim_HW[18, 12].item() < 0.01, "far from any head"
    drawn[hair] = 0.0
    drawn[[0, REGIONS.index("upper clothes")]] = torch.stack([1.0 - 1.5 * drawn_HW, 1.5 * drawn_HW])
    claim_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[0]
    assert claim_HW[18, 36].item() < 0.01, "a collar is no head"


@pytest.mark.parametrize("drawn_as", ["face", "background"])
def test_where_an_arm_that_leaves_lay_on_a_head_the_head_is_the_engines(drawn_as):
    """The photo has none there. A px around its matte has something of its colours; an arm that stays hides
    what it hid."""
    now, own = pose(OUT)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = [e for e in elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES) if e.bone.of_arm]
    drawn, shown = torch.zeros(2, CLASSES, *SIZE)
    drawn[REGIONS.index(drawn_as)], shown[REGIONS.index("face"), 10:28, 40:56] = 1.0, 1.0
    for arm, stays in ((3, 0.0), (2, 1.0)):
        limbs = torch.zeros(4, *SIZE)
        limbs[arm, 16:22, 44:50] = 1.0
        photo = Shown(torch.zeros(1, *SIZE), limbs, shown)
        shown_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, NOWHERE)[1]
        assert shown_HW[19, 47] == shown_HW[15, 43] == pytest.approx(stays, abs=0.01), arm
        assert shown_HW[13, 47] == shown_HW[19, 53] == pytest.approx(1.0, abs=0.01), arm


@pytest.mark.parametrize(
    ("also", "seen", "shown"),
    [
        ({}, 1.0, 1.0),
        ({}, 0.4, 0.2),  # an arm that can hardly be a cut-out is the engine's
        ({sk.NOSE: (2.0, 0.0)}, 1.0, 0.0),
        ({sk.LEFT_KNEE: (4.0, 0.0)}, 1.0, 0.0),
        ({sk.LEFT_SHOULDER: (0.0, -2.0)}, 1.0, 0.0),
    ],
)
def test_where_only_an_arm_moves_all_near_it_is_the_photos(also, seen, shown):
    """Whatever an engine draws there; but a head before which it was."""
    now, own = pose(OUT | also)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.full((4, *SIZE), seen), SIDES)
    drawn, limbs, near = torch.zeros(CLASSES, *SIZE), torch.zeros(4, *SIZE), NOWHERE.clone()
    drawn[ARM], near[40:60, 60:90] = 1.0, 1.0
    drawn[:, 50:56, 80:86], limbs[3, 50:56, 80:86] = 0.0, 1.0
    drawn[REGIONS.index("face"), 50:56, 80:86] = 1.0
    photo = Shown(torch.zeros(1, *SIZE), limbs, torch.zeros(CLASSES, *SIZE))
    shown_HW = claimed(Poses(now, own, SIDES), found, trunk, drawn, photo, HERE, near)[1]
    assert shown_HW[45, 85].item() == pytest.approx(shown, abs=0.02)
    assert shown_HW[100, 85] == 0
    if seen == 1.0:
        assert shown_HW[52:54, 82:84].max() == 0


def test_an_elbow_that_hardly_stirs_leaves_all_near_its_hand_the_photos():
    """Its upper arm stays, and is no cut-out."""
    now, own = pose({sk.LEFT_ELBOW: (0.2, 0.0), sk.LEFT_WRIST: (14.0, -14.0)})[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES)
    parts = {each.bone.upper: each.part for each in found if each.bone.chain == 3}
    assert parts == {True: 0.0, False: 1.0}
    assert arms_alone(Poses(now, own, SIDES), found, trunk) == 1.0


def left_arm_out() -> list[Elsewhere]:
    now, own = pose(OUT)[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES)
    return [each for each in found if each.bone.of_arm]


@pytest.mark.parametrize(("aside", "near"), [(0.44, 1.0), (0.5, 0.5), (0.56, 0.0)])
def test_what_counts_as_an_arm_is_its_up_to_half_a_unit_from_its_bones(aside, near):
    """To both sides of a forearm, as far beyond its wrist as fingers may be; up its upper arm a tenth less,
    from three tenths below the shoulder, for a throat is bare too."""
    bones = left_arm_out()
    upper, forearm = (each.then for each in bones if each.bone.chain == 3)
    off = aside * UNIT * PX
    beyond = 1.5 * 0.75  # of a forearm
    places = [
        forearm.begin + 0.5 * forearm.step + 1j * off * forearm.step / abs(forearm.step),
        forearm.begin + ((1 + beyond) + off / abs(forearm.step)) * forearm.step,
        upper.begin + (0.3 - (off - 0.11 * UNIT * PX) / abs(upper.step)) * upper.step,
    ]
    seen = torch.zeros(CLASSES, *SIZE)
    seen[ARM] = 1.0
    limbs = torch.zeros(4, *SIZE)
    lay_N1, near_N1 = arms_away(bones, limbs, seen, torch.tensor(places)[:, None], SIDES, SIZE[0])
    assert near_N1[:, 0].tolist() == pytest.approx([near] * 3, abs=0.05)
    assert lay_N1[:2, 0].tolist() == pytest.approx([float(near > 0)] * 2, abs=0.01)


@pytest.mark.parametrize(("part", "lies"), [(0.25, 0.0), (0.35, 1.0)])
@pytest.mark.parametrize("aside", [-0.3, 0.3])
def test_a_strap_beside_a_shoulder_is_no_arm_that_leaves(part, lies, aside):
    """Where classes take it for one: beside the upper three tenths of an arm its matte alone tells."""
    bones = left_arm_out()
    (upper,) = (each.then for each in bones if each.bone.upper and each.bone.chain == 3)
    place = upper.begin + part * upper.step + aside * upper.unit * 1j * upper.step / abs(upper.step)
    seen, limbs = torch.zeros(CLASSES, *SIZE), torch.zeros(4, *SIZE)
    seen[ARM] = 1.0
    lay_11, _ = arms_away(bones, limbs, seen, torch.tensor([[place]]), SIDES, SIZE[0])
    assert lay_11.item() == pytest.approx(lies, abs=0.01)


@pytest.mark.parametrize(("share", "lies"), [(0.08, 0.0), (0.2, 0.5), (0.32, 1.0)])
def test_an_arm_lies_where_that_is_so_by_a_tenth_to_three(share, lies):
    bones = left_arm_out()
    wrist = torch.tensor([[bones[-1].then.end]])
    seen = torch.zeros(CLASSES, *SIZE)
    seen[ARM] = share
    limbs = torch.zeros(4, *SIZE)
    assert arms_away(bones, limbs, seen, wrist, SIDES, SIZE[0])[0].item() == pytest.approx(lies, abs=0.01)
    limbs[3] = share
    assert arms_away(bones, limbs, 0.0 * seen, wrist, SIDES, SIZE[0])[0].item() == pytest.approx(
        share, abs=0.01
    )


def test_no_rim_of_an_arm_that_leaves_is_of_the_hand_it_touched():
    """Mattes that meet at the wrist, in column 68."""
    bones, limbs = left_arm_out(), torch.zeros(4, *SIZE)
    limbs[3, 56:68, 56:68], limbs[2, 56:68, 68:80] = 1.0, 1.0
    seen = torch.zeros(CLASSES, *SIZE)
    seen[ARM] = limbs.amax(0)
    lay_HW, _ = arms_away(bones, limbs, seen, HERE, SIDES, SIZE[0])
    assert lay_HW[58:66, 58:67].min() > 0.99 and lay_HW[58:66, 69:79].max() < 0.01


@pytest.mark.parametrize(("aside", "shown"), [(0.36, 1.0), (0.45, 0.5), (0.54, 0.0)])
@pytest.mark.parametrize("joint", [sk.RIGHT_KNEE, sk.RIGHT_ELBOW, sk.LEFT_ELBOW])
def test_around_limbs_that_stay_while_a_leg_leaves_all_is_the_photos(aside, shown, joint):
    """Up to four tenths of a unit from them surely, and to five tenths at most; not where the leg was."""
    now, own = pose({sk.LEFT_KNEE: (20.0, -10.0), sk.LEFT_ANKLE: (20.0, -10.0)})[0], pose()[0]
    trunk = trunk_of(now, own, SIDES)
    assert trunk is not None
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES)
    limbs, nothing, behind = torch.zeros(4, *SIZE), torch.zeros(CLASSES, *SIZE), torch.ones(1, *SIZE)

    def stands() -> Tensor:
        photo = Shown(behind, limbs, nothing)
        return claimed(Poses(now, own, SIDES), found, trunk, nothing, photo, HERE, NOWHERE)[2]

    lower = next(each.then for each in found if each.bone.begin == joint)
    outwards = 1j if joint != sk.LEFT_ELBOW else -1j
    here = lower.begin + (0.6 + outwards * aside * lower.unit / abs(lower.step)) * lower.step
    nearest = (HERE - here).abs().flatten().argmin()
    assert stands().flatten()[nearest] == pytest.approx(shown, abs=0.25)
    behind[:] = 0.0
    assert (stands().flatten()[nearest] > 0) == (joint == sk.RIGHT_KNEE and shown > 0), (
        "clothes beside a hand"
    )
    limbs[1] = 1.0
    assert stands().max() == 0, "the leg that leaves"
    now = pose(OUT)[0]
    found = elsewhere(now, own, trunk, torch.ones(4, *SIZE), SIDES)
    limbs[1] = 0.0
    assert stands().max() == 0, "no leg has left"
