"""What training data are to the loader of pairs, whatever they are made of, and how a folder is opened."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.errors import InputError
from train.data.deepfashion import DeepFashion, is_deepfashion
from train.data.people import HELD_OUT_PEOPLE, TRAINING_PEOPLE, People, View
from train.data.photos_folder import PhotosFolder


class Source(Protocol):
    """People in several views each, to draw pairs from.

    size: (H, W) of the pictures. persons: int64, their numbers, ascending; view_counts: views of each.
    exact: whether keypoints come from a renderer, so that a detector's faults have yet to be put in.
    target_view: the view that is the target of all of a person's pairs, or None for any.
    skip_damaged: whether a record that cannot be read is skipped and counted in `skipped` (by its sentence).
    surfaces: whether views come with surface coordinates.
    fingerprint: sha256 that names the data. studio: where the pictures come from, in words.
    """

    size: tuple[int, int]
    persons: np.ndarray
    view_counts: np.ndarray
    exact: bool
    target_view: int | None
    skip_damaged: bool
    skipped: Counter
    surfaces: bool
    studio: str

    @property
    def fingerprint(self) -> str: ...

    def __len__(self) -> int: ...

    def views(self, person: int) -> int: ...

    def view(self, person: int, view: int) -> View: ...

    def fingerprint_of(self, persons: list[int]) -> str: ...


def open_source(
    places: list[str | Path],
    size: tuple[int, int],
    *,
    held_out: bool = False,
    skip_damaged: bool = False,
    surfaces: bool = True,
) -> Source:
    """The data in a folder, whichever kind it is: rendered people (several folders may be given), DeepFashion
    as `train prepare` writes it, or photos of people, a folder a person.

    size: (H, W) of the largest pictures wanted. held_out: the part that is kept from training: rendered
    people from 1,000,000 on, DeepFashion's test pairs; a folder of photos has none and is taken whole.
    skip_damaged: see `Source`. surfaces: whether rendered people come with their surface coordinates, whose
    decoding is lost time where nothing learns from them. Raises InputError naming the folder and what is
    wrong with it.
    """
    folders = [Path(place) for place in places]
    rendered = [(folder / "dataset.json").exists() for folder in folders]
    if all(rendered):
        people = HELD_OUT_PEOPLE if held_out else TRAINING_PEOPLE
        return People(folders, people, skip_damaged=skip_damaged, surfaces=surfaces)
    first = folders[rendered.index(False)]
    if not first.is_dir():
        raise InputError(f"{first}: there is no such folder of training data.")
    if len(folders) > 1:
        raise InputError(f"{first}: only data sets of rendered people can be joined; give this folder alone.")
    if is_deepfashion(first):
        return DeepFashion(first, size, "test" if held_out else "train", skip_damaged)
    return PhotosFolder(first, size, skip_damaged)
