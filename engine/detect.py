"""A photo's poses and people, where this machine can detect them: MediaPipe's pose landmarker, offline.

An optional capability: ask `available()`; without it `detect_pose` and `person_mask` find nobody and all else
works.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import pose_model
from engine.api import Capability
from engine.cv import cv2
from engine.landmarkers import Landmarker
from engine.pose.formats.layouts import BLAZEPOSE
from engine.pose.skeleton import (
    ABSENT,
    GUESSED,
    LEFT_EAR,
    LEFT_EYE,
    LEFT_SHOULDER,
    NECK,
    NOSE,
    RIGHT_EAR,
    RIGHT_EYE,
    RIGHT_SHOULDER,
    SEEN,
)

_FROM_BLAZEPOSE = list(BLAZEPOSE.joints)  # the landmark of every joint; the neck is made of the shoulders
_SHOULDERS = [RIGHT_SHOULDER, LEFT_SHOULDER]
_TOES = [32, 31]  # BlazePose's right and left foot index
_EYES = [RIGHT_EYE, LEFT_EYE]
_EARS = [RIGHT_EAR, LEFT_EAR]

_MIN_CONFIDENCE = 0.3  # the library's 0.5 misses people whose half is outside the picture
_SEEN_FROM = 0.5  # visibility from which a joint counts as seen
_PROFILE = 0.3  # sine of the angle to the picture's plane within which a head counts as seen from the side
_SAME_PERSON = 0.15  # of the body's larger extent: farther apart on the median, it is somebody else
_MOST_PEOPLE = 6  # of a photo: each found costs as much as the first
_BYSTANDER = 0.25  # of the tallest one's extent: whoever is smaller only happens to be in the picture
_LONGEST_SIDE = 1280  # px; the model looks at 256 x 256 px of a person, more only costs memory

_landmarker = Landmarker(
    "PoseLandmarker",
    pose_model.POSES,
    min_pose_detection_confidence=_MIN_CONFIDENCE,
    min_pose_presence_confidence=_MIN_CONFIDENCE,
    num_poses=_MOST_PEOPLE,
    output_segmentation_masks=True,
)


def available() -> Capability:
    """Whether poses can be detected here, found out without loading anything."""
    return _landmarker.available()


def detect_pose(rgb_HWC: np.ndarray) -> np.ndarray | None:
    """Find the most prominent person.

    rgb_HWC: uint8 [H, W, 3].
    Returns float32 [18, 3] in COCO-18 order: x, y in px of the photo, state (2 seen, 1 guessed, 0 absent); or
    None where nobody is found, or where nobody could be looked for: `available` says so from then on. May be
    called from any thread.
    """
    people = detect_people(rgb_HWC)
    return people[0] if people else None


def detect_people(rgb_HWC: np.ndarray) -> list[np.ndarray]:
    """Find everybody who is not far smaller than the tallest, the most prominent first.

    Input and poses as those of `detect_pose`; empty where nobody is found or could be looked for.
    """
    poses = [pose for pose, *_ in _look(rgb_HWC, masked=False)]
    tall = [_extent(pose) for pose in poses]
    return [pose for pose, extent in zip(poses, tall, strict=True) if extent >= _BYSTANDER * max(tall)]


def person_mask(rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray) -> np.ndarray | None:
    """Which pixels are the person's whose pose this is, as the landmarker sees it.

    rgb_HWC: uint8 [H, W, 3]. keypoints_18x3: px, state > 0 for joints that are there. Returns float32 [H, W],
    0 to 1; None where detection is not available, or the landmarker sees somebody else, or nobody. May be
    called from any thread.
    """
    everybody = _look(rgb_HWC, masked=True)
    mask_hw = next((mask for pose, _, mask in everybody if _same_person(pose, keypoints_18x3)), None)
    if mask_hw is None:
        return None
    size = rgb_HWC.shape[:2]
    if mask_hw.shape == size:
        return mask_hw
    return cv2.resize(mask_hw, size[::-1], interpolation=cv2.INTER_LINEAR)


def find_toes(rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray) -> np.ndarray | None:
    """Where the right and the left foot of the person end whose pose this is.

    Input as that of `person_mask`. Returns float32 [2, 3]: x, y in px of the photo, state as of
    `detect_pose`; None as there. May be called from any thread.
    """
    everybody = _look(rgb_HWC, masked=False)
    return next((toes for pose, toes, _ in everybody if _same_person(pose, keypoints_18x3)), None)


def _look(rgb_HWC: np.ndarray, *, masked: bool) -> list[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    """The poses that are found, as `detect_pose`, and their toes, as `find_toes`; each where it is asked for
    with the mask [h, w] of its person, in the size that was looked at."""
    height, width = rgb_HWC.shape[:2]
    square, scale = _padded_square(rgb_HWC)
    rows, columns = round(height * scale), round(width * scale)

    def read(found: Any) -> list[tuple[np.ndarray, np.ndarray | None]]:
        people = range(len(found.pose_landmarks))
        masks: list[np.ndarray | None] = [None] * len(people)
        if masked:  # copied while they are the library's
            whole = [found.segmentation_masks[i].numpy_view().reshape(square.shape[:2]) for i in people]
            masks = [each[:rows, :columns].copy() for each in whole]
        return [(_landmarks_of(found, i), masks[i]) for i in people]

    in_px = _in_px(square, scale)
    seen = _landmarker.look(square, read) or []
    size = height, width
    people = [
        (to_coco(landmarks * in_px, size), _joints(landmarks[_TOES] * in_px, size), mask)
        for landmarks, mask in seen
    ]
    return [(pose, toes, mask) for pose, toes, mask in people if pose is not None]


def _extent(pose_18x3: np.ndarray) -> float:
    """The larger side of the box of the joints that are there, px."""
    return float(np.ptp(pose_18x3[pose_18x3[:, 2] > ABSENT, :2], axis=0).max())


def _same_person(seen_18x3: np.ndarray, known_18x3: np.ndarray) -> bool:
    """Whether two poses are of one person: most joints of both near each other, for the size of the body."""
    both = (seen_18x3[:, 2] > ABSENT) & (known_18x3[:, 2] > ABSENT)
    if not both.any():
        return False
    apart = np.linalg.norm(seen_18x3[both, :2] - known_18x3[both, :2], axis=1)
    size = np.ptp(known_18x3[known_18x3[:, 2] > ABSENT, :2], axis=0).max()
    return bool(np.median(apart) < _SAME_PERSON * max(size, 1.0))


def to_coco(landmarks_33x5: np.ndarray, size: tuple[int, int]) -> np.ndarray | None:
    """BlazePose landmarks as COCO-18 keypoints.

    landmarks_33x5: x, y px, z (px, smaller is nearer to the camera), visibility, presence.
    size: (H, W) of the photo.
    Returns float32 [18, 3], or None where no joint lies in the photo.
    """
    joints = landmarks_33x5[_FROM_BLAZEPOSE].astype(np.float32)
    joints[NECK] = joints[_SHOULDERS].mean(axis=0)
    joints[NECK, 3:] = joints[_SHOULDERS, 3:].min(axis=0)
    keypoints = _joints(joints, size)
    absent = _behind_the_head(joints[:, :3])
    if not (keypoints[_SHOULDERS, 2] > ABSENT).all():
        absent.append(NECK)
    keypoints[absent] = 0, 0, ABSENT
    return keypoints if (keypoints[:, 2] > ABSENT).any() else None


def _joints(landmarks_Nx5: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Landmarks as keypoints, float32 [N, 3]: x, y px, state; zeros of those that are not in the photo."""
    x, y, _, visibility, presence = landmarks_Nx5.T
    height, width = size
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height) & (presence >= 0.5)
    state = np.where(inside, np.where(visibility >= _SEEN_FROM, SEEN, GUESSED), ABSENT)
    return np.where(inside[:, None], np.stack([x, y, state], axis=1), 0).astype(np.float32)


