"""Documents of every form with a value that is another than it should be: a pose or a sentence, no crash."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loose_forms import FORMS as OF_HANDS
from pose_cases import CASES
from tool_forms import CANVAS, NAMES_17, R17, S17, XY
from tool_forms import FORMS as OF_TOOLS

from engine.errors import InputError
from engine.framing import framing_of
from engine.pose.formats import OpenPhoto, parse_people, take

SIZE = (256, 176)
OWN = np.column_stack([XY, np.full(18, 2.0)])
PHOTO = OpenPhoto(CANVAS, framing_of(OWN, CANVAS, SIZE))


def document_of(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


_NAMED = list(zip(NAMES_17, R17, strict=True))
_SHAPES = {
    f"1_{name}": {"vid": "1", "flg": 0, "z": [], "xy": [1, x, y], "av": {"1": str(number)}}
    for number, (name, (x, y)) in enumerate(_NAMED)
}
_OPTIONS = {"1": {"aname": "joint", "options": {str(i): name for i, name in enumerate(NAMES_17)}}}
_LABELS = [
    {"value": {"x": x, "y": y, "keypointlabels": [name]}, "original_width": 768, "original_height": 1024}
    for name, (x, y) in _NAMED
]
FORMS = {
    "dwpose": {"bodies": {"candidate": XY.tolist(), "subset": [[*range(18), 17.2, 18]]}},
    "dwpose, sure": {"bodies": {"candidate": XY.tolist(), "subset": [[0.9] * 18]}},
    "label studio": [{"result": _LABELS}],
    "label studio, short": [{"kp": [label["value"] for label in _LABELS]}],
    "labelme, numbers": {"shapes": [{"label": str(i), "points": [point]} for i, point in enumerate(R17)]},
    "names": {name: [x, y, 0.9] for name, (x, y) in _NAMED},
    "numbers": {str(number): {"x": x, "y": y} for number, (x, y) in enumerate(R17)},
    "pointed out": [{"point": [1000 * y, 1000 * x]} for x, y in S17],
    "vgg annotator 3": {"metadata": _SHAPES, "attribute": _OPTIONS},
}  # fmt: skip
_TEXTS = {name: text for name, (_, text, _) in OF_TOOLS.items()}
_TEXTS |= {f"{name}, by hand": text for name, (text, _) in OF_HANDS.items()}
_TEXTS |= {path.name: path.read_text() for path in CASES.glob("*.json") if path.name != "TRUTH.json"}
FORMS |= {name: told for name, text in _TEXTS.items() if isinstance(told := document_of(text), (dict, list))}
ODD = (
    None,
    True,
    -1,
    0.5,
    1e300,
    10**400,
    2**63,
    "",
    "nose",
    "7",
    [],
    [None],
    [[]],
    [1, 2],
    {},
    {"x": 1},
    {"a": [3]},
)


def taken(text: str) -> None:
    """Reads everybody and lays the first into the frame, by itself and on an open photo."""
    people = parse_people(text, "a.json")
    for photo in (None, PHOTO):
        assert np.isfinite(take(people, SIZE, photo).pose_18x3).all()


def changed(node: Any, draw) -> Any:
    """The document with one value, somewhere in it, another one."""
    if not (isinstance(node, (dict, list)) and node) or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(ODD))
    keys = list(node) if isinstance(node, dict) else range(len(node))
    key = draw(st.sampled_from(keys))
    copy = node.copy()
    copy[key] = changed(node[key], draw)
    return copy


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_document_with_an_odd_value_is_a_pose_or_a_sentence(name, data):
    document = FORMS[name]
    for _ in range(data.draw(st.integers(1, 3))):
        document = changed(document, data.draw)
    try:
        taken(json.dumps(document))
    except InputError as error:
        sentence = str(error)
        assert sentence.startswith("a.json") and sentence.endswith(".") and "\n" not in sentence


@pytest.mark.parametrize(
    "document",
    [
        {"shapes": [{"label": "nose", "points": 5}]},
        {"shapes": [{"label": "nose", "points": {"a": 1}}]},
        {"shapes": [{"label": "nose", "points": "n"}]},
        [{"kp": [None, {"x": 1, "keypointlabels": ["nose"]}]}],
        {"bodies": {"candidate": XY.tolist(), "subset": [[0.9, None, [], "a"]]}},
    ],
)
def test_labels_and_subsets_without_places_are_a_sentence(document):
    with pytest.raises(InputError, match=r"^a\.json .*\.$"):
        taken(json.dumps(document))
