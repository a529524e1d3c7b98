"""How well regions, joints and surface coordinates are found: sums over pictures, then figures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import torch

from engine.compositing.background import of_person
from engine.compositing.edges_told import along_edges
from engine.compositing.legwear_told import with_one_legwear
from engine.contract import ReferenceInput
from engine.models.parser import Parser, ParserOutput
from engine.models.parser.decode import keypoints
from engine.parsing import looks
from engine.pictures import to_tensor
from engine.pose.skeleton import ABSENT, SEEN
from engine.regions import ARMS_UNKNOWN, LEFT_ARM, REGIONS, RIGHT_ARM, SURFACE_SPAN, of_an_arm
from train.data.detector import as_found
from train.data.labelled_photos import LabelledPhoto
from train.data.parsing.crowd import Crowd
from train.data.parsing.samples import PLAIN, Batch, Changes, changed, collate, labelled

SIZE = (256, 176)  # of the pictures that are measured
_AT_ONCE = 4
_TAG = 20


@dataclass(eq=False)
class Counts:
    """confusion: pixels [truth, found]. joints: distance px, height of the person px (NaN where not whole),
    whether the truth is seen, whether seen or not was told right; of joints that are there and were found.
    presence: [truth, found] counts of joints absent or there. surface: distances in dm. beneath: as
    confusion, of the classes beneath arms. arms: pixels [right, left; in both, in either]."""

    confusion: np.ndarray = field(default_factory=lambda: np.zeros((len(REGIONS), len(REGIONS)), np.int64))
    joints: list[np.ndarray] = field(default_factory=list)
    presence: np.ndarray = field(default_factory=lambda: np.zeros((2, 2), np.int64))
    surface: list[np.ndarray] = field(default_factory=list)
    beneath: np.ndarray = field(default_factory=lambda: np.zeros((len(REGIONS), len(REGIONS)), np.int64))
    arms: np.ndarray = field(default_factory=lambda: np.zeros((2, 2), np.int64))

    @torch.no_grad()
    def add(self, network: Parser, batch: Batch, whole: np.ndarray) -> None:
        """whole: bool [B], whether the picture shows the person from head to foot."""
        output = network(batch.image_BCHW.contiguous(memory_format=torch.channels_last), batch.told_BJ3)
        truth, found = batch.parsing_BHW.numpy(), output.logits_BCHW.argmax(1).numpy()
        self.confusion += confusion(truth, found)
        self._add_joints(batch.keypoints_BJ3.numpy(), keypoints(output).numpy(), truth, whole)
        target = batch.surface_B3HW.permute(0, 2, 3, 1)
        known = torch.isfinite(target).all(3)
        if known.any():
            distance = (output.surface_B3HW.permute(0, 2, 3, 1)[known] - target[known]).norm(dim=1)
            self.surface.append(distance.numpy() * SURFACE_SPAN)
        self._add_arms(output, batch.arms_BHW.numpy())

    def _add_arms(self, output: ParserOutput, code_BHW: np.ndarray) -> None:
        known_BHW = code_BHW != ARMS_UNKNOWN
        arm_BHW = of_an_arm(code_BHW)
        found_BHW = output.beneath_BCHW.argmax(1).numpy()
        self.beneath += confusion(code_BHW[arm_BHW] % RIGHT_ARM, found_BHW[arm_BHW])
        for arm, (bit, found) in enumerate(
            zip((RIGHT_ARM, LEFT_ARM), output.arms_B2HW.unbind(1), strict=True)
        ):
            truth, seen = (code_BHW & bit)[known_BHW] > 0, found.numpy()[known_BHW] > 0
            self.arms[arm] += (truth & seen).sum(), (truth | seen).sum()

    def _add_joints(self, truth: np.ndarray, found: np.ndarray, parsing: np.ndarray, whole: np.ndarray):
        there, here = truth[..., 2] > ABSENT, found[..., 2] > ABSENT
        self.presence += np.bincount((2 * there + here).ravel(), minlength=4).reshape(2, 2)
        both = there & here
        distance = np.linalg.norm(truth[..., :2] - found[..., :2], axis=2)
        rows = (parsing > 0).any(2)
        tall = np.where(whole, rows.sum(1), np.nan)[:, None] + np.zeros(truth.shape[1])
        seen = truth[..., 2] == SEEN
        right = seen == (found[..., 2] == SEEN)
        self.joints.append(np.stack([column[both] for column in (distance, tall, seen, right)], 1))

    def figures(self) -> dict[str, float]:
        """Numbers by name; what could not be measured is left out."""
        values = region_figures(self.confusion)
        missed, found = self.presence[1]
        _, invented = self.presence[0]
        values["joints found"] = float(found / max(1, found + missed))
        values["joints invented"] = float(invented / max(1, self.presence[0].sum()))
        distance, tall, seen, right = np.concatenate(self.joints).T
        standing = np.isfinite(tall)
        of = {
            "joint px": distance,
            "joint px seen": distance[seen > 0],
            "joint px occluded": distance[seen == 0],
            "joint % of height": 100 * distance[standing] / tall[standing],
        }
        for name, some in of.items():
            if len(some):
                values |= {name: float(some.mean()), f"{name}, median": float(np.median(some))}
        if len(right):
            values["state right"] = float(right.mean())
        if self.arms[:, 1].any():
            both, either = self.arms.sum(0)
            values["IoU of each arm"] = float(both / either)
            values["right beneath arms"] = float(np.trace(self.beneath) / max(1, self.beneath.sum()))
        if self.surface:
            off = np.concatenate(self.surface)
            values |= {"surface dm": float(off.mean()), "surface dm, median": float(np.median(off))}
        return values


def confusion(truth_HW: np.ndarray, found_HW: np.ndarray) -> np.ndarray:
    """Pixels [truth, found] of two maps of `REGIONS`; where the truth is none of them nothing counts."""
    known = truth_HW < len(REGIONS)
    pairs = truth_HW[known].astype(np.int64) * len(REGIONS) + found_HW[known]
    return np.bincount(pairs, minlength=len(REGIONS) ** 2).reshape(len(REGIONS), -1)


class Sight(NamedTuple):
    """What is seen of a photo: regions, uint8 [H, W], and which pixels are of either arm, bool [2, H, W]."""

    regions: np.ndarray
    arms: np.ndarray


@torch.no_grad()
def sights(network: Parser, photo: LabelledPhoto) -> tuple[Sight, Sight, Sight]:
    """What is seen of a photo at a glance; carefully, with its person's mask; and with their joints told as
    well, and legwear of one kind, as of references."""
    picture_1CHW = to_tensor(photo.image_HWC).contiguous(memory_format=torch.channels_last)
    glance = network(picture_1CHW)
    person_11HW = torch.from_numpy(photo.person_HW)[None, None]
    given = ReferenceInput(picture_1CHW, photo.keypoints_18x3)
    careful, told = (looks(network, picture_1CHW, joints) for joints in (None, given.joints_1J3))
    posed = photo.keypoints_18x3, picture_1CHW.shape[-2:]
    return (
        _sight(glance.logits_BCHW, glance.arms_B2HW),
        _sight(of_person(careful.surface, person_11HW), careful.arms),
        _sight(
            with_one_legwear(along_edges(of_person(told.surface, person_11HW), picture_1CHW), *posed),
            told.arms,
        ),
    )


def _sight(surface_1KHW: torch.Tensor, arms_1AHW: torch.Tensor) -> Sight:
    regions_HW = surface_1KHW[0, : len(REGIONS)].argmax(0).numpy().astype(np.uint8)
    return Sight(regions_HW, (arms_1AHW[0, -2:] > 0).numpy())


def region_figures(confusion_RR: np.ndarray) -> dict[str, float]:
    """Intersection over union of the regions that are there, their mean first."""
    hits = np.diag(confusion_RR)
    either = confusion_RR.sum(0) + confusion_RR.sum(1) - hits
    iou = hits / np.maximum(either, 1)
    values = {"mIoU": float(iou[either > 0].mean())}
    return values | {f"IoU {name}": float(v) for name, v, n in zip(REGIONS, iou, either, strict=True) if n}


def fixed_batches(
    people: Crowd, size: tuple[int, int], count: int, changes: Changes = PLAIN, told: bool = False
) -> list[tuple[Batch, np.ndarray]]:
    """Batches of one view each of the people in turn, `count` in all or what there is, and which are whole.

    The first pass takes everybody's view 0, 1, 2 ... in turn, the next everybody's following one. told: with
    joints as a detector finds them.
    """
    persons = people.persons.tolist()
    chosen = [
        (person, (place + turn) % people.views(person))
        for turn in range(int(people.view_counts.min()))
        for place, person in enumerate(persons)
    ][:count]
    batches = []
    for first in range(0, len(chosen), _AT_ONCE):
        samples, whole = [], []
        for person, number in chosen[first : first + _AT_ONCE]:
            view = people.view(person, number)
            rng = np.random.default_rng([_TAG, person, number])
            sample = changed(labelled(view), size, rng, changes)
            if told:
                sample = replace(sample, told_18x3=as_found(sample.keypoints_18x3, rng))
            samples.append(sample)
            whole.append(view.framing == "full" and changes is PLAIN)
        batches.append((collate(samples), np.array(whole)))
    return batches


def measured(network: Parser, batches: list[tuple[Batch, np.ndarray]]) -> dict[str, float]:
    """Figures of a network in eval mode."""
    tally = Counts()
    for batch, whole in batches:
        tally.add(network, batch, whole)
    return tally.figures()
