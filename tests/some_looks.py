"""Looks to be kept: any that the window could hold."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from engine.api import Stroke
from engine.garments import BACKGROUND, GARMENTS
from engine.look import (
    Borrowed,
    ChangedTexture,
    DrawnBy,
    LookDocument,
    Pin,
    SourcePhoto,
    Worn,
    plain_pose,
)
from engine.look.pins import pinned
from engine.pose.formats import Carried


def picture(seed: int = 0, size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
    """The bytes of a picture file."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def standing(shift: float = 0.0) -> np.ndarray:
    pose = np.stack([np.linspace(5, 35, 18) + shift, np.linspace(5, 55, 18), np.full(18, 2.0)], 1)
    return pose.astype(np.float32)


def full_look() -> LookDocument:
    """Two photos, the second mixed in; a pin with a third, off the shelf; a section of a later version."""
    ada = SourcePhoto.of("Ünï 写真.png", picture(0), standing())
    linen = SourcePhoto.of("linen.jpg", picture(1, kind="JPEG"), standing(1.25))
    bea = SourcePhoto.of("bea.png", picture(3), standing(3))
    before = LookDocument((ada, bea), bea.id, plain_pose(standing(4)), (256, 176), Borrowed(ada.id, 0.125))
    return LookDocument(
        photos=(ada, linen),
        person=ada.id,
        pose_18x3=plain_pose(standing(-2)),
        frame=(256, 176),
        borrow=Borrowed(linen.id, 0.3),
        library="Hand on hip",
        pins=(pinned(4, "Bea's", before, picture(4, (8, 6))),),
        drawn_by=DrawnBy("fake", "fake.safetensors", "0" * 64),
        thumbnail=picture(2, (8, 6)),
        others={"swaps": {"top": {"photo": linen.id, "amount": 0.5}}},
        members={"sections/swaps/top.png": b"a mask"},
    )


coordinates = st.floats(-1e6, 1e6, width=32)
states = st.sampled_from((0.0, 1.0, 2.0))
poses = st.lists(st.tuples(coordinates, coordinates, states), min_size=18, max_size=18).map(np.array)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
KNOWN = {
    "photos",
    "person",
    "pose",
    "borrow",
    "library",
    "outfit",
    "textures",
    "strokes",
    "carried",
    "drawn_by",
    "pins",
}
lengths = st.floats(-2.0, 2.0, width=32)
strokes = st.builds(
    Stroke,
    st.sampled_from((*GARMENTS, BACKGROUND)),
    st.lists(st.tuples(lengths, lengths), min_size=1, max_size=3).map(tuple),
    st.floats(0.01, 1.0),
    st.lists(st.tuples(lengths, lengths, states), min_size=18, max_size=18).map(tuple),
)
objects = st.dictionaries(names, json_values, max_size=2)
matrices = st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6).map(lambda v: np.array(v).reshape(2, 3))


@st.composite
def looks(draw) -> LookDocument:
    """Any document: photos need not be pictures, the file does not look into them."""
    look = draw(looks_alone())
    numbers = draw(st.sets(st.integers(1, 99), max_size=3))
    return replace(look, pins=tuple(draw(pins(number, look)) for number in sorted(numbers)))


def pins(number: int, look: LookDocument) -> st.SearchStrategy[Pin]:
    """Any pin: of the look itself, or of another."""
    return st.builds(pinned, st.just(number), names, st.just(look) | looks_alone(), st.binary(max_size=50))


@st.composite
def looks_alone(draw) -> LookDocument:
    photos = draw(
        st.lists(
            st.builds(SourcePhoto.of, names, st.binary(min_size=1, max_size=200), poses),
            max_size=3,
            unique_by=lambda photo: photo.id,
        )
    )
    ids = [photo.id for photo in photos]
    borrow, outfit = st.none(), ()
    texture = st.builds(
        ChangedTexture,
        names,
        st.integers(0, 4096),
        st.sampled_from(["", *ids]),
        st.floats(0, 4),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", "#c81e0f"]),
    )
    if ids:
        garment = st.builds(
            Worn,
            st.sampled_from(sorted(GARMENTS)),
            st.sampled_from(ids),
            st.floats(0, 1),
            st.booleans(),
            st.booleans(),
        )
        outfit = tuple(draw(st.lists(garment, max_size=2)))
        borrow |= st.builds(Borrowed, st.sampled_from(ids), st.floats(0, 1))
    return LookDocument(
        photos=tuple(photos),
        person=draw(st.sampled_from(["", *ids])),
        pose_18x3=plain_pose(draw(poses)),
        frame=draw(st.tuples(st.integers(1, 2000), st.integers(1, 2000))),
        borrow=draw(borrow),
        library=draw(names),
        outfit=outfit,
        textures=tuple(draw(st.lists(texture, max_size=3))),
        strokes=tuple(draw(st.lists(strokes, max_size=2))),
        carried=draw(st.none() | st.builds(Carried, objects, objects, matrices)),
        drawn_by=DrawnBy(draw(names), draw(names), draw(names)),
        thumbnail=draw(st.binary(max_size=50)),
        others=draw(st.dictionaries(names.filter(lambda name: name not in KNOWN), json_values, max_size=3)),
        members=draw(
            st.dictionaries(
                st.from_regex(r"sections/[a-z]{1,5}/[a-z]{1,5}", fullmatch=True), st.binary(max_size=50)
            )
        ),
    )
