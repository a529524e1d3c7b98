"""Bare arms, legs and a chest, unrolled: their light and shade and their outline, where no photo shows them.

People stand naked before the camera in soft light from above, arms beside them. Of each the skin is told
along and across a limb, as the application's own bodies tell it; the mean of all of them is nobody's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from engine.compositing.bodies import Body, Ways, along_limb, body_by, limb_length
from engine.cv import cv2

from .camera import Shot, frame_person
from .dressing import naked
from .hands import soft_light
from .labels import keypoints
from .model import Model
from .photographer import Person, Studio
from .poses import Arm, plan_pose
from .renderer import Exposure
from .surfaces import ARMS, BARE_HIPS, BARE_TORSO, LEGS

SIZE = 1536, 1024  # px that they are photographed in
PEOPLE = range(1_000_000, 1_000_006)  # held out, women and men
ALONG, ACROSS = 96, 24  # cells of an unrolled limb
CHEST = 96, 96  # likewise of a chest, and how far it reaches, in shoulders: aside, and up and down
ASIDE, DOWN = 0.6, (-0.6, 0.25)
_STRAIGHT = Shot("front", "full", 0.0, 0.0, 0.2, 0.5, (0.0, 0.0), 1.05)
# Of the shoulders, how far from its bones an arm and a leg are: what is farther is a trunk.
_REACH = 0.16, 0.35
_RIM = 2  # px at an outline, which have colours of what is behind
_HUES = 0.5  # how much of other hues than its tone's a skin keeps: whose they are is not told


class Skin(NamedTuple):
    """Of the picture's left side; the other one is its mirror image. shades: how light skin is, of its tone,
    by colour: of an arm and a leg, [2, U, V, 3], from shoulder or hip on and from the left edge to the right,
    and of a chest, [U, V, 3]. halves, middles: half of a limb's breadth, and how far right of its bones it
    is, [2, U], of the shoulders' breadth."""

    shades: np.ndarray
    chest: np.ndarray
    halves: np.ndarray
    middles: np.ndarray


def photographed_skin(studio: Studio) -> Skin:
    """The mean of all. studio: of `SIZE`."""
    found = [_of_one(studio, index) for index in PEOPLE]
    return Skin(*(np.mean(each, 0) for each in zip(*found, strict=True)))


def _of_one(studio: Studio, index: int) -> Skin:
    with Person(studio, index) as person:
        pose = plan_pose(np.random.default_rng(1), "stand", ("down", "down"))
        for bend in (pose.pelvis, pose.spine, pose.head):
            bend.turn = bend.tilt = 0.0
        for side in pose.arms:
            pose.arms[side] = Arm("down", np.zeros(4))
        posed, skeleton = person.skeleton.solve(pose), person.skeleton
        camera = frame_person(_STRAIGHT, posed, skeleton, SIZE[1] / SIZE[0])
        studio.renderer.take_over()
        skin = naked(studio.assets, person.body, person.looks, np.random.default_rng(index))
        model = Model(studio.renderer.card, skin)
        light = soft_light(person.light, camera, np.array((0.0, -1.0, 0.0)))
        exposure = studio.renderer.expose(model, posed, skeleton, camera, light, person.backdrop)
        model.release()
        joints_18x3 = keypoints(studio.assets.meshes, skeleton, posed, camera, exposure.distance, SIZE)
    body = body_by(joints_18x3)
    assert body is not None
    return _unrolled(exposure, body)


def _unrolled(exposure: Exposure, body: Body) -> Skin:
    y_HW, x_HW = torch.meshgrid(*(torch.arange(side) for side in SIZE), indexing="ij")
    way = Ways(body, torch.stack([x_HW, y_HW], -1).float())
    light_HWC = exposure.image.astype(np.float32)
    limbs, halves, middles = [], [], []
    kinds = (ARMS,), (LEGS, BARE_HIPS)
    for pair, of_pair, reach in zip((way.arms, way.legs), kinds, _REACH, strict=True):
        seen_HW = np.isin(exposure.surfaces, of_pair)
        both = []
        for number, (limb_42, along_HW, aside_HW) in enumerate(pair):
            nearer_HW = aside_HW.abs() < pair[1 - number][2].abs().clamp(max=reach * body.shoulders)
            mine_HW = torch.from_numpy(seen_HW) & nearer_HW & (along_HW > 0)
            both.append(_limb(light_HWC, mine_HW.numpy(), limb_42, along_HW.numpy(), aside_HW.numpy()))
        (one_UVC, one_U2), (other_UVC, other_U2) = both
        limbs.append((one_UVC + other_UVC[:, ::-1]) / 2)
        edges_U2 = (one_U2 - other_U2[:, ::-1]) / 2 / body.shoulders
        halves.append((edges_U2[:, 1] - edges_U2[:, 0]) / 2)
        middles.append(edges_U2.mean(1))
    return Skin(np.array(limbs), _chest(exposure, body), np.array(halves), np.array(middles))


