"""Training pairs: an endless stream of (person, reference view, target view), and batches of it.

The stream is a pure function of (seed, index): batch `step` holds the pairs step * batch .. step * batch +
batch - 1 with the augmentation they always have, so a run resumes exactly by its step number, given the same
people.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from engine.cv import cv2
from engine.errors import InputError
from engine.pose.planes import pose_planes_u8
from train.data.augment import NONE, Augmentation, colour_curves, mirror_view, resize_view, spoil, tilt_view
from train.data.detector import as_detected, disturb
from train.data.people import View
from train.data.source import Source

MOST_SUBSTITUTES = 20  # damaged records in a row from which the data are at fault, whatever may be skipped


@dataclass(frozen=True)
class Pair:
    """One pair of the stream: number in it, person, and two of the person's views."""

    index: int
    person: int
    reference: int
    target: int


class PairSampler:
    """The stream of pairs: `sampler[index]`, the same for ever for the same people and seed.

    Every run through the people (an epoch) takes each person once, in an order of its own. Reference and
    target are two different views, all ordered pairs alike, or with probability `self_pairs` the same view
    twice. Where the data say which view is the target (`Source.target_view`), it always is.
    """

    def __init__(self, people: Source, seed: int, self_pairs: float = 0.1):
        self._persons, self._view_counts = people.persons, people.view_counts
        self._target = people.target_view
        self._seed, self._self_pairs = seed, self_pairs
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def __getitem__(self, index: int) -> Pair:
        epoch, place = divmod(index, len(self._persons))
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng([self._seed, 0, epoch]).permutation(len(self._persons))
        return self._pair(index, self._order[place], np.random.default_rng([self._seed, 1, index]))

    def substitute(self, index: int, attempt: int) -> Pair:
        """What stands in for `sampler[index]` where that cannot be read: anybody's pair, `attempt` >= 1."""
        draw = np.random.default_rng([self._seed, 3, index, attempt])
        return self._pair(index, int(draw.integers(len(self._persons))), draw)

    def _pair(self, index: int, row: int, draw: np.random.Generator) -> Pair:
        views = int(self._view_counts[row])
        reference, step = draw.integers(0, (views, max(1, views - 1))).tolist()
        same = views == 1 or draw.random() < self._self_pairs
        target = reference if same else (reference + 1 + step) % views
        if self._target is not None:
            reference, target = (self._target + (0 if same else 1 + step)) % views, self._target
        return Pair(index, int(self._persons[row]), reference, target)


@dataclass(frozen=True, eq=False)
class PairBatch:
    """A batch of pairs.

    reference_BCHW, target_BCHW: float32 RGB in [-1, 1]. *_planes_BPHW: float32 in [0, 1], P = 20 pose planes.
    *_parsing_BHW: uint8 class ids. *_keypoints_BJ3: float32, x, y px in the batch's pictures, state; as a
    detector would give them, from which the planes are drawn. *_surface_B3HW: float32, place of the visible
    point on the base mesh in its rest pose (`train.data.people`) / 9 dm, so in about [-1, 1]; NaN where there
    is nobody, or the data do not tell. pairs: what they are. step: number of the batch. skipped: a sentence
    for every damaged record that another pair stands in for.
    """

    reference_BCHW: torch.Tensor
    target_BCHW: torch.Tensor
    reference_planes_BPHW: torch.Tensor
    target_planes_BPHW: torch.Tensor
    reference_parsing_BHW: torch.Tensor
    target_parsing_BHW: torch.Tensor
    reference_keypoints_BJ3: torch.Tensor
    target_keypoints_BJ3: torch.Tensor
    reference_surface_B3HW: torch.Tensor
    target_surface_B3HW: torch.Tensor
    pairs: tuple[Pair, ...]
    step: int
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pairs)

    def told(self) -> dict[str, str]:
        """What the pairs are, for the metadata of a file that keeps the batch."""
        pairs = [[pair.index, pair.person, pair.reference, pair.target] for pair in self.pairs]
        return {"index, person, reference, target": json.dumps(pairs), "step": str(self.step)}

    def to(self, device: torch.device | str) -> PairBatch:
        """The batch on a device, all but parsing maps float32: what travels as bytes becomes numbers."""
        moved = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in moved.items():
            if isinstance(value, torch.Tensor):
                moved[name] = value.to(device, non_blocking=True)
        for name in ("reference_BCHW", "target_BCHW"):
            if moved[name].dtype == torch.uint8:
                moved[name] = moved[name].float().div_(127.5).sub_(1.0)
        for name in ("reference_planes_BPHW", "target_planes_BPHW"):
            if moved[name].dtype == torch.uint8:
                moved[name] = moved[name].float().div_(255.0)
        for name in ("reference_surface_B3HW", "target_surface_B3HW"):
            if moved[name].dtype == torch.uint8:
                moved[name] = surface_places(moved[name])
        return PairBatch(**moved)

    def pin_memory(self) -> PairBatch:
        """The batch in page-locked memory, from where it travels to a GPU while that computes."""
        moved = {field.name: getattr(self, field.name) for field in fields(self)}
        return PairBatch(
            **{
                name: value.pin_memory() if isinstance(value, torch.Tensor) else value
                for name, value in moved.items()
            }
        )


