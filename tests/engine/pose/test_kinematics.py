import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.pose import groups
from engine.pose import kinematics as k
from engine.pose import skeleton as sk

SIZE = (256, 176)
BONES = [i for i, limb in enumerate(sk.LIMBS) if limb not in ((1, 8), (1, 11))]
HIPS = [i for i, limb in enumerate(sk.LIMBS) if limb in ((1, 8), (1, 11))]

px = st.floats(-400, 600, allow_nan=False)
joints = st.integers(0, 17)


@st.composite
def poses(draw, absent=True):
    """A standing person with every joint somewhere else, some of them gone."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pose = k.t_pose(SIZE)
    pose[:, :2] += rng.normal(0, draw(st.sampled_from([0, 5, 25])), (18, 2))
    if absent:
        pose[rng.random(18) < draw(st.sampled_from([0, 0.3])), 2] = 0
        pose[(rng.random(18) < 0.2) & (pose[:, 2] == 0), :2] = 0
    return pose.astype(np.float32)


def chain(pose, *names):
    return [pose[sk.JOINTS.index(name), :2].astype(float) for name in names]


@settings(max_examples=400, deadline=None)
@given(poses(), joints, px, px)
def test_lengths_are_kept(pose, joint, x, y):
    if pose[joint, 2] == 0:
        return
    moved = k.move_joint(pose, joint, (x, y))
    before, after = k.bone_lengths(pose), k.bone_lengths(moved)
    roots = pose[[p for p in [sk.PARENTS[joint]] if p is not None], 2]
    if joint != sk.NECK and not roots.all():
        # Without its parent a joint is loose: only what is below it keeps its shape.
        below = (joint, *sk.descendants(joint))
        bones = [i for i, (a, b) in enumerate(sk.LIMBS) if a in below and b in below]
    else:
        bones = BONES if joint == sk.NECK else BONES + HIPS
    if joint in (sk.RIGHT_EAR, sk.LEFT_EAR, sk.RIGHT_EYE, sk.LEFT_EYE) and pose[sk.NECK, 2] == 0:
        bones = [sk.LIMBS.index(limb) for limb in ((0, 14), (14, 16), (0, 15), (15, 17))]
    if joint in (4, 7, 10, 13) and pose[[joint - 1, joint - 2], 2].all():
        # A pulled limb may turn towards the viewer (test_limb.py holds how long it may look).
        bones = [i for i in bones if sk.LIMBS[i] not in ((joint - 2, joint - 1), (joint - 1, joint))]
    np.testing.assert_allclose(after[bones], before[bones], atol=0.02, rtol=1e-4)


@settings(max_examples=300, deadline=None)
@given(poses(), joints, px, px, st.booleans())
def test_never_nan_and_what_is_there_stays(pose, joint, x, y, free):
    for target in ((x, y), (np.nan, y), (x, np.inf)):
        moved = k.move_joint(pose, joint, target, free=free)
        assert np.isfinite(moved).all() and moved.dtype == np.float32
        np.testing.assert_array_equal(moved[:, 2] > 0, pose[:, 2] > 0)
        assert not np.shares_memory(moved, pose)
    unplaced = ~k.placed_joints(pose)
    unplaced[joint] = False
    np.testing.assert_array_equal(k.move_joint(pose, joint, (x, y))[unplaced], pose[unplaced])


PULLS = {
    "move": k.move_joint,
    "free": lambda pose, joint, to: k.move_joint(pose, joint, to, free=True),
    "carry": k.carry_joint,
    "turn": lambda pose, joint, to: k.turn_bone(pose, joint, tuple(pose[joint, :2]), to),
}


@pytest.mark.parametrize("pull", PULLS.values(), ids=PULLS)
@pytest.mark.parametrize("joint", [3, 4, 6, 7, 9, 10, 12, 13])
def test_a_guessed_limb_that_is_pulled_away_is_seen(pull, joint):
    """What ends in a guessed joint is shown behind its trunk: pulled across the chest nothing would come."""
    pose = k.t_pose(SIZE)
    pose[:, 2] = sk.GUESSED
    limb = next(limb for limb in ([3, 4], [6, 7], [9, 10], [12, 13]) if joint in limb)
    x, y = pose[joint, :2].tolist()
    mark = (x, y - 60) if limb[0] < 8 else (x - 60, y)
    moved = pull(pose, joint, mark)
    assert moved[:, 2].tolist() == [sk.SEEN if number in limb else sk.GUESSED for number in range(18)]
    near = pull(pose, joint, (x + 3, y + 3))
    assert not np.array_equal(near, pose) and (near[:, 2] == sk.GUESSED).all(), "it is where it was"
    pose[limb[1], 2] = sk.ABSENT
    if joint == limb[0]:
        assert pull(pose, joint, mark)[limb, 2].tolist() == [sk.SEEN, sk.ABSENT]
    np.testing.assert_array_equal(k.move_joint(pose, joint, (np.nan, y)), pose)


PULLS_OF_OWN = {
    "move": lambda pose, joint, to, own: k.move_joint(pose, joint, to, own_18x3=own),
    "free": lambda pose, joint, to, own: k.move_joint(pose, joint, to, free=True, own_18x3=own),
    "carry": k.carry_joint,
    "turn": lambda pose, joint, to, own: k.turn_bone(pose, joint, tuple(pose[joint, :2]), to, own),
}


@pytest.mark.parametrize("pull", PULLS_OF_OWN.values(), ids=PULLS_OF_OWN)
@pytest.mark.parametrize("limb", [[3, 4], [6, 7], [9, 10], [12, 13]])
def test_what_the_photo_guesses_is_seen_by_where_it_is_and_not_by_how_it_came_there(pull, limb):
    """Pulled away by many short pulls it comes out as by a long one, and put back it is guessed again; who
    moves the whole person, or its shoulder or hip, pulls nothing away."""
    own = k.t_pose(SIZE)
    own[limb, 2] = sk.GUESSED
    end, others = limb[1], [number for number in range(18) if number not in limb]
    step = np.array((0.0, -5.0) if end < 8 else (-5.0, 0.0))
    pose, states = k.move_person(own, (20.0, 9.0)), []
    pose = k.move_joint(
        pose, sk.LIMB_ENDS[end][1], tuple(pose[sk.LIMB_ENDS[end][1], :2] + (2, 1)), own_18x3=own
    )
    assert (pose[limb, 2] == sk.GUESSED).all()
    home = pose.copy()
    for _ in range(12):
        pose = pull(pose, end, tuple(pose[end, :2] + step), own)
        states.append(set(pose[limb, 2]))
    assert states[0] == {sk.GUESSED} and states[-1] == {sk.SEEN}
    assert states == sorted(states, key=max), "it comes out once, and wholly"
    for joint in limb:
        pose = pull(pose, joint, tuple(home[joint, :2]), own)
    assert (pose[limb, 2] == sk.GUESSED).all() and (pose[others, 2] == own[others, 2]).all()


def test_what_only_another_photo_guesses_is_seen_once_it_is_pulled_and_what_is_hidden_stays_hidden():
    own = k.t_pose(SIZE)
    pose = own.copy()
    pose[[3, 4], 2] = sk.GUESSED  # the pose of somebody else
    x, y = pose[4, :2]
    assert k.move_joint(pose, 4, (x + 2, y), own_18x3=own)[[3, 4], 2].tolist() == [sk.SEEN, sk.SEEN]
    own[[3, 4], 2], pose[4, 2] = sk.GUESSED, sk.ABSENT
    moved = k.move_joint(pose, 3, tuple(pose[3, :2] + 1), own_18x3=own)
    assert moved[[3, 4], 2].tolist() == [sk.GUESSED, sk.ABSENT]
    own[[3, 4]] = 0  # of whom the photo ends above the elbow
    pose = k.t_pose(SIZE)
    pose[[3, 4], 2] = sk.GUESSED
    assert k.move_joint(pose, 4, (x + 2, y), own_18x3=own)[[3, 4], 2].tolist() == [sk.SEEN, sk.SEEN]


@pytest.mark.parametrize("pull", PULLS.values(), ids=PULLS)
@pytest.mark.parametrize(("joint", "stays"), [(3, False), (4, False), (6, True), (7, True), (13, True)])
def test_the_far_limb_of_who_is_seen_from_a_side_stays_behind(pull, joint, stays):
    """She looks to the right: her left is far."""
    pose = k.t_pose(SIZE)
    pose[:, 2] = sk.GUESSED
    middle = pose[sk.NECK, 0]
    for right, left in ((sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER), (sk.RIGHT_HIP, sk.LEFT_HIP)):
        pose[[right, left], 0] = middle - 2, middle + 2
    pose[sk.NOSE, 0] += 20
    x, y = pose[joint, :2].tolist()
    moved = pull(pose, joint, (x - 60, y - 60))
    assert (moved[joint, 2] == sk.GUESSED) == stays
    pose[joint - (joint in (4, 7, 13)), 2] = sk.SEEN  # its elbow, or its knee
    assert pull(pose, joint, (x - 60, y - 60))[joint, 2] == sk.SEEN


@settings(max_examples=300, deadline=None)
@given(poses(absent=False), st.sampled_from([4, 7, 10, 13]), st.floats(0, 2 * math.pi), st.floats(0, 1.5))
def test_hands_and_feet_reach_what_they_can(pose, end, angle, part):
    root, middle, tip = pose[end - 2, :2], pose[end - 1, :2], pose[end, :2]
    a, b = math.dist(root, middle), math.dist(middle, tip)
    if min(a, b) < 1:
        return
    far = part * (a + b)
    target = root + far * np.array([math.cos(angle), math.sin(angle)])
    moved = k.move_joint(pose, end, target)
    away = math.dist(moved[end, :2], target)
    assert away < max(far - (a + b), 0) + 0.05, "a limb reaches as far as it is long, and folds up altogether"
    if far > a + b:
        assert math.dist(root, moved[end, :2]) + away == pytest.approx(far, abs=0.05), "straight to it"
    others = [j for j in range(18) if j not in (end, end - 1)]
    np.testing.assert_array_equal(moved[others], pose[others])


@settings(max_examples=300, deadline=None)
@given(poses(), joints, px, px)
def test_pulled_there_and_back_is_the_pose_again(pose, joint, x, y):
    """But for hands and feet also from the pose it was pulled to: those forget with the end of the drag."""
    if pose[joint, 2] == 0:
        return
    home = tuple(pose[joint, :2].astype(float))
    np.testing.assert_allclose(k.move_joint(pose, joint, home)[:, :2], pose[:, :2], atol=0.3)
    if joint in (4, 7, 10, 13) and pose[[joint - 1, joint - 2], 2].all():
        return
    back = k.move_joint(k.move_joint(pose, joint, (x, y)), joint, home)
    np.testing.assert_allclose(back[:, :2], pose[:, :2], atol=0.3)


def test_an_arm_pulled_farther_than_it_is_long_is_straight():
    far = k.move_joint(k.t_pose(SIZE), sk.RIGHT_WRIST, (-300, 60))
    shoulder, elbow, wrist = chain(far, "right shoulder", "right elbow", "right wrist")
    assert abs(math.dist(shoulder, wrist) - math.dist(shoulder, elbow) - math.dist(elbow, wrist)) < 0.01


@settings(max_examples=100, deadline=None)
@given(poses(), joints)
def test_an_elbow_flipped_twice_is_where_it_was(pose, joint):
    once = k.flip_limb(pose, joint)
    np.testing.assert_allclose(k.flip_limb(once, joint), pose, atol=0.01)
    np.testing.assert_allclose(k.bone_lengths(once), k.bone_lengths(pose), atol=0.01)


def test_what_follows_what():
    pose = k.t_pose(SIZE)

    def moving(joint, target):
        moved = k.move_joint(pose, joint, target)
        return set(np.flatnonzero(np.abs(moved - pose).max(axis=1) > 0.01)), moved

    assert moving(sk.LEFT_ELBOW, (150, 60))[0] == {6, 7}
    assert moving(sk.RIGHT_KNEE, (50, 150))[0] == {9, 10}
    shoulder, moved = moving(sk.LEFT_SHOULDER, (102, 40))
    assert shoulder == {5, 6, 7}
    np.testing.assert_allclose(moved[7] - moved[5], pose[7] - pose[5], atol=1e-3)
    assert moving(sk.LEFT_EAR, (130, 50))[0] == {0, 14, 15, 16, 17}
    hips, moved = moving(sk.RIGHT_HIP, (50, 118))
    assert hips == {8, 9, 10, 11, 12, 13}
    np.testing.assert_allclose(moved[10] - moved[8], pose[10] - pose[8], atol=1e-3)
    lean, moved = moving(sk.NECK, (120, 70))
    assert lean == set(range(18)) - {8, 9, 10, 11, 12, 13}
    spine = [np.hypot(*(p[1, :2] - p[[8, 11], :2].mean(0))) for p in (pose, moved)]
    assert spine[0] == pytest.approx(spine[1], abs=1e-3)


def test_free_moves_one_joint_anywhere():
    pose = k.t_pose(SIZE)
    moved = k.move_joint(pose, sk.LEFT_SHOULDER, (7, 9), free=True)
    assert moved[sk.LEFT_SHOULDER].tolist() == [7, 9, 2]
    np.testing.assert_array_equal(np.delete(moved, sk.LEFT_SHOULDER, 0), np.delete(pose, sk.LEFT_SHOULDER, 0))


def test_absent_joints_are_carried():
    pose = k.t_pose(SIZE)
    pose[sk.LEFT_WRIST, 2] = 0
    pose[sk.LEFT_ANKLE] = 0
    moved = k.move_joint(pose, sk.LEFT_ELBOW, (150, 60))
    assert math.dist(moved[6, :2], moved[7, :2]) == pytest.approx(
        math.dist(pose[6, :2], pose[7, :2]), abs=0.01
    )
    assert moved[7, 2] == 0
    away = k.move_person(pose, (5, -3))
    assert away[sk.LEFT_ANKLE].tolist() == [0, 0, 0]
    np.testing.assert_allclose(away[7], pose[7] + (5, -3, 0))


@settings(max_examples=100, deadline=None)
@given(poses())
def test_mirrored_twice_is_itself(pose):
    once = k.mirror(pose, SIZE)
    np.testing.assert_allclose(k.mirror(once, SIZE), pose, atol=1e-4)
    if pose[3, 2]:
        np.testing.assert_allclose(once[6], (176 - pose[3, 0], pose[3, 1], pose[3, 2]))


@settings(max_examples=100, deadline=None)
@given(poses(), st.floats(-360, 360), st.floats(0.1, 5))
def test_whole_person(pose, degrees, factor):
    there = pose[:, 2] > 0
    turned = groups.rotated(groups.rotated(pose, range(18), degrees), range(18), -degrees)
    np.testing.assert_allclose(turned[there], pose[there], atol=0.01)
    np.testing.assert_allclose(
        k.bone_lengths(groups.rotated(pose, range(18), degrees)), k.bone_lengths(pose), atol=0.01
    )
    np.testing.assert_allclose(
        k.bone_lengths(groups.scaled(pose, range(18), factor)),
        factor * k.bone_lengths(pose),
        atol=0.01,
        rtol=1e-4,
    )


def test_turning_is_clockwise_as_seen():
    pose = groups.rotated(k.t_pose(SIZE), range(18), 90, (88, 128))
    assert pose[sk.NOSE, 0] > 150 and pose[sk.RIGHT_ANKLE, 0] < 20


def test_hit():
    pose = k.t_pose(SIZE)
    x, y = pose[sk.RIGHT_KNEE, :2]
    assert k.hit_test(pose, (x + 3, y - 2), 5) == sk.RIGHT_KNEE
    assert k.hit_test(pose, (x + 4, y - 4), 5) is None
    pose[sk.RIGHT_KNEE, 2] = 0
    assert k.hit_test(pose, (x, y), 5) is None
    pose[sk.NOSE, :2] = np.nan
    assert k.hit_test(pose, (0, 0), 1) is None


@pytest.mark.parametrize("size", [(256, 176), (512, 352), (300, 1000), (1000, 200)])
def test_standing_person_is_in_the_frame(size):
    pose = k.t_pose(size)
    assert pose.shape == (18, 3) and pose.dtype == np.float32 and (pose[:, 2] == 2).all()
    assert ((pose[:, :2] > 0) & (pose[:, :2] < (size[1], size[0]))).all()
    assert pose[sk.RIGHT_WRIST, 0] < pose[sk.LEFT_WRIST, 0]
    np.testing.assert_allclose(k.mirror(pose, size), pose, atol=1e-3)


def test_lengths_of_absent_bones_are_zero():
    pose = k.t_pose(SIZE)
    pose[sk.RIGHT_ELBOW, 2] = 0
    lengths = k.bone_lengths(pose)
    assert np.flatnonzero(lengths == 0).tolist() == [2, 3]
    assert not k.bone_lengths(np.full((18, 3), np.nan)).any()


def test_the_far_limb_of_who_is_seen_from_a_side_in_the_photo_stays_behind_by_many_pulls_too():
    own = k.t_pose(SIZE)
    middle = own[sk.NECK, 0]
    for right, left in ((sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER), (sk.RIGHT_HIP, sk.LEFT_HIP)):
        own[[right, left], 0] = middle - 2, middle + 2
    own[sk.NOSE, 0] += 20
    own[[6, 7], 2] = sk.GUESSED
    pose = own
    for _ in range(12):
        pose = k.move_joint(pose, 7, tuple(pose[7, :2] - 6), own_18x3=own)
    assert pose[[6, 7], 2].tolist() == [sk.GUESSED, sk.GUESSED]
