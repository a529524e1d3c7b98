"""Moving a skeleton as a body moves: pure functions, a pose in and a new pose out.

Poses are [18, 3] (x, y, state); results are float32 and never share memory with what came in. Coordinates are
px of one frame, x right, y down. Joints that are absent keep their state and are carried along where they
have a place. What turns as one piece is as long as it looks: what looks short because it points at the viewer
stays short. A limb pulled by its end lies in space as limbs do (`engine.pose.limb`).
"""

from __future__ import annotations

import math

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.guessed import brought_out
from engine.pose.limb import Limb, inside

_GIRDLE = (sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER)
_HIPS = (sk.RIGHT_HIP, sk.LEFT_HIP)
_LEGS = tuple(j for hip in _HIPS for j in (hip, *sk.descendants(hip)))
_UPPER = tuple(j for j in range(18) if j not in _LEGS)

_POINT = 1e-3  # px; a bone this short has no direction

# A standing person laid by hand: x from the midline and y from the crown, in statures; the left side is
# mirrored.
_STANDING = {
    "nose": (0.0, 0.085), "neck": (0.0, 0.218), "right eye": (-0.017, 0.071), "right ear": (-0.041, 0.08),
    "right shoulder": (-0.095, 0.22), "right elbow": (-0.142, 0.375), "right wrist": (-0.168, 0.515),
    "right hip": (-0.056, 0.478), "right knee": (-0.062, 0.718), "right ankle": (-0.066, 0.95),
}  # fmt: skip


def placed_joints(pose_18x3: np.ndarray) -> np.ndarray:
    """bool [18]: joints with a place, present or not; an absent one at (0, 0) or (-1, -1) has none."""
    xy, state = pose_18x3[:, :2], pose_18x3[:, 2]
    nowhere = (xy == 0).all(axis=1) | (xy == -1).all(axis=1)
    return np.isfinite(xy).all(axis=1) & ((state > 0) | ~nowhere)


def move_joint(
    pose_18x3: np.ndarray,
    joint: int,
    xy: tuple[float, float],
    *,
    free: bool = False,
    flipped: bool = False,
    size: tuple[int, int] | None = None,
    own_18x3: np.ndarray | None = None,
) -> np.ndarray:
    """The pose after `joint` is pulled to `xy`, as near as the body lets it.

    - wrist, ankle: the limb bends at elbow or knee as limbs naturally do, and near its start as it did there
    (`engine.pose.limb`); it reaches as far as it is long, and looks shorter where it points at the viewer.
    `flipped`: elbow or knee on the other side. `size` (H, W): the frame they are kept in.
    - elbow, knee: turns about shoulder or hip, what hangs on it turns with it.
    - shoulder: turns about the neck, the arm is carried without turning.
    - hip: the pelvis swings about the neck, both legs are carried without turning.
    - nose, eyes, ears: the head turns about the neck as one piece.
    - neck: everything above the hips leans about their middle as one piece (the spine keeps its length; the
    lines from neck to single hips, which are no bones, do not); without hips the whole person is moved.

    A joint whose parent is absent is moved freely, with what hangs on it. `free` moves the joint alone,
    anywhere. An arm or a leg of which the photo guesses something is guessed where the photo has it and seen
    where it is pulled away from there; own: the pose in the photo, None: this one. A target that is not
    finite changes nothing.
    """
    pose = np.array(pose_18x3, dtype=np.float32)
    target = np.asarray(xy, dtype=np.float64)
    if not np.isfinite(target).all():
        return pose
    points = np.where(np.isfinite(pose[:, :2]), pose[:, :2], 0).astype(np.float64)
    before, there = pose.copy(), pose[:, 2] > 0
    if free or not placed_joints(pose)[joint]:
        pose[joint, :2] = target
        return brought_out(before, pose, joint, own_18x3)
    if joint in sk.LIMB_ENDS and there[list(sk.LIMB_ENDS[joint])].all():
        moved = _bend(points, joint, target, there, flipped, size)
    elif joint == sk.NECK:
        moved = _lean(points, target, there)
    elif joint in sk.HEAD and there[sk.NECK]:
        moved = _turn(points, sk.HEAD, points[sk.NECK], points[joint], target)
    elif joint in _HIPS and there[sk.NECK]:
        moved = _swing(points, [hip for hip in _HIPS if there[hip] or hip == joint], joint, target)
    elif joint in _GIRDLE and there[sk.NECK]:
        moved = _swing(points, [joint], joint, target)
    elif joint not in (*sk.HEAD, *_HIPS, *_GIRDLE) and there[sk.PARENTS[joint]]:
        chain = (joint, *sk.descendants(joint))
        moved = _turn(points, chain, points[sk.PARENTS[joint]], points[joint], target)
    else:
        moved = _carry(
            points, sk.HEAD if joint in sk.HEAD else (joint, *sk.descendants(joint)), target - points[joint]
        )
    return brought_out(before, _with_points(pose, moved), joint, own_18x3)


