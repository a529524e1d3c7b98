"""Swaps against the truth: is the garment the giver's, does it end where it should, is all else left alone?

The truth is the wearer in the giver's garment, before the same camera in the same light (`train.swaps`). The
pattern of its cloth has another phase than on the giver, so figures within the garment stand for colour and
kind of pattern, not for where a stripe lies. Beside the swap stand the giver's garment pasted, all of the
giver's textures taken (the slider), and nothing taken.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.api import GarmentSwap, Mix, Reference, RenderRequest
from engine.cv import cv2
from engine.pose.skeleton import LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER
from engine.regions import REGIONS
from engine.session import Session
from train.data.people import View
from train.metrics.judge import Judge
from train.metrics.measure import Column, Table, rows_of_means
from train.metrics.regions import SMALLEST_REGION
from train.metrics.ssim import MARGIN, ssim_map
from train.swaps import STANDING

SWAP, REFINED, LAID, PASTED, SLIDER, NOTHING = (
    "the swap",
    "the swap, refined",
    "its garment alone, laid on",
    "the giver's region pasted",
    "all textures (the slider)",
    "nothing",
)
COLUMNS = (
    Column("SSIM inside", 3, False),
    Column("L1 inside", 4, True),
    Column("house distance inside", 3, True),
    Column("outline IoU", 3, False),
    Column("leakage", 4, True),
    Column("face, L1", 4, True),
)
NOTE = (
    "Inside: over the garment of the truth. Outline: the garment that the parsing network sees, against the "
    "truth's. Leakage: change of the person outside of the garments before and after, less a rim of 4 px, as "
    "a share of what it is when all textures are taken. Face: against the truth."
)
_CLASSES = {"top": ("upper clothes",), "trousers": ("pants",)}
_RIM = 4  # px around the garments
_ANCHORS = RIGHT_SHOULDER, LEFT_SHOULDER, RIGHT_HIP, LEFT_HIP


class SwapTruth:
    """Rates swaps, a target view at a time, by what the judge sees."""

    def __init__(self, session: Session, judge: Judge, refine: int = 0):
        """refine: steps by which the swap is refined beside the one that is shown at once; 0: none."""
        self._session, self._judge, self._refine = session, judge, refine
        self._values: dict[str, list[np.ndarray]] = {}
        self._persons: list[int] = []

    def rate(
        self, person: int, word: str, photos: tuple[View, View, View | None], truth: View, place: int
    ) -> dict[str, np.ndarray]:
        """Pictures by method, uint8 RGB. photos: the wearer, the giver, and the garment with nobody in it, if
        the data have it. place: the wearer's view, `train.swaps.STANDING` or POSED."""
        pictures = self._pictures(word, *photos, truth)
        pose = "standing" if place == STANDING else "in another pose"
        nothing = np.full(len(COLUMNS), np.nan)
        for method in pictures:
            for each in ("standing", "in another pose"):
                row = self._values.setdefault(f"{method}, {each}", [])
                row.append(self._rated(word, pictures, method, truth) if each == pose else nothing)
        self._persons.append(person)
        return pictures

    def table(self) -> Table:
        persons = np.array(self._persons)
        return Table(
            "swaps", "Swaps against the truth", NOTE, COLUMNS, rows_of_means(self._values, COLUMNS, persons)
        )

    def _pictures(
        self, word: str, wearer: View, giver: View, laid: View | None, truth: View
    ) -> dict[str, np.ndarray]:
        own, other = (self._reference(view) for view in (wearer, giver))
        pose = truth.keypoints_18x3

        def shown(**asked: object) -> np.ndarray:
            return self._session.respond(RenderRequest(own.key, pose, **asked)).image  # type: ignore[arg-type]

        plain = shown()
        refined = {}
        if self._refine:
            request = RenderRequest(own.key, pose, swaps=(GarmentSwap(other.key, word),))
            while not self._session.refine(request, self._refine).done:
                pass
            refined = {REFINED: self._session.respond(request).image}
        return {
            SWAP: shown(swaps=(GarmentSwap(other.key, word, refined=False),)),
            **refined,
            **({} if laid is None else {LAID: self._laid_on(own, word, laid, truth)}),
            PASTED: pasted(plain, pose, giver, self._judge.seen(giver.image_HWC).regions_HW, word),
            SLIDER: shown(mixes=(Mix(other.key, 1.0),)),
            NOTHING: plain,
        }

    def _laid_on(self, own: Reference, word: str, laid: View, truth: View) -> np.ndarray:
        """The person in a garment photographed alone; as before where it is not seen to be one."""
        garment = self._session.add_reference(laid.image_HWC)
        swaps = (GarmentSwap(garment.key, word),) if word in self._session.garments(garment) else ()
        return self._session.respond(RenderRequest(own.key, truth.keypoints_18x3, swaps=swaps)).image

    def _reference(self, view: View) -> Reference:
        return self._session.add_reference(view.image_HWC, view.keypoints_18x3)

    def _rated(self, word: str, pictures: Mapping[str, np.ndarray], method: str, truth: View) -> np.ndarray:
        picture_HWC, plain_HWC = pictures[method], pictures[NOTHING]
        garment_HW = _of(truth.parsing_HW, word)
        before_HW = _of(self._judge.seen(plain_HWC).regions_HW, word)
        seen_HW = _of(self._judge.seen(picture_HWC).regions_HW, word)
        if garment_HW.mean() < SMALLEST_REGION:
            return np.full(len(COLUMNS), np.nan)
        apart_HW = np.abs(picture_HWC.astype(float) - truth.image_HWC).mean(2) / 255
        similar_HW = ssim_map(picture_HWC / 255, truth.image_HWC / 255)
        inner = garment_HW[MARGIN:-MARGIN, MARGIN:-MARGIN]
        near_HW = (
            cv2.dilate((garment_HW | before_HW).astype(np.uint8), np.ones((2 * _RIM + 1,) * 2, np.uint8)) > 0
        )
        rest_HW = (truth.parsing_HW > 0) & ~near_HW
        changes = [_change(pictures[each], plain_HWC, rest_HW) for each in (method, SLIDER)]
        face_HW = truth.parsing_HW == REGIONS.index("face")
        return np.array(
            (
                similar_HW[inner].mean() if inner.any() else np.nan,
                apart_HW[garment_HW].mean(),
                self._judge.distance(picture_HWC, truth.image_HWC, garment_HW),
                (seen_HW & garment_HW).sum() / max(1, (seen_HW | garment_HW).sum()),
                changes[0] / changes[1] if changes[1] > 0 else np.nan,
                apart_HW[face_HW].mean() if face_HW.mean() >= SMALLEST_REGION else np.nan,
            )
        )


