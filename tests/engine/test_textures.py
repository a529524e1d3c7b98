"""Names of neural textures: always one, each its own, in plain words, and safe in a weights file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rule_drawn
from hypothesis import given
from hypothesis import strategies as st

from engine import weights
from engine.api import EXTRACTION
from engine.errors import InputError
from engine.models import nted
from engine.session import Session
from engine.textures import Purpose, describe, from_json, names, to_json

WEIGHTS = rule_drawn.generator()
CLASSES = ("background", "hair", "face", "upper clothes", "dress or skirt", "pants", "arms", "legs")
FAR = st.floats(-9, 9)
PURPOSES = st.builds(Purpose, st.sampled_from(CLASSES) | st.text(), st.none() | st.tuples(FAR, FAR, FAR))


@given(st.lists(PURPOSES, max_size=70))
def test_every_texture_has_a_name_of_its_own(purposes):
    given_out = names(purposes)
    assert len(given_out) == len(purposes) == len(set(given_out))
    assert all(name.startswith((p.region, "neck")) for name, p in zip(given_out, purposes, strict=True))


@given(PURPOSES.filter(lambda purpose: purpose.place is not None))
def test_the_other_side_of_the_body_is_called_the_other_side(purpose):
    x, y, z = purpose.place
    one, other = describe(purpose), describe(Purpose(purpose.region, (-x, y, z)))
    mark = {"left": "right", "right": "left"}
    head, rest = one[: len(purpose.region)], one[len(purpose.region) :]
    if one.startswith("neck"):
        head, rest = "", one
    assert other == head + " ".join(
        mark.get(word.rstrip(","), word.rstrip(",")) + ("," if word.endswith(",") else "")
        for word in rest.split(" ")
    )


@pytest.mark.parametrize(
    "region, place, name",
    [
        ("background", None, "background"),
        ("hair", (0.7, 7.6, 0.8), "hair, left, crown"),
        ("face", (0.0, 6.5, 1.4), "face, middle, mouth height"),
        ("upper clothes", (0.2, 4.5, 1.4), "upper clothes, middle front, chest height"),
        ("upper clothes", (-1.1, 1.0, -0.5), "upper clothes, right back, hip height"),
        ("upper clothes", (3.5, 3.3, 0.8), "upper clothes, left, elbow"),
        ("dress or skirt", (3.0, -2.0, 0.4), "dress or skirt, left, thigh height"),
        ("pants", (-1.6, -4.0, 0.4), "pants, right, knee"),
        ("arms", (-0.1, 5.6, 0.8), "neck, front"),
        ("arms", (-4.4, 2.2, 2.1), "arms, right, hand"),
        ("legs", (2.2, -7.7, 0.8), "legs, left front, foot"),
    ],
)
def test_words(region, place, name):
    assert describe(Purpose(region, place)) == name


def test_what_shares_its_words_is_numbered():
    twice = [Purpose("background"), Purpose("pants", (1.6, -4.0, 0.4)), Purpose("background")]
    assert names(twice) == ("background (1)", "pants, left, knee", "background (2)")


@given(st.lists(PURPOSES, max_size=9))
def test_a_file_gives_back_the_names(purposes):
    back = from_json(json.loads(json.dumps({"64a": to_json(purposes)})))["64a"]
    assert [each.region for each in back] == [each.region for each in purposes]
    assert names([each for each in back if each.place is None]) == names(
        [each for each in purposes if each.place is None]
    )


@pytest.mark.parametrize(
    "data", [[], 3, {"64a": 3}, {"64a": [{}]}, {"64a": [{"region": "hair", "place": [1, 2]}]}]
    + [{"64a": [{"region": "hair", "place": [1, 2, float("nan")]}]}, {"64a": ["hair"]}],
)  # fmt: skip
def test_other_data_are_refused(data):
    with pytest.raises(ValueError):
        from_json(data)


def told(tmp_path: Path, purposes: dict) -> Path:
    path = tmp_path / "told.safetensors"
    nted.save(path, nted.load(WEIGHTS), purposes=purposes)
    return path


def test_a_session_tells_the_names_that_its_weights_carry(tmp_path):
    count = nted.load(WEIGHTS).config.texture_counts["64a"]
    purposes = [Purpose("background"), *(Purpose("pants", (1.0, -k / 4, 0.9)) for k in range(count - 1))]
    path = told(tmp_path, {"64a": to_json(purposes)})
    for size, name in (((256, 176), "64a"), ((512, 352), "128a")):  # named by the rows of the frame
        session = Session.open(path, device="cpu", size=size)
        by_name = {info.name: info for info in session.maps if info.kind == EXTRACTION}
        assert by_name[name].channel_names == names(purposes)
        assert by_name[name].channel_name(0) == "background"
        assert by_name["32a"].channel_name(0) is None
        session.close()
    plain = Session.open(WEIGHTS, device="cpu")
    assert not any(info.channel_names for info in plain.maps)
    plain.close()


@pytest.mark.parametrize("purposes", [{"64a": [{"region": "hair"}]}, {"64a": []}, {"65a": [{}]}, [1]])
def test_names_that_are_damaged_or_of_other_textures_are_refused(tmp_path, purposes):
    path = told(tmp_path, purposes)
    with pytest.raises(InputError, match="told.safetensors"):
        Session.open(path, device="cpu")
    if isinstance(purposes, dict):  # what is not even that is refused as it is read
        assert weights.read(path).textures == purposes