def surface_places(codes: torch.Tensor) -> torch.Tensor:
    """Surface coordinates uint8 in their code, any shape -> float32 in [-1, 1], NaN for nobody."""
    return codes.float().sub_(127.5).div_(127.0).masked_fill_(codes == 0, torch.nan)


def load_pair(
    people: Source, pair: Pair, size: tuple[int, int], augmentation: Augmentation, seed: int
) -> tuple[View, View]:
    """Reference and target of a pair at `size`, augmented, with keypoints as a detector would give them.

    Keypoints that are a detector's already follow the picture and are left alone otherwise.
    """
    rng = np.random.default_rng([seed, 2, pair.index])
    mirrored = rng.random() < augmentation.flip
    curves = colour_curves(rng, augmentation)
    jitter = augmentation.jitter * size[0] / 256
    # zero draws nothing, so recipes without it go on as they did
    tilted = augmentation.tilt > 0 and rng.random() < augmentation.tilt
    views = []
    for number in (pair.reference, pair.target):
        view = people.view(pair.person, number)
        if tilted and not views:
            view = tilt_view(view, rng.uniform(-3, 3))
        if people.exact:
            eagerness = augmentation.eagerness * rng.standard_normal()
            view = replace(view, keypoints_18x3=as_detected(view.keypoints_18x3, eagerness))
        view = resize_view(view, size, rng, augmentation.scale_crop, keep_outside=not people.exact)
        if mirrored:
            view = mirror_view(view)
        keypoints = view.keypoints_18x3
        if people.exact:
            keypoints = disturb(keypoints, rng, augmentation.drop, jitter)
        image = cv2.LUT(np.ascontiguousarray(view.image_HWC), curves)
        views.append(replace(view, image_HWC=image, keypoints_18x3=keypoints))
    reference, target = views
    return replace(reference, image_HWC=spoil(reference.image_HWC, rng, augmentation)), target


def collate(
    views: list[tuple[View, View]], pairs: tuple[Pair, ...], step: int, skipped: tuple[str, ...] = ()
) -> PairBatch:
    """Batch of loaded pairs in bytes: pictures, planes and surface uint8 still (see
    `PairBatch.to`); without any surface coordinates that is NaN already."""
    tensors, nowhere = {}, {}
    for side, name in enumerate(("reference", "target")):
        column = [pair[side] for pair in views]
        size = column[0].parsing_HW.shape
        tensors[f"{name}_BCHW"] = np.stack([view.image_HWC for view in column]).transpose(0, 3, 1, 2)
        tensors[f"{name}_planes_BPHW"] = np.stack(
            [pose_planes_u8(view.keypoints_18x3, size) for view in column]
        )
        tensors[f"{name}_parsing_BHW"] = np.stack([view.parsing_HW for view in column])
        poses = np.stack([view.keypoints_18x3 for view in column])
        tensors[f"{name}_keypoints_BJ3"] = poses.astype(np.float32, copy=False)
        surface = np.stack([view.surface_HW3 for view in column])
        if surface.any():
            tensors[f"{name}_surface_B3HW"] = surface.transpose(0, 3, 1, 2)
        else:
            nowhere[f"{name}_surface_B3HW"] = torch.tensor(torch.nan).expand(len(column), 3, *size)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in tensors.items()}
    return PairBatch(**tensors, **nowhere, pairs=pairs, step=step, skipped=skipped)


