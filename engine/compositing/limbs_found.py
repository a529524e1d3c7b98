"""What of a photo's person is elsewhere in a pose: found once, whatever of the photo is shown there.

All that decides is smooth, and told on the grid of the surface map.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.crotches import Triangle, crotch, triangles
from engine.compositing.cut_outs import Along, Poses, along_limb
from engine.compositing.detail import DetailSource
from engine.compositing.draped import Draped, draped
from engine.compositing.fields import size_of
from engine.compositing.hidden_hands import other_hand
from engine.compositing.hung_things import without_things
from engine.compositing.limb_bones import ARM_CHAINS, HIPS, joints, positions
from engine.compositing.limb_claims import Shown, claimed
from engine.compositing.limbs_elsewhere import Elsewhere, Moves, Trunk, moves
from engine.compositing.own_pose import OwnPose
from engine.compositing.ribbons import BONES_OF_LIMB
from engine.compositing.trunk_sides import GARMENT_CLASSES, Bared
from engine.compositing.untouched import untouched


class Pulled(NamedTuple):
    """A photo's crotch, where that is known; and of legs that are pulled away from it, by their numbers, the
    triangle that is stretched, as it was and is."""

    crotch: complex | None
    stretches: dict[int, tuple[Triangle, Triangle]]


class MovedLimbs(NamedTuple):
    """What of a person is elsewhere in a pose, told on the grid of the surface map: both poses, what is
    elsewhere, along what each limb lies, the engine's classes [8, h, w], its claims [3, h, w]
    (`limb_claims.claimed`), and the legs that are pulled away from their crotch."""

    poses: Poses
    trunk: Trunk
    shown: list[Elsewhere]
    stays: float
    ways: dict[int, Along]
    class_8hw: Tensor
    claims_3hw: Tensor
    pulled: Pulled
    skirt: Draped | None


@torch.no_grad()
def find_moved(
    pose_B183: Tensor,
    surface_B11hw: Tensor,
    source: DetailSource,
    own: OwnPose,
    moved: Sequence[Moves] | None = None,
    still_B1hw: Tensor | None = None,
) -> list[MovedLimbs | None]:
    """Of each of a batch, None where nothing is elsewhere; all of a person who shows another side is the
    engine's.

    pose: as `moving_least_squares.normalised_pose` gives it. surface: the surface map of what the engine
    drew. moved: what is elsewhere, where that is known; still: where nothing is (`untouched`), likewise.
    """
    if still_B1hw is None:
        still_B1hw = untouched(pose_B183, own.pose, own.limbs, size_of(surface_B11hw))
        still_B1hw = without_things(still_B1hw, pose_B183, own.pose, own.held)
    class_B8hw, drawn_B4HW = own.classes.float(), own.drawn_limbs.float()
    rows, columns = size_of(source.photo)
    sides_2 = own.pose.new_tensor((columns / rows, 1.0))
    moved = moves(pose_B183, own.pose, drawn_B4HW, own.lent) if moved is None else moved
    return [
        _found(
            Poses(now_183, own_183, sides_2),
            found,
            surface_B11hw[i, :CLASSES].float().softmax(0),
            Shown(source.photo[i, -1:].float(), own.limbs[i].float(), class_B8hw[i]),
            1.0 - still_B1hw[i, 0],
            source.photo[i, :3].float(),
            own.seen[i, :CLASSES].float(),
            own.under[i, -2:].float(),
            drawn_B4HW[i],
        )
        for i, (now_183, own_183, found) in enumerate(zip(pose_B183, own.pose, moved, strict=True))
    ]


def _found(
    poses: Poses,
    found: Moves,
    class_8hw: Tensor,
    photo: Shown,
    near_hw: Tensor,
    photo_3HW: Tensor,
    seen_8hw: Tensor,
    on_2HW: Tensor,
    drawn_4HW: Tensor,
) -> MovedLimbs | None:
    trunk, shown, stays = found
    if trunk is None:
        return None
    skirt = draped(poses, trunk, seen_8hw, on_2HW.amax(0))
    if skirt is not None:
        shown = skirt.raised(shown)
    if not (stays > 0 or any(each.part > 0 for each in shown)):
        return None  # at rest nothing of this is worth its time
    here_hw = positions(size_of(class_8hw), poses.sides_2)
    worn_1hw = seen_8hw[GARMENT_CLASSES].sum(0, keepdim=True)
    hers = Bared(photo.behind_1HW, photo.limbs_4HW[ARM_CHAINS], on_2HW, worn_1hw)
    ways = {
        limb: along_limb(bones, poses, drawn_4HW[limb], trunk, seen_8hw, photo_3HW, hers)
        for limb, bones in by_limb(shown).items()
    }
    for limb in ways.keys() & set(ARM_CHAINS):
        hand = other_hand(limb, ways[limb].was, poses.own_183, seen_8hw, drawn_4HW, poses.sides_2)
        ways[limb] = ways[limb]._replace(hand=hand)
    claims_3hw = claimed(poses, shown, trunk, class_8hw, photo, here_hw, near_hw)
    return MovedLimbs(
        poses,
        trunk,
        shown,
        stays,
        ways,
        class_8hw,
        claims_3hw,
        _pulled(poses, trunk, photo, shown),
        skirt,
    )


def by_limb(shown: Sequence[Elsewhere]) -> dict[int, list[Elsewhere]]:
    """The bones of the limbs of which something is drawn as a cut-out, in the order in which they are laid:
    arms after legs, and what is elsewhere after what stays."""
    bones = {limb: [each for each in shown if each.bone.chain == limb] for limb in range(len(BONES_OF_LIMB))}
    drawn = {limb: each for limb, each in bones.items() if any(bone.drawn > 0 for bone in each)}
    return dict(sorted(drawn.items(), key=lambda limb_of: _lies_over(limb_of[1])))


def _lies_over(bones: Sequence[Elsewhere]) -> tuple[bool, bool]:
    return bones[0].bone.of_arm, max(each.part for each in bones) > 0


def _pulled(poses: Poses, trunk: Trunk, photo: Shown, shown: Sequence[Elsewhere]) -> Pulled:
    """Of thighs that are elsewhere."""
    thighs = [each for each in shown if each.is_thigh and each.part > 0]
    both, sides_2, scale = (poses.own_183, poses.now_183), poses.sides_2, abs(trunk.turn)
    if not thighs or not all((pose_183[HIPS, 2] > 0).all() for pose_183 in both):
        return Pulled(None, {})
    placed = [joints(pose_183, sides_2) for pose_183 in both]
    own_hips, hips = (sum(each[joint] for joint in HIPS) / len(HIPS) for each in placed)
    then = crotch(own_hips, thighs[0].then.unit, photo.behind_1HW, sides_2)
    now = hips + scale * (then - own_hips)
    stretches = {}
    for each in thighs:
        chain = each.bone.chain
        found = triangles(each, then, now, photo.limbs_4HW[chain], scale, sides_2)
        if found is not None:
            stretches[chain] = found
    return Pulled(then, stretches)
