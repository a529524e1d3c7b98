"""Face loss (NTED Eq. 10): the perceptual loss once more, on a square around the face."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.features import Features
from engine.pose.planes import face_box
from train.losses.perceptual import perceptual_and_style

Box = tuple[int, int, int]  # left, top, side in px


def face_boxes(keypoints_BJ3: Tensor, size: tuple[int, int]) -> list[Box | None]:
    """The face square of every pose in pictures of `size` (H, W), or None where an eye is missing."""
    return [face_box(pose, size) for pose in keypoints_BJ3.cpu().numpy()]


def face_crops(pictures_BCHW: Tensor, boxes: list[Box | None]) -> Tensor:
    """The squares at [B, C, S, S], bilinear (align_corners True), S = 8 (H // 32); zeros without a box."""
    side = pictures_BCHW.shape[2] // 32 * 8
    crops = []
    for picture_CHW, box in zip(pictures_BCHW, boxes, strict=True):
        if box is None:
            crops.append(picture_CHW.new_zeros(picture_CHW.shape[0], side, side))
            continue
        # A face as wide as the picture has its box begin one pixel outside.
        (left, top), wide = (max(0, edge) for edge in box[:2]), box[2]
        crop_1CHW = picture_CHW[None, :, top : top + wide, left : left + wide]
        crops.append(F.interpolate(crop_1CHW, (side, side), mode="bilinear", align_corners=True)[0])
    return torch.stack(crops)


def face_loss(features: Features, image_BCHW: Tensor, target_BCHW: Tensor, boxes: list[Box | None]) -> Tensor:
    """Eq. 10: perceptual L1 between the face crops, one scale, no style; 0 where there is no face."""
    if not any(boxes):
        return image_BCHW.new_zeros(())
    return perceptual_and_style(
        features, face_crops(image_BCHW, boxes), face_crops(target_BCHW, boxes), style=False
    )[0]
