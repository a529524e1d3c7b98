"""A flow as arrows: pure functions of a flow as `api` tells its kind."""

from __future__ import annotations

import numpy as np

ACROSS = 14  # arrows in a row: as many as are told apart on a canvas of some hundred px
SHORTEST = 0.01  # of the frame's height: what hardly moves has no arrow


def arrows_of(flow_2hw: np.ndarray, frame: tuple[int, int]) -> np.ndarray:
    """Arrows from places of the result to where in the reference they read, float32 [N, 4]: x, y, to x, to y
    from 0 to 1 across the frame (H, W). Of a grid over the whole map, less those that hardly move."""
    _, rows, columns = flow_2hw.shape
    step = max(1, round(columns / ACROSS))
    row, column = (grid.ravel() for grid in np.mgrid[step // 2 : rows : step, step // 2 : columns : step])
    begin_N2 = np.stack([(column + 0.5) / columns, (row + 0.5) / rows], 1)
    end_N2 = flow_2hw[:, row, column].T / (frame[1], frame[0])
    length_N = np.hypot(*((end_N2 - begin_N2) * (frame[1] / frame[0], 1.0)).T)
    return np.concatenate([begin_N2, end_N2], 1)[length_N >= SHORTEST].astype(np.float32)
