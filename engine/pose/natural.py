"""How arms and legs mostly lie: a table of natural limbs in space, and what lies between its rows.

A row is the place of the limb's end and the direction in which elbow or knee is bent, seen from the limb's
root along (outwards from the body's middle, up, to the front), the end in lengths of the stretched limb.
"""

from __future__ import annotations

import numpy as np

from engine.pose.body import Body

# The rows marked * are the middle of 240 arms each that the studio's people reach with, all bodies alike;
# the others, which people in shops do not take, are what a shoulder with its ranges leaves.
_ARMS = {
    "hanging *":             ((0.15, -0.95, 0.03), (0.42, 0.04, -0.90)),
    "swung forward *":       ((0.13, -0.90, 0.27), (0.47, -0.20, -0.86)),
    "swung back *":          ((0.14, -0.88, -0.23), (0.49, 0.29, -0.82)),
    "held away *":           ((0.30, -0.63, 0.15), (0.22, -0.15, -0.96)),
    "on the hip *":          ((0.08, -0.68, -0.06), (0.77, 0.13, -0.63)),
    "in the pocket *":       ((0.09, -0.74, 0.04), (0.62, 0.02, -0.78)),
    "in the back pocket *":  ((-0.11, -0.72, -0.29), (0.71, 0.18, -0.69)),
    "behind the back *":     ((-0.18, -0.60, -0.33), (0.93, -0.08, -0.33)),
    "at the belt *":         ((-0.05, -0.66, 0.28), (0.86, -0.25, -0.43)),
    "on the thigh *":        ((-0.04, -0.92, 0.32), (0.78, -0.23, -0.57)),
    "clasped *":             ((-0.24, -0.82, 0.40), (0.86, -0.40, -0.32)),
    "on the other arm *":    ((-0.52, -0.59, 0.37), (0.73, -0.67, -0.04)),
    "crossed *":             ((-0.46, -0.33, 0.41), (0.73, -0.58, 0.35)),
    "at the lapel *":        ((-0.16, -0.21, 0.38), (0.88, -0.45, 0.12)),
    "at the chin *":         ((-0.25, 0.16, 0.28), (0.26, -0.74, 0.62)),
    "in the hair *":         ((-0.13, 0.37, -0.04), (0.93, 0.34, 0.08)),
    "over the crown":        ((-0.20, 0.70, 0.08), (0.93, 0.30, 0.20)),
    "straight up":           ((0.12, 0.97, 0.08), (0.95, -0.10, 0.25)),
    "waving":                ((0.40, 0.45, 0.10), (0.70, -0.70, -0.10)),
    "up and out":            ((0.70, 0.65, 0.05), (0.65, -0.70, -0.25)),
    "out":                   ((0.97, 0.00, 0.10), (0.00, -0.75, -0.65)),
    "low and out":           ((0.75, -0.62, 0.08), (0.10, -0.10, -0.95)),
    "before the shoulder":   ((0.05, -0.05, 0.50), (0.55, -0.80, 0.00)),
    "stretched forward":     ((-0.05, -0.05, 0.95), (0.50, -0.85, 0.00)),
    "over the eyes":         ((-0.22, 0.28, 0.28), (0.85, -0.30, 0.42)),
    "over the head":         ((-0.55, 0.55, 0.20), (0.75, 0.55, 0.35)),
    "past the chin":         ((-0.60, 0.28, 0.42), (0.45, -0.05, 0.90)),
    "on the other shoulder": ((-0.62, -0.02, 0.42), (0.55, -0.80, 0.35)),
}  # fmt: skip

_LEGS = {
    "standing":          ((0.02, -0.99, -0.02), (0.10, 0.00, 1.00)),
    "a step forward":    ((0.00, -0.95, 0.25), (0.10, 0.25, 0.95)),
    "a step back":       ((0.00, -0.93, -0.30), (0.10, -0.30, 0.95)),
    "wide":              ((0.35, -0.92, 0.00), (0.30, 0.10, 0.95)),
    "crossed":           ((-0.25, -0.95, 0.08), (0.20, 0.00, 1.00)),
    "knee up":           ((0.00, -0.58, 0.10), (0.15, 0.15, 0.98)),
    "knee high":         ((0.00, -0.40, 0.15), (0.12, 0.25, 0.95)),
    "knee up and out":   ((0.20, -0.48, 0.05), (0.80, 0.20, 0.55)),
    "foot at the knee":  ((-0.20, -0.50, 0.08), (0.90, 0.10, 0.45)),
    "ankle back":        ((0.02, -0.58, -0.46), (0.05, -0.64, 0.75)),
    "sitting":           ((0.02, -0.48, 0.50), (0.10, 0.73, 0.67)),
    "raised forward":    ((0.00, -0.70, 0.60), (0.10, 0.60, 0.75)),
    "kicking forward":   ((0.00, -0.05, 0.96), (0.10, 0.95, 0.05)),
    "kicking out":       ((0.85, -0.30, 0.10), (0.20, 0.45, 0.85)),
    "kicking up":        ((0.10, 0.90, 0.30), (1.00, 0.00, 0.20)),
}  # fmt: skip

_NEAR = 0.15  # stretched limbs: how far a row is heard
_POWER = 3
_VISIBLE = 4.0  # a row that lies a stretched limb nearer to the viewer is heard e to this power as loud


def _columns(table: dict[str, tuple]) -> tuple[np.ndarray, np.ndarray]:
    ends, bends = np.array(list(table.values())).transpose(1, 0, 2)
    return ends, bends


_TABLES = {"arm": _columns(_ARMS), "leg": _columns(_LEGS)}


class NaturalLimb:
    """How a limb of one kind ("arm", "leg") and side mostly lies on a body, as seen in its picture."""

    def __init__(self, kind: str, left: bool, body: Body):
        axes = body.limb_axes(left)
        ends, bends = _TABLES[kind]
        self._ends, self._bends = ends @ axes, bends @ axes

    def at(self, place: np.ndarray) -> tuple[float, np.ndarray]:
        """Where the limb's end is seen, [2] in stretched limbs from its root, to its depth and the direction
        [3] of the bend: the mean of the rows, each heard by how near it is seen (Nadaraya 1964, Watson 1964).
        """
        away = self._ends[:, :2] - place
        heard = (1 + (away * away).sum(axis=1) / _NEAR**2) ** -_POWER * np.exp(
            _VISIBLE * np.minimum(self._ends[:, 2], 0)
        )
        heard /= heard.sum()
        return float(heard @ self._ends[:, 2]), heard @ self._bends
