"""The synthetic photo studio: people from MakeHuman's CC0 data, dressed, posed, photographed, with exact
labels.

    from train.studio import photograph
    views = photograph(person_index, views=6, size=(256, 176))

Walk through: photographer.py draws a person (body.py, head.py, outfits.py), dressing.py makes parts of it
with cloth.py, poses.py, reach.py and skeleton.py pose it, camera.py frames it, model.py and renderer.py take
the picture, labels.py tells what is where.
"""

from __future__ import annotations

from functools import lru_cache

STUDIO_VERSION = "3"


def photograph(person_index: int, views: int = 6, size: tuple[int, int] = (256, 176)):
    """Views of a person: list of photographer.View (image_HWC, parsing_HW, keypoints_18x3, framing, facing).

    The same index gives the same pictures on one machine. Raises InputError where assets or OpenGL are
    missing.
    """
    return _studio(size).photograph(person_index, views)


@lru_cache(maxsize=2)
def _studio(size: tuple[int, int]):
    from .photographer import Studio

    return Studio(size)
