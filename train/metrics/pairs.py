"""What an evaluation rates: its fixed pairs, and the mean picture it compares with."""

from __future__ import annotations

import hashlib
from itertools import product

import numpy as np

from train.data.augment import NONE
from train.data.pairs import Pair, load_pair
from train.data.people import People

MEAN_PICTURES = 600


def fixed_pairs(people: People, count: int) -> list[Pair]:
    """The first `count` test pairs, or all there are: everybody's first pair, everybody's second, and so on.

    A person's ordered pairs of two different views come in the order of a hash of (person, reference,
    target), so more pairs extend fewer, and a pair does not depend on who else is in the data set.
    """

    def rank(person: int, reference: int, target: int) -> bytes:
        return hashlib.sha256(f"{person} {reference} {target}".encode()).digest()

    ordered = []
    for place, person in enumerate(people.persons.tolist()):
        views = range(people.views(person))
        of_person = [(person, r, t) for r, t in product(views, views) if r != t]
        of_person.sort(key=lambda pair: rank(*pair))
        ordered += [(turn, place, pair) for turn, pair in enumerate(of_person)]
    ordered.sort()
    return [Pair(index, *pair) for index, (_, _, pair) in enumerate(ordered[:count])]


def moved_pairs(people: People, count: int) -> list[Pair]:
    """The first `count` pairs of data of moves, or all there are: everybody standing and after each move,
    person after person."""
    pairs = [(person, view) for person in people.persons.tolist() for view in range(1, people.views(person))]
    return [Pair(index, person, 0, view) for index, (person, view) in enumerate(pairs[:count])]


def mean_picture(people: People, size: tuple[int, int]) -> np.ndarray:
    """Mean of one view each of up to 600 people, evenly spaced through the data set: uint8 RGB [H, W, 3]."""
    chosen = np.unique(np.linspace(0, len(people) - 1, MEAN_PICTURES).round().astype(int))
    total = np.zeros((*size, 3))
    for person in people.persons[chosen].tolist():
        view = person % people.views(person)
        target = load_pair(people, Pair(0, person, view, view), size, NONE, 0)[1]
        total += target.image_HWC
    return np.rint(total / len(chosen)).astype(np.uint8)
