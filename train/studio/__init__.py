"""The synthetic photo studio: people from MakeHuman's CC0 data, dressed, posed, photographed, with exact
labels.

    from train.studio import photograph
    views = photograph(person_index, views=6, size=(256, 176))

Walk through:

    the sitting   photographer.py draws a person once, then pose, camera and picture view by view
    the person    body.py from the meshes of assets.py (meshfiles.py reads MakeHuman's files, geometry.py
                  subdivides, treefile.py caches); looks.py and hairstyles.py say how the head looks
    the clothes   outfits.py draws what garments.py describes, details.py adds to it; cloth is of textiles.py
                  with patterns.py, prints.py and colours.py; coats.py puts a coat over it,
                  swaps.py one person's on another, flat_lays.py lays one out alone; street.py draws what is
                  worn and carried in streets, shops.py what shops show, and how; sitting.py how somebody
                  sits, and on what
    the parts     dressing.py makes the parts of parts.py: cloth.py loosens garments, collars.py lays collars
                  and scarves.py scarves on them, fur.py shells of fur over them, edges.py says what they
                  cover; footwear.py; head.py with hair.py, which grows on scalp.py and looks like strands.py;
                  accessories.py, bags.py and handbags.py out of shapes.py; shoulders.py eases the skinning
    the pose      poses.py draws intentions, moves.py moves somebody who stands, bvh.py reads recorded ones,
                  reach.py says where hands go,
                  skeleton.py solves them with rotations.py
    the place     backdrop.py hangs what scenery.py paints, light.py sets the lamps
    the picture   camera.py frames; model.py holds the parts on the graphics card, posed by skinning.py;
                  renderer.py draws them in the OpenGL of context.py; card.py has its programs (of shaders/)
                  and textures (of textures.py and noise.py);
                  composition.py puts them before the backdrop; lens.py softens
                  hands.py photographs a hand alone
    the labels    surfaces.py numbers what is seen, labels.py finds the keypoints, review.py has faulty
                  pictures taken again

chance.py draws from tables for all of them; versions.py says what their data are called by.
"""

from __future__ import annotations

from functools import lru_cache

from .versions import (
    STUDIO_OF_COATS,
    STUDIO_OF_FLAT_LAYS,
    STUDIO_OF_MOVES,
    STUDIO_OF_PULLS,
    STUDIO_OF_SHOPS,
    STUDIO_OF_SITTING,
    STUDIO_OF_STREET,
    STUDIO_OF_SWAPS,
    STUDIO_VERSION,
)

__all__ = [
    "STUDIO_OF_COATS",
    "STUDIO_OF_FLAT_LAYS",
    "STUDIO_OF_MOVES",
    "STUDIO_OF_PULLS",
    "STUDIO_OF_SHOPS",
    "STUDIO_OF_SITTING",
    "STUDIO_OF_STREET",
    "STUDIO_OF_SWAPS",
    "STUDIO_VERSION",
    "photograph",
]


def photograph(person_index: int, views: int = 6, size: tuple[int, int] = (256, 176)):
    """Views of a person: list of photographer.Photograph.

    The same index gives the same pictures on one machine. Raises InputError where assets or OpenGL are
    missing.
    """
    return _studio(size).photograph(person_index, views)


@lru_cache(maxsize=2)
def _studio(size: tuple[int, int]):
    from .photographer import Studio

    return Studio(size)
