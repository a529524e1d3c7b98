"""Shoulders of clothes that are laid on: as high and as broad as those of who wears them.

Around the middle of a shoulder, where its arm hangs, an outline is told by rays: how far from there the
wearer ends, and how far the cloth does. px of the picture; lengths in shoulders; A angles, from upwards to
outwards.
"""

from __future__ import annotations

import numpy as np

from engine.compositing.bodies import Body
from engine.compositing.fields import size_of
from engine.compositing.wardrobe import CLASSES
from engine.compositing.worn import Drawn
from engine.regions import REGIONS

_MIDDLE = 0.35, 0.35  # of a shoulder, aside of the middle of both and below their level
_ANGLES = np.radians(np.arange(-30.0, 121.0, 5.0))  # beside a neck, up to aside below the arm's joint
_FADES = np.radians((-30.0, -5.0, 80.0, 115.0))  # from where on it is done, wholly, no more so, and no more
_REACH = 0.01, 1.2  # how finely a ray is looked at, and how far
_THICK = 0.02  # how far cloth lies off somebody
_CHANGE = 0.65, 1.15  # how much nearer, and farther, it is moved at most: a coat's shoulders are no body's
_HEAD = REGIONS.index("hair"), REGIONS.index("face")


def shoulder_rays(wearer: Drawn, body: Body, size: tuple[int, int]) -> np.ndarray:
    """How far from the middle of each shoulder the wearer ends, [2, A]; nan where a head is in the way. size:
    of the picture whose px the body is told in."""
    scale = size_of(wearer.surface)[0] / size[0]
    regions_hw = wearer.surface[0, :CLASSES].argmax(0).cpu().numpy()
    far_D = np.arange(0.0, _REACH[1], _REACH[0])
    found = []
    for way in (-1, 1):
        out_AD = _MIDDLE[0] + np.sin(_ANGLES)[:, None] * far_D
        down_AD = _MIDDLE[1] - np.cos(_ANGLES)[:, None] * far_D
        steps_AD2 = way * out_AD[..., None] * body.across + down_AD[..., None] * body.down
        place_AD2 = (body.middle + body.shoulders * steps_AD2 + 0.5) * scale - 0.5
        x_AD, y_AD = np.moveaxis(np.round(place_AD2).astype(int), -1, 0)
        inside_AD = (x_AD >= 0) & (y_AD >= 0) & (x_AD < regions_hw.shape[1]) & (y_AD < regions_hw.shape[0])
        on_AD = np.zeros_like(x_AD)
        on_AD[inside_AD] = regions_hw[y_AD[inside_AD], x_AD[inside_AD]]
        ends_A = (on_AD == 0).argmax(1)
        here_A = np.arange(len(_ANGLES))
        seen_A = (on_AD[here_A, 0] > 0) & (ends_A > 0) & inside_AD[here_A, ends_A]
        seen_A &= ~np.isin(on_AD[here_A, ends_A - 1], _HEAD)
        found.append(np.where(seen_A, far_D[ends_A], np.nan))
    return np.array(found)


def as_shoulders(
    body: Body, rays_2A: np.ndarray, hang_2: tuple[float, float], edge_N2: np.ndarray, place_N2: np.ndarray
) -> np.ndarray:
    """Places of cloth, [N, 2], moved so that its outline is the wearer's around shoulders whose arms hang.

    rays: of `shoulder_rays`. hang: how far each arm hangs, 0 to 1. edge: places of the cloth's outline,
    [M, 2].
    """
    moved_N2 = place_N2.copy()
    for way, rays_A, hangs in zip((-1, 1), rays_2A, hang_2, strict=True):
        angle_M, far_M, _ = _around(body, way, edge_N2)
        cloth_A = np.full(len(_ANGLES), np.nan)
        bin_M = np.round((angle_M - _ANGLES[0]) / (_ANGLES[1] - _ANGLES[0])).astype(int)
        for number in range(len(_ANGLES)):
            if (bin_M == number).any():
                cloth_A[number] = far_M[bin_M == number].max()
        known_A = np.isfinite(rays_A) & np.isfinite(cloth_A)
        if hangs == 0.0 or not known_A.any():
            continue
        change_A = np.clip((rays_A + _THICK)[known_A] / cloth_A[known_A].clip(1e-3), *_CHANGE)
        change_A = np.interp(_ANGLES, _ANGLES[known_A], change_A)
        change_A = np.convolve(np.pad(change_A, 1, mode="edge"), np.ones(3) / 3, mode="valid")
        cloth_A = np.interp(_ANGLES, _ANGLES[known_A], cloth_A[known_A])
        angle_N, far_N, step_N2 = _around(body, way, place_N2)
        share_N = hangs * np.interp(angle_N, _FADES, (0.0, 1.0, 1.0, 0.0))
        share_N *= (far_N / np.interp(angle_N, _ANGLES, cloth_A).clip(1e-3)).clip(0.0, 1.0)
        change_N = np.interp(angle_N, _ANGLES, change_A) - 1.0
        moved_N2 += (share_N * change_N)[:, None] * step_N2
    return moved_N2


def _around(body: Body, way: int, place_N2: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From the middle of a shoulder to places: the angle, 0 upwards and positive outwards, and how far, [N],
    and the step, [N, 2], px."""
    middle_2 = body.middle + body.shoulders * (_MIDDLE[0] * way * body.across + _MIDDLE[1] * body.down)
    step_N2 = place_N2 - middle_2
    out_N, down_N = way * (step_N2 @ body.across), step_N2 @ body.down
    return np.arctan2(out_N, -down_N), np.hypot(out_N, down_N) / body.shoulders, step_N2
