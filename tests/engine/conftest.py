"""The parsing network looks once a process at each photo that several tests show it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def each_photo_is_looked_at_once():
    """The samples of the box come into many sessions, each of which looks carefully at what it is given. What
    is seen is a function of the picture and its joints alone."""
    import torch

    from engine import parsing

    careful_look = parsing.careful_look

    @lru_cache(maxsize=32)  # of some 4 MB each
    def seen(picture: bytes, size: torch.Size, joints: bytes | None) -> parsing.Seen:
        picture_BCHW = torch.from_numpy(np.frombuffer(picture, np.float32).copy()).view(size)
        joints_BJ3 = None if joints is None else torch.from_numpy(np.frombuffer(joints, np.float32).copy())
        return careful_look(picture_BCHW, None if joints_BJ3 is None else joints_BJ3.view(size[0], -1, 3))

    def looked(picture_BCHW: torch.Tensor, joints_BJ3: torch.Tensor | None = None) -> parsing.Seen:
        if {picture_BCHW.device.type, picture_BCHW.dtype} != {"cpu", torch.float32}:
            return careful_look(picture_BCHW, joints_BJ3)
        joints = None if joints_BJ3 is None else joints_BJ3.float().numpy().tobytes()
        found = seen(picture_BCHW.numpy().tobytes(), picture_BCHW.shape, joints)
        return parsing.Seen(*(each.clone() for each in found))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parsing, "careful_look", looked)
        yield
