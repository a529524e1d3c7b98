"""Street photographs whose clothes are labelled, as our regions: to measure by, never to learn from.

A folder as Clothing Co-Parsing has it (Yang, Luo and Lin, CVPR 2014): `photos/NAME.jpg`; for some of them
`annotations/pixel-level/NAME.mat` with a map of label numbers; `label_list.mat` with the labels' names.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine import detect
from engine.cv import cv2
from engine.errors import InputError
from engine.files import reason_of
from engine.framing import frame_photo
from engine.photos import read_photo
from engine.pose.skeleton import ABSENT, HEAD, NECK
from engine.regions import REGIONS

UNKNOWN = 255  # a label that none of our regions has: bags, hats, jewellery, what is clothes of two regions

_NAMES = {
    "background": "null",
    "hair": "hair",
    "upper clothes": "blazer blouse bra cape cardigan coat hoodie jacket jumper shirt sweater sweatshirt "
    "t-shirt top vest",
    "dress or skirt": "dress skirt",
    "pants": "jeans leggings panties pants shorts",
    "legs": "boots clogs flats heels loafers pumps sandals shoes sneakers socks stockings tights wedges",
}
_SKIN = "skin"
_ARMS, _LEGS = (
    ((1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7)),
    ((8, 9), (9, 10), (11, 12), (12, 13)),
)  # bones
_HAND, _FACE = 0.4, 0.6  # of a forearm's length; of the way from the middle of the head to the neck


@dataclass(frozen=True, eq=False)
class LabelledPhoto:
    """image_HWC: uint8 RGB in the model frame. regions_HW: uint8, `REGIONS` or UNKNOWN. person_HW: float32,
    whose pixels they are, as a detector sees it, 0 to 1.
    keypoints_18x3: float32, what it finds of their joints, px of the frame, state."""

    name: str
    image_HWC: np.ndarray
    regions_HW: np.ndarray
    person_HW: np.ndarray
    keypoints_18x3: np.ndarray


def labelled_names(folder: Path) -> list[str]:
    """The photos of a folder that have labels, by name. Raises InputError where there is none."""
    labelled = {path.stem for path in (folder / "annotations" / "pixel-level").glob("*.mat")}
    names = sorted(path.stem for path in (folder / "photos").glob("*.jpg") if path.stem in labelled)
    if not names:
        raise InputError(f"{folder}: holds no photos/NAME.jpg with annotations/pixel-level/NAME.mat.")
    return names


def meanings(folder: Path) -> np.ndarray:
    """Label number -> region, UNKNOWN, or len(REGIONS) for skin, which a pose divides: uint8. Raises
    InputError."""
    names = [str(cell[0]) for cell in _matlab(folder / "label_list.mat", "label_list").ravel()]
    region_of = {name: REGIONS.index(region) for region, all_ in _NAMES.items() for name in all_.split()}
    region_of[_SKIN] = len(REGIONS)
    return np.array([region_of.get(name, UNKNOWN) for name in names], np.uint8)


def read_labelled(
    folder: Path, name: str, meaning: np.ndarray, size: tuple[int, int]
) -> LabelledPhoto | None:
    """A photo and its labels, framed to `size` (H, W) about who is found in it; None where nobody is.
    Raises InputError naming the file."""
    path = folder / "annotations" / "pixel-level" / f"{name}.mat"
    rgb_HWC = read_photo(folder / "photos" / f"{name}.jpg")
    labels_HW = _matlab(path, "groundtruth")
    if labels_HW.shape != rgb_HWC.shape[:2] or labels_HW.max() >= len(meaning):
        raise InputError(f"{path}: is no map of {len(meaning)} labels of the size of its photo.")
    keypoints_18x3 = detect.detect_pose(rgb_HWC)
    if keypoints_18x3 is None:
        return None
    person_HW = detect.person_mask(rgb_HWC, keypoints_18x3)
    if person_HW is None:
        return None
    regions_HW = divided_skin(meaning[labels_HW], keypoints_18x3)
    framed = frame_photo(rgb_HWC, keypoints_18x3, size)
    # OpenCV's coordinates are those of pixels' centres.
    matrix = framed.matrix_2x3.copy()
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    shape = size[::-1]
    regions_HW = cv2.warpAffine(regions_HW, matrix, shape, flags=cv2.INTER_NEAREST, borderValue=UNKNOWN)
    soft_HW = cv2.GaussianBlur(person_HW, (0, 0), 0.4 / min(matrix[0, 0], 1.0))
    person_HW = cv2.warpAffine(soft_HW, matrix, shape)
    assert framed.keypoints_18x3 is not None
    return LabelledPhoto(name, framed.image_HWC, regions_HW, person_HW, framed.keypoints_18x3)


def divided_skin(regions_HW: np.ndarray, keypoints_18x3: np.ndarray) -> np.ndarray:
    """Skin (len(REGIONS)) as face, legs, or arms, which in our regions hold the neck too.

    The face is what is near the middle of the head; the legs what is nearer to the legs' bones than to those
    of arms and shoulders, hands included.
    """
    skin_HW = regions_HW == len(REGIONS)
    points_N2 = np.argwhere(skin_HW)[:, ::-1] + 0.5
    joints_18x2, there_18 = keypoints_18x3[:, :2], keypoints_18x3[:, 2] > ABSENT
    found_N = np.full(len(points_N2), REGIONS.index("arms"), np.uint8)
    found_N[
        _nearest(points_N2, joints_18x2, there_18, _LEGS) < _nearest(points_N2, joints_18x2, there_18, _ARMS)
    ] = REGIONS.index("legs")
    head = [joint for joint in HEAD if there_18[joint]]
    if head and there_18[NECK]:
        middle = joints_18x2[head].mean(0)
        reach = _FACE * np.linalg.norm(joints_18x2[NECK] - middle)
        found_N[np.linalg.norm(points_N2 - middle, axis=1) < reach] = REGIONS.index("face")
    divided_HW = regions_HW.copy()
    divided_HW[skin_HW] = found_N
    return divided_HW


def _nearest(
    points_N2: np.ndarray, joints_18x2: np.ndarray, there_18: np.ndarray, bones: tuple[tuple[int, int], ...]
) -> np.ndarray:
    """Distance of points from the nearest of the bones that are there, forearms with their hands."""
    nearest_N = np.full(len(points_N2), np.inf)
    for first, last in bones:
        if not (there_18[first] and there_18[last]):
            continue
        most = 1 + _HAND if last in (4, 7) else 1
        nearest_N = np.minimum(nearest_N, off_bone(points_N2, joints_18x2[first], joints_18x2[last], most))
    return nearest_N


def off_bone(points_N2: np.ndarray, start_2: np.ndarray, end_2: np.ndarray, most: float) -> np.ndarray:
    """Distances [N] of points from the way from start to `most` times end."""
    along_2 = end_2 - start_2
    share_N = np.clip((points_N2 - start_2) @ along_2 / max(along_2 @ along_2, 1e-9), 0, most)
    return np.linalg.norm(points_N2 - start_2 - share_N[:, None] * along_2, axis=1)


def _matlab(path: Path, name: str) -> np.ndarray:
    from scipy.io import loadmat  # of the packages that only training needs

    try:
        return loadmat(path)[name]
    except Exception as error:  # scipy raises what its parts raise
        raise InputError(f"{path}: cannot be read as labels ({reason_of(error)}).") from None
