"""Augmentation of pairs while they are loaded: the camera's part, never the person's.

What both pictures of a pair must share is drawn once for the pair (white balance, exposure, contrast,
mirroring), otherwise the target could not be predicted from the reference. What only costs the reference
quality (tilt, blur, JPEG, grain) touches the reference alone. Everything is drawn from the generator given,
so equal seeds give equal pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from engine.cv import cv2
from engine.pose.skeleton import ABSENT, FLIP
from train.data.people import View


@dataclass(frozen=True)
class Augmentation:
    """How much of everything; the defaults are mild, all zeros change nothing."""

    flip: float = 0.5  # probability that the pair is mirrored, sides of the skeleton swapped
    scale_crop: float = 0.1  # enlarged by up to this and cropped back, each picture for itself (NTED)
    tilt: float = 0.2  # probability that the reference's camera was tilted, up to 3 degrees
    white_balance: float = 0.025  # standard deviation of the log gain of red and blue
    exposure: float = 0.08  # standard deviation of the log gain of all channels
    contrast: float = 0.06  # standard deviation of the log slope about middle grey
    blur: float = 0.15  # probability that the reference is a little out of focus
    jpeg: float = 0.15  # probability that the reference is compressed, quality 40 to 90
    grain: float = 0.2  # probability that the reference is grainy, up to 5 grey levels
    eagerness: float = 0.12  # standard deviation of how late a detector gives up on a turning face
    drop: float = 0.04  # probability that a detector loses a joint
    jitter: float = 1.0  # standard deviation of a detected joint, px of a picture of 256 rows


MILD = Augmentation()
NONE = Augmentation(**{field.name: 0.0 for field in fields(Augmentation)})
OFFICIAL = replace(NONE, scale_crop=0.1)  # NTED's training: nothing but this

# Surface coordinates of the point on the person's other side: x changes its sign, 0 stays nobody.
_OTHER_SIDE = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
_OTHER_SIDE[0, 1:, 0] = np.maximum(255 - np.arange(1, 256), 1)

_GRAIN = np.random.default_rng(0).standard_normal((320, 512)).astype(np.float32)


def resize_view(
    view: View,
    size: tuple[int, int],
    rng: np.random.Generator | None,
    extent: float,
    keep_outside: bool = False,
) -> View:
    """The view at `size` (H, W): area or cubic resampling, parsing and surface nearest, keypoints along.

    With a generator, the picture is first made larger by s, uniform in [0, extent), and cropped back at
    random (NTED: extent 0.1). Joints that leave the frame become absent, or stay for their limbs to be drawn
    as far as they reach into it.
    """
    height, width = size
    scale = 1.0 + (float(rng.random()) * extent if rng is not None else 0.0)
    tall, wide = int(height * scale), int(width * scale)
    top, left = (0, 0) if rng is None else rng.integers(0, (tall - height + 1, wide - width + 1)).tolist()
    stored_height, stored_width = view.parsing_HW.shape
    window = np.s_[top : top + height, left : left + width]
    image, parsing, surface = view.image_HWC, view.parsing_HW, view.surface_HW3
    if (tall, wide) != (stored_height, stored_width):
        method = cv2.INTER_AREA if tall < stored_height else cv2.INTER_CUBIC
        image = cv2.resize(image, (wide, tall), interpolation=method)
        parsing, surface = (
            cv2.resize(codes, (wide, tall), interpolation=cv2.INTER_NEAREST_EXACT)
            for codes in (parsing, surface)
        )
    factors = np.array((wide / stored_width, tall / stored_height, 1), view.keypoints_18x3.dtype)
    keypoints = view.keypoints_18x3 * factors
    keypoints -= np.float32((left, top, 0))
    if not keep_outside:
        outside = ((keypoints[:, :2] < 0) | (keypoints[:, :2] >= (width, height))).any(axis=1)
        keypoints[outside, 2] = ABSENT
    return replace(
        view,
        image_HWC=image[window],
        parsing_HW=parsing[window],
        keypoints_18x3=keypoints,
        surface_HW3=surface[window],
    )


def tilt_view(view: View, degrees: float) -> View:
    """The view through a camera tilted by so much (positive: the person leans to the left of the picture).

    What comes in at the corners continues the picture's border; nobody is there. Joints may leave the frame.
    """
    height, width = view.parsing_HW.shape
    size = (width, height)
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    image = cv2.warpAffine(
        view.image_HWC, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    parsing, surface = (
        cv2.warpAffine(codes, matrix, size, flags=cv2.INTER_NEAREST)
        for codes in (view.parsing_HW, view.surface_HW3)
    )
    keypoints = view.keypoints_18x3.copy()
    present = keypoints[:, 2] > ABSENT
    # pixel i covers i .. i + 1, and cv2 turns about pixel centres
    keypoints[present, :2] = (keypoints[present, :2] - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
    return replace(view, image_HWC=image, parsing_HW=parsing, keypoints_18x3=keypoints, surface_HW3=surface)


def mirror_view(view: View) -> View:
    """The view in a mirror; the person's right becomes the left."""
    keypoints = view.keypoints_18x3[list(FLIP)]
    keypoints[:, 0] = view.image_HWC.shape[1] - keypoints[:, 0]
    return replace(
        view,
        image_HWC=view.image_HWC[:, ::-1],
        parsing_HW=view.parsing_HW[:, ::-1],
        keypoints_18x3=keypoints,
        surface_HW3=cv2.LUT(np.ascontiguousarray(view.surface_HW3[:, ::-1]), _OTHER_SIDE),
    )


def colour_curves(rng: np.random.Generator, augmentation: Augmentation) -> np.ndarray:
    """A camera's colours as lookup table uint8 [1, 256, 3]: gains, then a slope about middle grey."""
    red, blue, all_channels, slope = rng.standard_normal(4)
    gains = np.array([augmentation.white_balance * red, 0.0, augmentation.white_balance * blue])
    gains = np.exp(gains + augmentation.exposure * all_channels)
    values = np.linspace(0, 1, 256)[:, None] * gains
    values = 0.5 + (values - 0.5) * np.exp(augmentation.contrast * slope)
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)[None]


def spoil(image_HWC: np.ndarray, rng: np.random.Generator, augmentation: Augmentation) -> np.ndarray:
    """A reference as lesser cameras leave it: blur, then grain, then JPEG, each with its probability."""
    blur, grain, jpeg = rng.random(3) < (augmentation.blur, augmentation.grain, augmentation.jpeg)
    height, width = image_HWC.shape[:2]
    if blur:
        sigma = rng.uniform(0.3, 0.75) * height / 256
        image_HWC = cv2.GaussianBlur(image_HWC, (0, 0), sigma)
    if grain:
        top = int(rng.integers(0, max(1, _GRAIN.shape[0] - height)))
        left = int(rng.integers(0, max(1, _GRAIN.shape[1] - width)))
        rows, columns = np.arange(top, top + height), np.arange(left, left + width)
        tile = _GRAIN.take(rows, axis=0, mode="wrap").take(columns, axis=1, mode="wrap")
        noisy = image_HWC + (rng.uniform(1, 5) * tile)[:, :, None]
        image_HWC = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    if jpeg:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 91))]
        data = cv2.imencode(".jpg", np.ascontiguousarray(image_HWC[:, :, ::-1]), quality)[1]
        image_HWC = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
    return image_HWC