def _limb(
    light_HWC: np.ndarray,
    mine_HW: np.ndarray,
    limb_42: np.ndarray,
    along_HW: np.ndarray,
    aside_HW: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Shades, [U, V, 3], and where a limb ends to both sides of its bones, [U, 2], px."""
    length = limb_length(limb_42)
    number_N = (along_HW[mine_HW] / length * ALONG).astype(int)
    edges_U2 = np.full((ALONG, 2), np.nan)
    for each in range(ALONG):
        aside_M = aside_HW[mine_HW][number_N == each]
        if len(aside_M):
            edges_U2[each] = np.quantile(aside_M, (0.01, 0.99))
    there_U = np.isfinite(edges_U2[:, 0])
    edges_U2 = np.stack(
        [np.interp(np.arange(ALONG), np.flatnonzero(there_U), edge_U[there_U]) for edge_U in edges_U2.T], -1
    )
    edges_U2 = cv2.GaussianBlur(edges_U2, (0, 0), sigmaX=0.1, sigmaY=1.5, borderType=cv2.BORDER_REPLICATE)
    across_V = (np.arange(ACROSS) + 0.5) / ACROSS
    inner_U2 = edges_U2 + np.array((_RIM, -_RIM))
    aside_UV = inner_U2[:, :1] + (inner_U2[:, 1:] - inner_U2[:, :1]) * across_V
    along_UV = np.broadcast_to((np.arange(ALONG)[:, None] + 0.5) / ALONG * length, aside_UV.shape)
    place_N2 = along_limb(limb_42, along_UV.ravel(), aside_UV.ravel())
    return _shades(_at(light_HWC, place_N2.reshape(ALONG, ACROSS, 2))), edges_U2


def _chest(exposure: Exposure, body: Body) -> np.ndarray:
    skin_HW = np.isin(exposure.surfaces, (ARMS, BARE_TORSO)).astype(np.uint8)
    skin_HW = cv2.erode(skin_HW, np.ones((2 * _RIM + 1,) * 2, np.uint8))
    # What is beside a neck goes on from it.
    _, nearest_HW = cv2.distanceTransformWithLabels(
        1 - skin_HW, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    numbers_N = np.zeros(nearest_HW.max() + 1, int)
    numbers_N[nearest_HW[skin_HW > 0]] = np.flatnonzero(skin_HW)
    light_HWC = exposure.image.reshape(-1, 3)[numbers_N[nearest_HW]].astype(np.float32)
    down_U = np.linspace(*DOWN, CHEST[0])[:, None, None] * body.shoulders
    aside_V = np.linspace(-ASIDE, ASIDE, CHEST[1])[None, :, None] * body.shoulders
    shades_UVC = _shades(_at(light_HWC, body.middle + aside_V * body.across + down_U * body.down))
    return (shades_UVC + shades_UVC[:, ::-1]) / 2


def _at(light_HWC: np.ndarray, place_UV2: np.ndarray) -> np.ndarray:
    grid_UV2 = torch.from_numpy(2.0 * (place_UV2 + 0.5) / np.array(SIZE[::-1]) - 1.0).float()[None]
    light_1CHW = torch.from_numpy(light_HWC).movedim(-1, 0)[None]
    found_1CUV = F.grid_sample(light_1CHW, grid_UV2, padding_mode="border", align_corners=False)
    return found_1CUV[0].movedim(0, -1).numpy()


def _shades(light_UVC: np.ndarray) -> np.ndarray:
    shades_UVC = light_UVC / np.median(light_UVC, (0, 1)).clip(1.0)
    grey_UV1 = shades_UVC.mean(-1, keepdims=True)
    return grey_UV1 + _HUES * (shades_UVC - grey_UV1)
