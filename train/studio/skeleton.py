"""From a pose to bone transforms, by inverse kinematics, so that every pose fits every body.

Every bone has a world-aligned frame at its head in the rest pose. With G the global rotation, h the rest
head and X the posed head of a bone and p its parent: X = G_p (h - h_p) + X_p, and a vertex moves to sum w
(G (x - h) + X).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assets import SIDES, AssetMeshes
from .body import Body, torso_extent
from .garments import heel_pitch
from .poses import Bend, Pose, Recorded
from .reach import Reach
from .rotations import basis, normalised, rotation, share, swing, turn, two_bone_reach

_SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
_NECK = {"neck01": 0.2, "neck02": 0.2, "neck03": 0.2, "head": 0.4}
_TRUNK = frozenset(("root", *_SPINE, *_NECK))
_FINGER_CURL = (("1", 0.8), ("2", 1.1), ("3", 0.7))


@dataclass(frozen=True)
class Posed:
    """Global rotations [bones, 3, 3] and head positions [bones, 3] of all bones, dm."""

    rotations: np.ndarray
    heads: np.ndarray

    def turned(self, yaw: float) -> Posed:
        """The same person turned about the vertical axis."""
        matrix = rotation((0, 1, 0), yaw)
        return Posed(matrix @ self.rotations, self.heads @ matrix.T)


class Skeleton:
    """The bones of one dressed body. `bulk` is the thickness of its clothes (dm), kept clear by the hands.

    heel: height of the shoes' heels (dm).
    """

    def __init__(self, meshes: AssetMeshes, body: Body, bulk: float = 0.0, heel: float = 0.0):
        self.bones, self.body, self.heel = meshes.bones, body, heel
        self.index = meshes.bones.index
        self.rest = body.heads
        # half width, front and back z of the trunk with its clothes, at three ranges of canonical height
        self.hips, self.waist, self.chest = (
            (width + bulk, front + bulk, back - bulk)
            for width, front, back in (
                torso_extent(meshes, body, low, high) for low, high in ((-0.6, 0.6), (1.6, 2.3), (3.2, 4.2))
            )
        )

    def at(self, name: str) -> np.ndarray:
        """Rest position of a bone's head."""
        return self.rest[self.index[name]]

    def joints(self, limb: str, side: str) -> list[np.ndarray]:
        names = (
            ("upperarm01", "lowerarm01", "wrist") if limb == "arm" else ("upperleg01", "lowerleg01", "foot")
        )
        return [self.at(f"{name}.{side}") for name in names]

    def solve(self, pose: Pose | Recorded) -> Posed:
        """Bone transforms of a pose."""
        if isinstance(pose, Recorded):
            return self._replay(pose)
        return _Solver(self, pose).posed()

    def _replay(self, pose: Recorded) -> Posed:
        """A recorded pose, its angles taken over as they are; the lower foot stands on the floor."""
        local = {name: share(bend, pose.amount) for name, bend in pose.recording.bends.items()}
        for names, bend in ((dict.fromkeys(_SPINE, 0.2), pose.spine), (_NECK, pose.head)):
            for name, part in names.items():
                local[name] = share(_bent(bend), part) @ local.get(name, np.eye(3))
        for name, bend in pose.limbs.items():
            local[name] = _bent(bend) @ local.get(name, np.eye(3))
        flat = self._walk(local)
        soles = [i for i, name in enumerate(self.bones.names) if name.startswith(("foot", "toe"))]
        lift = (flat.heads[soles, 1] - self.rest[soles, 1]).min()
        pitch = turn(x=heel_pitch(self.heel))
        for side in SIDES:
            foot = f"foot.{side}"
            local[foot] = local.get(foot, np.eye(3)) @ pitch
            for toe in (f"toe{number}-1.{side}" for number in "12345"):
                local[toe] = local.get(toe, np.eye(3)) @ pitch.T
        posed = self._walk(local)
        middle = posed.heads[self.index["spine05"]] - self.at("spine05")
        return Posed(posed.rotations, posed.heads - (middle[0], lift, middle[2]))

    def _walk(self, local: dict[str, np.ndarray]) -> Posed:
        """All bones from the root on, each turned against its parent by what `local` says of it."""
        count = len(self.bones.names)
        rotations, heads = np.zeros((count, 3, 3)), np.zeros((count, 3))
        for i, name in enumerate(self.bones.names):
            parent = self.bones.parents[i]
            turned = local.get(name, np.eye(3))
            if parent < 0:
                rotations[i], heads[i] = turned, self.rest[i]
                continue
            rotations[i] = rotations[parent] @ turned
            heads[i] = rotations[parent] @ (self.rest[i] - self.rest[parent]) + heads[parent]
        return Posed(rotations, heads)


