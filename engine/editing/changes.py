"""Single slots changed by hand, as mixes and scales: pure functions over plain data, without torch.

A change names a slot of the engine that it was made with. Of another engine, or other weights, it may be
none: what is not there is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.api import Mix, SlotChange, Slots

BySlot = dict[str, np.ndarray]  # float32 [K] by group of slots


def known(changes: Sequence[SlotChange], slots: Sequence[Slots], identity: str) -> list[SlotChange]:
    """The changes that change anything: of slots that there are, scaled, solo, in another colour, or of
    another reference than the person's."""
    counts = {group.name: group.count for group in slots}
    return [
        change
        for change in changes
        if 0 <= change.slot < counts.get(change.group, 0)
        and (redrawn(change, identity) or change.colour is not None)
    ]


def redrawn(change: SlotChange, identity: str) -> bool:
    """Whether the engine is to draw the slot otherwise; a colour alone is laid over what it draws."""
    return change.scale != 1.0 or change.solo or change.reference not in ("", identity)


def mixes_of(changes: Sequence[SlotChange], slots: Sequence[Slots], identity: str) -> tuple[Mix, ...]:
    """What is taken from each other reference: m = 1 of its slots (NTED Eq. 13)."""
    taken: dict[str, BySlot] = {}
    for change in changes:
        if change.reference not in ("", identity):
            _put(taken.setdefault(change.reference, {}), change, slots, 0.0, 1.0)
    return tuple(Mix(reference, by_slot) for reference, by_slot in taken.items())


def scales_of(changes: Sequence[SlotChange], slots: Sequence[Slots]) -> BySlot:
    """The factor of each slot, of groups in which one is scaled or solo; of those where one is, the others'
    is 0."""
    alone = {change.group for change in changes if change.solo}
    scales: BySlot = {}
    for change in changes:
        if change.group in alone:
            _put(scales, change, slots, 0.0, change.scale if change.solo else 0.0)
        elif change.scale != 1.0:
            _put(scales, change, slots, 1.0, change.scale)
    return scales


def touched_by(changes: Sequence[SlotChange], slots: Sequence[Slots]) -> BySlot:
    """1 of each slot that is drawn otherwise, 0 of the others of its group; where one is solo all are."""
    alone = {change.group for change in changes if change.solo}
    touched: BySlot = {}
    for change in changes:
        _put(touched, change, slots, float(change.group in alone), 1.0)
    return touched


def _put(by_slot: BySlot, change: SlotChange, slots: Sequence[Slots], others: float, value: float) -> None:
    counts: Mapping[str, int] = {group.name: group.count for group in slots}
    if change.group not in by_slot:
        by_slot[change.group] = np.full(counts[change.group], others, np.float32)
    by_slot[change.group][change.slot] = value