def _behind_the_head(joints_18x3: np.ndarray) -> list[int]:
    """Which of nose, eyes and ears the head hides: the landmarker guesses them through it.

    The poses networks are trained with come from detectors that leave them out. Seen from the back, nose and
    eyes are hidden; in profile the far eye; and the far ear once the nose comes near an ear in the picture.
    joints_18x3: x, y, z in px; smaller z is nearer to the camera.
    """
    nose, ears = joints_18x3[NOSE], joints_18x3[_EARS]
    forward = nose - ears.mean(axis=0)
    facing = -forward[2] / max(np.linalg.norm(forward), 1e-6)  # 1 towards the camera, 0 in profile, -1 away
    far = int(ears[1, 2] > ears[0, 2])
    across = (ears[far] - ears[1 - far])[:2]
    # Where the nose stands between the ears: 0 at the near one, 1 at the far one.
    place = (nose - ears[1 - far])[:2] @ across / max(across @ across, 1e-6)
    hidden = []
    if facing < -_PROFILE:
        hidden += [NOSE, *_EYES]
    elif facing < _PROFILE:
        hidden.append(_EYES[far])
    if abs(facing) < _PROFILE or abs(place - 0.5) > 0.35:
        hidden.append(_EARS[far])
    return hidden


def _padded_square(rgb_HWC: np.ndarray) -> tuple[np.ndarray, float]:
    """The photo, reduced by `scale` if large, in the top left of a black square, and `scale`.

    Its side is a multiple of four, as `Landmarker.look` wants it.
    """
    height, width = rgb_HWC.shape[:2]
    scale = min(1.0, _LONGEST_SIDE / max(height, width))
    if scale < 1:
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        rgb_HWC = cv2.resize(rgb_HWC, (width, height), interpolation=cv2.INTER_AREA)
    side = -4 * (-max(height, width) // 4)
    square = np.zeros((side, side, 3), np.uint8)
    square[:height, :width] = rgb_HWC
    return square, scale


def _landmarks_of(found: Any, person: int) -> np.ndarray:
    """float32 [33, 5] of a person, by number: x, y, z in sides of the square, visibility, presence."""
    return np.array(
        [[p.x, p.y, p.z, p.visibility, p.presence] for p in found.pose_landmarks[person]], np.float32
    )


def _in_px(square: np.ndarray, scale: float) -> np.ndarray:
    """Factors of `_landmarks_of` that give px of the photo."""
    return np.array([square.shape[0] / scale] * 3 + [1, 1], np.float32)