def both_directions(batch: PairBatch) -> PairBatch:
    """Twice the batch: every pair, then every pair with reference and target exchanged (NTED, training)."""
    moved = {field.name: getattr(batch, field.name) for field in fields(batch)}
    for name in [name for name in moved if name.startswith("reference_")]:
        other = name.replace("reference_", "target_")
        ahead, back = moved[name], moved[other]
        moved[name], moved[other] = torch.cat([ahead, back]), torch.cat([back, ahead])
    turned = tuple(replace(pair, reference=pair.target, target=pair.reference) for pair in batch.pairs)
    return PairBatch(**moved | {"pairs": batch.pairs + turned})


class _Batches(Dataset):
    """Batch by step number, in bytes; or the fault as a value: raised, torch would bury it in a traceback."""

    def __init__(self, loader: PairLoader):
        self.loader = loader

    def __getitem__(self, step: int) -> PairBatch | InputError:
        try:
            return self.loader.batch(step)
        except InputError as error:
            return error


class PairLoader:
    """Endless batches of training pairs from step `start` on.

    size: (H, W) of the batches, at most as large as stored (smaller for progressive training). workers:
    processes that load ahead; 0 loads when asked, which is as fast where the trainer already keeps every core
    busy. device: where the batches are delivered. Raises InputError on the first damaged record, naming it;
    or, where the source says so, has another pair stand in and counts it in the source's `skipped`.
    """

    def __init__(
        self,
        people: Source,
        size: tuple[int, int],
        batch_size: int,
        *,
        seed: int = 0,
        start: int = 0,
        augmentation: Augmentation = NONE,
        self_pairs: float = 0.1,
        workers: int = 0,
        device: torch.device | str = "cpu",
    ):
        self.people, self.size, self.batch_size = people, size, batch_size
        self.seed, self.start, self.augmentation = seed, start, augmentation
        self.workers, self.device = workers, device
        self._sampler = PairSampler(people, seed, self_pairs)

    def batch(self, step: int) -> PairBatch:
        """Batch number `step`, in bytes."""
        first = step * self.batch_size
        faults: list[str] = []
        loaded = [self._load(index, faults) for index in range(first, first + self.batch_size)]
        pairs, views = zip(*loaded, strict=True)
        return collate(list(views), pairs, step, tuple(faults))

    def _load(self, index: int, faults: list[str]) -> tuple[Pair, tuple[View, View]]:
        pair = self._sampler[index]
        for attempt in itertools.count(1):
            try:
                return pair, load_pair(self.people, pair, self.size, self.augmentation, self.seed)
            except InputError as error:
                if not self.people.skip_damaged or attempt > MOST_SUBSTITUTES:
                    raise
                faults.append(str(error))
                pair = self._sampler.substitute(index, attempt)

    def __iter__(self) -> Iterator[PairBatch]:
        steps = itertools.count(self.start)
        if self.workers == 0:
            batches = map(self.batch, steps)
        else:
            batches = iter(
                DataLoader(
                    _Batches(self),
                    batch_size=None,
                    sampler=steps,
                    num_workers=self.workers,
                    worker_init_fn=_quiet_worker,
                    pin_memory=torch.device(self.device).type == "cuda",
                )
            )
        try:
            for batch in batches:
                if isinstance(batch, InputError):
                    raise batch
                self.people.skipped.update(batch.skipped)
                yield batch.to(self.device)
        finally:
            # A traceback would keep the iterator, and so the processes, until some later garbage collection.
            del batches


def _quiet_worker(_: int) -> None:
    # One process, one core: OpenCV would start a thread for every core in each of them.
    cv2.setNumThreads(0)