def carry_joint(
    pose_18x3: np.ndarray, joint: int, xy: tuple[float, float], own_18x3: np.ndarray | None = None
) -> np.ndarray:
    """The pose with `joint` at `xy` and what hangs on it carried along unturned: of all bones only the one
    above it changes its length. The head is one piece. own: as of `move_joint`."""
    pose = np.array(pose_18x3, dtype=np.float32)
    if not np.isfinite(xy).all() or not placed_joints(pose)[joint]:
        return pose
    points = np.where(np.isfinite(pose[:, :2]), pose[:, :2], 0).astype(np.float64)
    joints = sk.HEAD if joint in sk.HEAD else (joint, *sk.descendants(joint))
    moved = _carry(points, joints, np.asarray(xy, np.float64) - points[joint])
    return brought_out(pose.copy(), _with_points(pose, moved), joint, own_18x3)


def _with_points(pose: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The pose with the new places of the joints that had one."""
    placed = placed_joints(pose)
    pose[placed, :2] = points[placed]
    return pose


def _carry(points: np.ndarray, joints: tuple[int, ...], shift: np.ndarray) -> np.ndarray:
    moved = points.copy()
    moved[list(joints)] += shift
    return moved


def _rotation(centre: np.ndarray, start: np.ndarray, target: np.ndarray) -> np.ndarray | None:
    """The 2 x 2 turn about `centre` from the direction of `start` to that of `target`, if there is one."""
    a, b = start - centre, target - centre
    lengths = math.hypot(*a) * math.hypot(*b)
    if min(math.hypot(*a), math.hypot(*b)) < _POINT:
        return None
    cos, sin = (a @ b) / lengths, (a[0] * b[1] - a[1] * b[0]) / lengths
    return np.array([[cos, -sin], [sin, cos]])


def _turn(
    points: np.ndarray, joints: tuple[int, ...], centre: np.ndarray, start: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Joints turned about a centre as one piece, `start` into the direction of the target."""
    rotation = _rotation(centre, start, target)
    moved = points.copy()
    if rotation is not None:
        moved[list(joints)] = (points[list(joints)] - centre) @ rotation.T + centre
    elif math.hypot(*(start - centre)) < _POINT:
        # A bone without length has no direction to keep: let it out.
        moved[list(joints)] += target - start
    return moved


def _swing(points: np.ndarray, tops: list[int], joint: int, target: np.ndarray) -> np.ndarray:
    """The tops of limbs turned about the neck, each with its limb carried along unturned."""
    turned = _turn(points, tuple(tops), points[sk.NECK], points[joint], target)
    moved = points.copy()
    for top in tops:
        moved[[top, *sk.descendants(top)]] += turned[top] - points[top]
    return moved


def _lean(points: np.ndarray, target: np.ndarray, there: np.ndarray) -> np.ndarray:
    hips = [hip for hip in _HIPS if there[hip]]
    if not hips:
        return points + (target - points[sk.NECK])
    return _turn(points, _UPPER, points[hips].mean(axis=0), points[sk.NECK], target)


def _bend(
    points: np.ndarray,
    end: int,
    target: np.ndarray,
    there: np.ndarray,
    flipped: bool,
    size: tuple[int, int] | None,
) -> np.ndarray:
    """The limb's end to the target, or as near as its bones reach; elbow or knee where it naturally is."""
    middle, root = sk.LIMB_ENDS[end]
    limb = Limb.read(points, there, (root, middle, end))
    if limb is None:
        return _turn(points, (middle, end), points[root], points[end], target)
    bent, reached = limb.pulled(target - points[root])
    if flipped:
        bent = _other_side(bent, reached)
    if size is not None:
        frame = np.array([(0.0, 0.0), (size[1], size[0])]) - points[root]
        bent = inside(bent, reached, frame)
    moved = points.copy()
    moved[middle], moved[end] = points[root] + bent, points[root] + reached
    return moved


def flip_limb(pose_18x3: np.ndarray, joint: int) -> np.ndarray:
    """The pose with the elbow or knee of the limb that `joint` is on bent to the other side, hand or foot
    where it is; as it was where the joint is on no limb or the limb is not wholly there. Its own opposite.
    """
    pose = np.array(pose_18x3, dtype=np.float32)
    end = next((end for end, chain in sk.LIMB_ENDS.items() if joint in (end, *chain)), None)
    if end is None or not (pose[[end, *sk.LIMB_ENDS[end]], 2] > 0).all():
        return pose
    middle, root = sk.LIMB_ENDS[end]
    points = pose[:, :2].astype(np.float64)
    pose[middle, :2] = points[root] + _other_side(points[middle] - points[root], points[end] - points[root])
    return pose


def _other_side(middle: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The middle joint of a limb reflected across the line from its root at (0, 0) to its end."""
    length = float(end @ end)
    return middle if length < _POINT**2 else 2 * (middle @ end) / length * end - middle


def turn_bone(
    pose_18x3: np.ndarray,
    joint: int,
    start: tuple[float, float],
    xy: tuple[float, float],
    own_18x3: np.ndarray | None = None,
) -> np.ndarray:
    """The pose after the bone that ends in `joint` is taken at `start` and pulled towards `xy`.

    It turns about its other end, and what hangs on it with it; the head turns as one piece. As it was for the
    neck, or where that end is absent. own: as of `move_joint`.
    """
    pose = np.array(pose_18x3, dtype=np.float32)
    joint = sk.NOSE if joint in sk.HEAD else joint
    parent = sk.PARENTS[joint]
    if parent is None or not pose[parent, 2] > 0 or not np.isfinite(xy).all():
        return pose
    points = np.where(np.isfinite(pose[:, :2]), pose[:, :2], 0).astype(np.float64)
    chain = (joint, *sk.descendants(joint))
    moved = _turn(points, chain, points[parent], np.array(start, float), np.array(xy, float))
    return brought_out(pose.copy(), _with_points(pose, moved), joint, own_18x3)


def move_person(pose_18x3: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """The whole person moved by (dx, dy) px."""
    pose = np.array(pose_18x3, dtype=np.float32)
    return _with_points(pose, pose[:, :2] + np.asarray(shift, np.float64))


def mirror(pose_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The pose as in a mirror beside the frame of `size` (H, W): x becomes W - x, left and right swap."""
    pose = np.array(pose_18x3, dtype=np.float32)[list(sk.FLIP)]
    placed = placed_joints(pose)
    pose[placed, 0] = size[1] - pose[placed, 0]
    return pose


def bone_lengths(pose_18x3: np.ndarray) -> np.ndarray:
    """float32 [17]: length in px of each of `LIMBS`, 0 where an end is absent."""
    pose = np.asarray(pose_18x3, dtype=np.float64)
    there = (pose[:, 2] > 0) & placed_joints(pose)
    a, b = np.array(sk.LIMBS).T
    with np.errstate(invalid="ignore"):
        lengths = np.hypot(*(pose[a, :2] - pose[b, :2]).T)
    return np.where(there[a] & there[b], lengths, 0).astype(np.float32)


def hit_test(pose_18x3: np.ndarray, xy: tuple[float, float], radius: float) -> int | None:
    """The nearest present joint within `radius` px of `xy`, or None."""
    pose = np.asarray(pose_18x3, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        away = np.hypot(pose[:, 0] - xy[0], pose[:, 1] - xy[1])
    away[~((pose[:, 2] > 0) & (away <= radius))] = np.inf
    nearest = int(np.argmin(away))
    return nearest if np.isfinite(away[nearest]) else None


def t_pose(size: tuple[int, int]) -> np.ndarray:
    """A person standing in the middle of a frame of `size` (H, W), facing the viewer, arms a little away."""
    height, width = size
    tall = min(0.92 * height, width / 0.48)
    pose = np.full((18, 3), sk.SEEN, dtype=np.float32)
    for joint, name in enumerate(sk.JOINTS):
        x, y = _STANDING[name.replace("left", "right")]
        x = -x if "left" in name else x
        pose[joint, :2] = width / 2 + x * tall, (height - tall) / 2 + y * tall
    return pose
