"""Regions, joints and surface coordinates of the person in a picture, by the network in the box.

It always looks in float32, in a window as in training. Ask `available()` before: without its weights there
are no regions to click, and engines that lay the photo over what they draw do not open. In a frame of the
editor (256x176) it takes some 20 ms of one core, six times that for a careful look.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import Capability
from engine.cv import cv2
from engine.models import parser
from engine.models.parser.config import COARSEST
from engine.models.parser.decode import keypoints
from engine.pose.skeleton import FLIP
from engine.regions import REGIONS, SURFACE_SPAN

_ROWS = 256  # of the pictures the network was made for: about the height of the person's surroundings in px
_MOST_ROWS = 288  # pictures up to this high are looked at as they are
_FEWEST_ROWS = 192  # in smaller ones the network sees much less than in the same enlarged
_SMALL = 0.6  # of the picture's sides: a person smaller than this is looked at again, from nearer
_NEARER = 1.25  # how much larger a careful look sees the picture the second time
_MARGIN = 0.12  # of the person's height around the person then
_LEAST_PIXELS = 40  # of a person in the first look

_lock = threading.Lock()
_networks: dict[torch.device, parser.Parser] = {}


@dataclass(frozen=True, eq=False)
class Parsed:
    """What is seen in a picture of [H, W], coordinates in its px.

    regions_HW: uint8, index into `REGIONS`. keypoints_18x3: float32, x, y, state (2 seen, 1 occluded, 0
    absent). surface_HW3: float32, place of the visible point on the standard body in rest, in dm (x to the
    person's left, y up, z to the front), NaN where there is no person. arms_2HW: bool, which pixels are of
    the right and of the left arm, with its sleeve, its hand and what that holds.
    """

    regions_HW: np.ndarray
    keypoints_18x3: np.ndarray
    surface_HW3: np.ndarray
    arms_2HW: np.ndarray


def available() -> Capability:
    """Whether pictures can be parsed here, found out without loading anything."""
    if not parser.SHIPPED.is_file():
        return Capability(False, f"{parser.SHIPPED.name} is not there")
    return Capability(True)


def parse(rgb_HWC: np.ndarray, network: parser.Parser | None = None) -> Parsed:
    """Parse a photo or a frame: uint8 [H, W, 3], any size. May be called from any thread.

    network: folded and frozen as `engine.models.parser.load` gives it; None takes the weights in the box,
    which stay in memory. A frame of about the training pictures' size is parsed as it is. A larger photo is
    reduced, and looked at once more around the person where that is small in it. Raises ValueError on
    something that is no picture, InputError where the weights in the box cannot be read.
    """
    if rgb_HWC.dtype != np.uint8 or rgb_HWC.ndim != 3 or rgb_HWC.shape[2] != 3 or not rgb_HWC.size:
        raise ValueError(f"a picture is uint8 [H, W, 3], not {rgb_HWC.dtype} {list(rgb_HWC.shape)}")
    network = network or _shipped(torch.device("cpu"))
    height, width = rgb_HWC.shape[:2]
    seen = _look(network, rgb_HWC, _fitting((height, width)))
    box = _person_box(seen.regions_HW)
    if max(height, width) <= _MOST_ROWS or box is None:
        return seen
    top, bottom, left, right = box
    if bottom - top > _SMALL * height or right - left > _SMALL * width:
        return seen
    return _placed(_look(network, rgb_HWC[top:bottom, left:right], _fitting((bottom - top, right - left))),
                   (top, left), (height, width))  # fmt: skip


class Seen(NamedTuple):
    """Of pictures of [B, 3, H, W], float32.

    surface: the surface map [B, 11, h, w], logits of the regions, then surface coordinates / 9 dm. arms: [B,
    10, h, w], logits of the regions that would be seen without the person's arms, then logits that a pixel is
    of the right and of the left arm, with its sleeve, its hand and what that holds.
    """

    surface: Tensor
    arms: Tensor


@torch.no_grad()
def surface_map(picture_BCHW: Tensor) -> Tensor:
    """Surface map [B, 11, h, w], as of `Seen`, of pictures in [-1, 1], of any size.

    Seen with 256 rows or columns on the longer side, but for pictures that are nearly so large. Raises
    InputError where the weights in the box cannot be read.
    """
    return _looked(_shipped(picture_BCHW.device), picture_BCHW, _scale_of(picture_BCHW)).surface


@torch.no_grad()
def careful_look(picture_BCHW: Tensor, joints_BJ3: Tensor | None = None) -> Seen:
    """The same, and the arms, as the mean of four looks (`looks`), for photos, which are looked at once.
    joints: [B, 18, 3] of their persons, px of the pictures, state, where a detector has found them."""
    network = _shipped(picture_BCHW.device)
    return looks(network, picture_BCHW, joints_BJ3, scale=_scale_of(picture_BCHW))


@torch.no_grad()
def looks(
    network: parser.Parser, picture_BCHW: Tensor, joints_BJ3: Tensor | None = None, scale: float = 1.0
) -> Seen:
    """What is seen [B, K, h, w] at `scale` of the pictures [B, 3, H, W]: the mean of what the network sees in
    them and in their mirror images, at this scale and from nearer.

    joints: as of `careful_look`. They are told to the nearer looks alone, which tell alone then which pixels
    are of which arm: where arms are, joints say better than pictures; what hair and clothes are, and what is
    beneath arms, they do not.
    """
    seen = _both_sides(network, picture_BCHW, None, scale)
    nearer = _both_sides(network, picture_BCHW, joints_BJ3, scale * _NEARER)
    size = seen.surface.shape[2:]
    surface_BKhw, arms_BAhw = (
        F.interpolate(each_BKHW, size, mode="bilinear", antialias=True) for each_BKHW in nearer
    )
    mean_BAhw = 0.5 * (seen.arms + arms_BAhw)
    if joints_BJ3 is not None:
        mean_BAhw[:, len(REGIONS) :] = arms_BAhw[:, len(REGIONS) :]
    return Seen(0.5 * (seen.surface + surface_BKhw), mean_BAhw)


def _both_sides(
    network: parser.Parser, picture_BCHW: Tensor, joints_BJ3: Tensor | None, scale: float
) -> Seen:
    mirrored_BJ3 = None
    if joints_BJ3 is not None:
        mirrored_BJ3 = joints_BJ3[:, list(FLIP)].clone()
        mirrored_BJ3[..., 0] = picture_BCHW.shape[3] - mirrored_BJ3[..., 0]
    seen, (surface_BKhw, arms_BAhw) = (
        _looked(network, picture_BCHW, scale, joints_BJ3),
        _looked(network, picture_BCHW.flip(3), scale, mirrored_BJ3),
    )
    surface_BKhw, arms_BAhw = surface_BKhw.flip(3), arms_BAhw.flip(3)
    surface_BKhw[:, len(REGIONS)] *= -1  # the left side's places are the right side's there, and its arms
    arms_BAhw = torch.cat([arms_BAhw[:, : len(REGIONS)], arms_BAhw[:, len(REGIONS) :].flip(1)], 1)
    return Seen(0.5 * (seen.surface + surface_BKhw), 0.5 * (seen.arms + arms_BAhw))


def _scale_of(picture_BCHW: Tensor) -> float:
    longest = max(picture_BCHW.shape[2:])
    return 1.0 if _FEWEST_ROWS <= longest <= _MOST_ROWS else _ROWS / longest


def _looked(
    network: parser.Parser, picture_BCHW: Tensor, scale: float, joints_BJ3: Tensor | None = None
) -> Seen:
    size = picture_BCHW.shape[2:]
    fitting = tuple(max(1, round(side * scale / COARSEST)) * COARSEST for side in size)
    if fitting != tuple(size):
        picture_BCHW = F.interpolate(picture_BCHW, fitting, mode="bilinear", antialias=True)
        if joints_BJ3 is not None:
            larger_3 = joints_BJ3.new_tensor((fitting[1] / size[1], fitting[0] / size[0], 1))
            joints_BJ3 = joints_BJ3 * larger_3
    with torch.autocast(picture_BCHW.device.type, enabled=False):
        output = network(picture_BCHW.float().contiguous(memory_format=torch.channels_last), joints_BJ3)
    return Seen(
        torch.cat([output.logits_BCHW, output.surface_B3HW], 1),
        torch.cat([output.beneath_BCHW, output.arms_B2HW], 1),
    )


def _shipped(device: torch.device) -> parser.Parser:
    with _lock:
        if device not in _networks:
            network = parser.load(parser.SHIPPED).to(device)
            _networks[device] = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # no stub
        return _networks[device]


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns to look at a picture of this size with: reduced to 256 on its longer side."""
    longest = max(size)
    scale = _ROWS / longest if longest > _MOST_ROWS else 1.0
    height, width = (max(1, round(side * scale)) for side in size)
    return height, width


@torch.inference_mode()
def _look(network: parser.Parser, rgb_HWC: np.ndarray, size: tuple[int, int]) -> Parsed:
    """Parse at `size`, give the result at the picture's own size."""
    full = rgb_HWC.shape[:2]
    picture = rgb_HWC
    if size != full:
        picture = cv2.resize(rgb_HWC, size[::-1], interpolation=cv2.INTER_AREA)
    height, width = size
    below, beside = -height % COARSEST, -width % COARSEST
    if below or beside:
        picture = cv2.copyMakeBorder(picture, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    output = network(_to_network(picture))
    joints = keypoints(output)[0].numpy()
    outside = (joints[:, :2] >= (width, height)).any(1)
    joints[outside] = 0
    joints[:, :2] *= (full[1] / width, full[0] / height)
    regions = _largest(output.logits_BCHW[0, :, :height, :width].numpy(), full)
    surface = np.ascontiguousarray(output.surface_B3HW[0, :, :height, :width].permute(1, 2, 0).numpy())
    surface = _enlarged(surface * np.float32(SURFACE_SPAN), full)
    surface[regions == 0] = np.nan
    arms = [_enlarged(each, full) > 0 for each in output.arms_B2HW[0, :, :height, :width].numpy()]
    return Parsed(regions, joints, surface, np.stack(arms))


def _to_network(rgb_HWC: np.ndarray) -> Tensor:
    picture = torch.from_numpy(np.ascontiguousarray(rgb_HWC)).permute(2, 0, 1)[None]
    return picture.float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


def _enlarged(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if values.shape[:2] == size:
        return values
    return cv2.resize(values, size[::-1], interpolation=cv2.INTER_LINEAR)


def _largest(logits_CHW: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """uint8 [H, W] at `size`: the class whose enlarged logit is the largest, a class at a time."""
    if logits_CHW.shape[1:] == size:
        return logits_CHW.argmax(0).astype(np.uint8)
    best = _enlarged(logits_CHW[0], size)
    regions = np.zeros(size, np.uint8)
    for index, logits in enumerate(logits_CHW[1:], 1):
        values = _enlarged(logits, size)
        larger = values > best
        regions[larger] = index
        best = np.where(larger, values, best)
    return regions


def _person_box(regions_HW: np.ndarray) -> tuple[int, int, int, int] | None:
    """Top, bottom, left, right of the largest connected person and a margin, in the picture; or None."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((regions_HW > 0).astype(np.uint8))
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, wide, tall, area = (int(value) for value in stats[largest])
    if area < _LEAST_PIXELS:
        return None
    margin = round(_MARGIN * max(tall, wide))
    height, width = regions_HW.shape
    return (max(0, top - margin), min(height, top + tall + margin),
            max(0, left - margin), min(width, left + wide + margin))  # fmt: skip


def _placed(part: Parsed, corner: tuple[int, int], size: tuple[int, int]) -> Parsed:
    """What was seen in a part of a picture, in the picture."""
    top, left = corner
    height, width = part.regions_HW.shape
    window = np.s_[top : top + height, left : left + width]
    regions = np.zeros(size, np.uint8)
    surface = np.full((*size, 3), np.nan, np.float32)
    arms = np.zeros((2, *size), bool)
    regions[window], surface[window], arms[(slice(None), *window)] = (
        part.regions_HW,
        part.surface_HW3,
        part.arms_2HW,
    )
    joints = part.keypoints_18x3.copy()
    joints[joints[:, 2] > 0, :2] += (left, top)
    return Parsed(regions, joints, surface, arms)