def pasted(
    picture_HWC: np.ndarray, pose_18x3: np.ndarray, giver: View, regions_HW: np.ndarray, word: str
) -> np.ndarray:
    """The giver's region laid over a picture, turned and scaled so that shoulders and hips meet."""
    both = [j for j in _ANCHORS if giver.keypoints_18x3[j, 2] > 0 and pose_18x3[j, 2] > 0]
    if len(both) < 2:
        return picture_HWC
    matrix, _ = cv2.estimateAffinePartial2D(
        giver.keypoints_18x3[both, :2], pose_18x3[both, :2], method=cv2.LMEDS
    )
    if matrix is None:
        return picture_HWC
    size = picture_HWC.shape[1::-1]
    mask_HW = cv2.warpAffine(_of(regions_HW, word).astype(np.float32), matrix, size)
    moved_HWC = cv2.warpAffine(giver.image_HWC, matrix, size)
    return np.rint(picture_HWC + mask_HW[..., None] * (moved_HWC.astype(np.float32) - picture_HWC)).astype(
        np.uint8
    )


def _of(regions_HW: np.ndarray, word: str) -> np.ndarray:
    return np.isin(regions_HW, [REGIONS.index(name) for name in _CLASSES[word]])


def _change(picture_HWC: np.ndarray, plain_HWC: np.ndarray, where_HW: np.ndarray) -> float:
    if not where_HW.any():
        return np.nan
    return float(np.abs(picture_HWC.astype(float) - plain_HWC).mean(2)[where_HW].mean() / 255)