def _bent(bend: Bend) -> np.ndarray:
    return turn(y=bend.twist) @ turn(z=bend.tilt) @ turn(x=bend.forward)


class _Solver:
    """One solution: walks the bones from the root, planning an arm or a leg when it comes to its girdle."""

    def __init__(self, skeleton: Skeleton, pose: Pose):
        self.skeleton, self.pose = skeleton, pose
        self.pelvis = turn(y=pose.pelvis.twist) @ turn(z=pose.pelvis.tilt) @ turn(x=pose.pelvis.forward)
        self.centre = skeleton.at("spine05")
        self.offset = pose.shift + np.array([0, self._pelvis_drop(), 0])
        self.local = self._local_rotations()
        self.fixed: dict[str, np.ndarray] = {}
        count = len(skeleton.bones.names)
        self.rotations, self.heads = np.zeros((count, 3, 3)), np.zeros((count, 3))

    def posed(self) -> Posed:
        bones, rest = self.skeleton.bones, self.skeleton.rest
        # parents first, and the trunk up to the head before the arms, whose hands may go to it
        for i in sorted(range(len(bones.names)), key=lambda i: bones.names[i] not in _TRUNK):
            name, parent = bones.names[i], bones.parents[i]
            if parent < 0:
                self.rotations[i], self.heads[i] = self.pelvis, self._moved(rest[i], self.offset)
                continue
            self.heads[i] = self.rotations[parent] @ (rest[i] - rest[parent]) + self.heads[parent]
            if name in self.fixed:
                self.rotations[i] = self.fixed[name]
            elif name in self.local:
                self.rotations[i] = self.rotations[parent] @ self.local[name]
            else:
                self.rotations[i] = self.rotations[parent]
            if name.startswith("shoulder01."):
                self._plan_arm(name[-1], i)
            elif name.startswith("pelvis."):
                self._plan_leg(name[-1])
        return Posed(self.rotations, self.heads)

    def _moved(self, point: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """A rest point carried along by the pelvis."""
        return self.pelvis @ (point - self.centre) + self.centre + offset

    def _pelvis_drop(self) -> float:
        """How far the pelvis sinks (dm, negative) until both feet reach their places."""
        drops = []
        for side in SIDES:
            hip, knee, ankle = self.skeleton.joints("leg", side)
            length = (np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)) * 0.995
            start = self._moved(hip, self.pose.shift)
            foot = ankle + self.pose.feet[side].move
            across = np.hypot(start[0] - foot[0], start[2] - foot[2])
            drops.append(foot[1] + np.sqrt(max(length**2 - across**2, 1)) - start[1])
        return float(min(*drops, 0.35))

    def _local_rotations(self) -> dict[str, np.ndarray]:
        pose = self.pose
        bend = _bent(pose.spine)
        local = {name: share(bend, 0.2) for name in _SPINE}
        head = turn(x=pose.head.forward, y=pose.head.twist, z=pose.head.tilt)
        local.update({name: share(head, part) for name, part in _NECK.items()})
        for side, sign in (("L", 1), ("R", -1)):
            arm = pose.arms[side]
            local[f"clavicle.{side}"] = turn(z=sign * arm.clavicle)
            local.update(self._fingers(side, sign))
        return local

    def _fingers(self, side: str, sign: int) -> dict[str, np.ndarray]:
        """Fingers curled, and brought together: the rest pose fans them out."""
        arm, at = self.pose.arms[side], self.skeleton.at
        local = {}
        axis = (at(f"finger5-1.{side}") - at(f"finger2-1.{side}")) * sign  # from knuckle to knuckle
        along = {f: at(f"finger{f}-2.{side}") - at(f"finger{f}-1.{side}") for f in "12345"}
        together = 0.6 + 0.3 * float(arm.jitter[3])
        for finger in "2345":
            spread = 1 + 0.12 * (int(finger) - 3)
            for joint, part in _FINGER_CURL:
                local[f"finger{finger}-{joint}.{side}"] = rotation(axis, -arm.curl * part * spread)
            closed = share(swing(along[finger], along["3"]), together)
            local[f"finger{finger}-1.{side}"] = local[f"finger{finger}-1.{side}"] @ closed
        local[f"finger1-1.{side}"] = share(swing(along["1"], along["2"]), 0.6 * together)
        local[f"finger1-2.{side}"] = rotation(axis, -arm.curl * 0.3)
        return local

    def _plan_leg(self, side: str) -> None:
        hip, knee, ankle = self.skeleton.joints("leg", side)
        foot = self.pose.feet[side]
        start = self._moved(hip, self.offset)
        yaw = foot.toe_out * (1 if side == "L" else -1)
        heading = yaw + self.pose.pelvis.twist * 0.3
        pole = np.array([np.sin(heading), 0, np.cos(heading)])
        knee_at, ankle_at = two_bone_reach(
            start, ankle + foot.move, pole, np.linalg.norm(knee - hip), np.linalg.norm(ankle - knee)
        )
        front = np.array([0, 0, 1.0])

        def aligned(direction, rest):
            return basis(direction, np.cross(direction, pole)) @ basis(rest, np.cross(rest, front)).T

        thigh, shin = aligned(knee_at - start, knee - hip), aligned(ankle_at - knee_at, ankle - knee)
        for name, matrix in (
            ("upperleg01", thigh),
            ("upperleg02", thigh),
            ("lowerleg01", shin),
            ("lowerleg02", shin),
        ):
            self.fixed[f"{name}.{side}"] = matrix
        pitch = heel_pitch(self.skeleton.heel)
        self.fixed[f"foot.{side}"] = turn(y=yaw * 0.8, x=foot.heel + pitch)
        # the ball of the foot stays on the floor
        toes = turn(y=yaw * 0.8, x=foot.heel - 0.7 * max(foot.heel, 0))
        for toe in "12345":
            self.fixed[f"toe{toe}-1.{side}"] = toes

    def _reach(self, side: str) -> Reach:
        """What an arm of this side may reach for, as the trunk and the head are by now."""

        def carried(name: str, point: np.ndarray) -> np.ndarray:
            i = self.skeleton.index[name]
            return self.rotations[i] @ (point - self.skeleton.rest[i]) + self.heads[i]

        def turned(name: str, direction: np.ndarray) -> np.ndarray:
            return self.rotations[self.skeleton.index[name]] @ direction

        skeleton = self.skeleton
        return Reach(
            1 if side == "L" else -1,
            skeleton.hips,
            skeleton.waist,
            skeleton.chest,
            {
                "hip": skeleton.at(f"upperleg01.{side}")[1],
                "waist": skeleton.at("spine04")[1],
                "chest": skeleton.at("spine02")[1],
                "shoulder": skeleton.at(f"upperarm01.{side}")[1],
                "head": skeleton.at("head")[1],
            },
            self.pelvis,
            lambda point: self._moved(point, self.offset),
            carried,
            turned,
        )

    def _plan_arm(self, side: str, girdle: int) -> None:
        shoulder, elbow, wrist = self.skeleton.joints("arm", side)
        base = self.rotations[girdle]
        start = base @ (shoulder - self.skeleton.rest[girdle]) + self.heads[girdle]
        arm = self.pose.arms[side]
        goal = self._reach(side).goal(arm)
        elbow_at, wrist_at = two_bone_reach(
            start, goal.wrist, goal.pole, np.linalg.norm(elbow - shoulder), np.linalg.norm(wrist - elbow)
        )
        upper0, lower0 = elbow - shoulder, wrist - elbow
        upper, lower = elbow_at - start, wrist_at - elbow_at
        hinge0, hinge = np.cross(upper0, lower0), np.cross(upper, lower)
        if np.linalg.norm(hinge) < 0.15:  # a straight arm has no hinge of its own
            hinge = np.cross(upper, -goal.pole)
        upper_rotation = basis(upper, hinge) @ basis(upper0, hinge0).T
        lower_rotation = basis(lower, hinge) @ basis(lower0, hinge0).T
        # the swing alone would leave the shoulder untwisted: give it a little over half of the twist
        swung = swing(base @ upper0, upper) @ base
        self.fixed[f"upperarm01.{side}"] = share(upper_rotation @ swung.T, 0.55) @ swung
        self.fixed[f"upperarm02.{side}"] = upper_rotation
        pronation = rotation(lower, goal.pronation * (1 if side == "L" else -1))
        self.fixed[f"lowerarm01.{side}"] = lower_rotation
        self.fixed[f"lowerarm02.{side}"] = share(pronation, 0.5) @ lower_rotation
        hand = pronation @ lower_rotation
        fingers0 = normalised(self.skeleton.at(f"finger3-1.{side}") - wrist)
        if goal.hand is not None:
            hand = share(swing(hand @ fingers0, goal.hand), 0.85) @ hand
        self.fixed[f"wrist.{side}"] = hand @ rotation(np.cross(fingers0, (0, 1, 0)), arm.wrist)
