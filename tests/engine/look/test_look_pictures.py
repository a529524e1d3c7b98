"""The look inside an exported picture, and `render --look`."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import rule_drawn
from hypothesis import given, settings
from PIL import Image
from some_looks import looks, standing

from engine.cli import main
from engine.errors import InputError
from engine.look import Borrowed, LookDocument, SourcePhoto, exported, read_look, write_look
from engine.look.sections import to_json
from engine.pose.formats import Carried, parse_pose
from engine.provenance import SOURCE_TYPE
from engine.session import Session

WEIGHTS = str(rule_drawn.generator())


@settings(max_examples=40, deadline=None)
@given(look=looks())
def test_the_look_in_a_picture_is_the_look_but_for_the_photos_themselves(look):
    read = exported.look_of(exported.png_texts(look, names=True), "x.png")
    assert to_json(read) == to_json(look)
    assert all(photo.data is None for photo in read.photos)


def test_other_programs_find_the_pose_and_a_line_for_people(look):
    texts = exported.png_texts(look, names=True)
    data = json.loads(texts["poseloom"])
    assert parse_pose(json.dumps(data["pose"]), "x", (256, 176)) == pytest.approx(look.pose_18x3, abs=1e-3)
    assert texts["parameters"] == (
        "Poseloom; person: Ünï 写真.png; joints shown: 18 of 18; mix: 30% of linen.jpg; "
        "weights: fake.safetensors 000000000000"
    )


def test_names_of_files_are_in_a_picture_only_where_they_are_wanted(look):
    matrix = np.eye(2, 3)
    carried = Carried({"image": "secret.jpg"}, {"face_keypoints_2d": [1, 2, 1], "id": "secret.jpg"}, matrix)
    look = replace(look, carried=carried)
    said = " ".join(exported.png_texts(look).values())
    assert not any(name in said for name in ("写真", "linen", "secret"))
    nameless = exported.look_of(exported.png_texts(look), "x.png")
    assert [photo.name for photo in nameless.photos] == ["photo 1", "photo 2"]
    assert [photo.id for photo in nameless.photos] == [photo.id for photo in look.photos]
    assert nameless.carried.person == {"face_keypoints_2d": [1, 2, 1]} and nameless.carried.document == {}


def test_pictures_of_older_versions_hold_no_look_and_damaged_ones_are_told():
    assert exported.look_of({"poseloom": '{"version": 1, "pose": {}}'}, "x.png") is None
    for text in ("", "{", "[]", '{"look": {"person": "nobody"}}', '{"look": 1e999}'):
        with pytest.raises(InputError, match="x.png says it was made here, but its parameters are damaged."):
            exported.look_of({"poseloom": text}, "x.png")


@pytest.fixture
def saved(tmp_path):
    """A look of two photographs in another frame than the weights'."""
    rng = np.random.default_rng(3)
    photos = []
    for name in ("ada.png", "linen.png"):
        Image.fromarray(rng.integers(0, 256, (300, 200, 3), np.uint8)).save(tmp_path / name)
        pose = standing() * (5, 5, 1)
        photos.append(SourcePhoto.of(name, (tmp_path / name).read_bytes(), pose))
    pose = standing() * (10, 10, 1)
    look = LookDocument(tuple(photos), photos[0].id, pose, (512, 352), Borrowed(photos[1].id, 0.4))
    write_look(tmp_path / "a.look", look)
    return tmp_path / "a.look"


def test_render_draws_a_look_as_a_session_would(saved, tmp_path, capsys):
    output = tmp_path / "out.png"
    command = ["render", "--look", str(saved), "--weights", WEIGHTS, "--device", "cpu"]
    assert main([*command, "--output", str(output)]) == 0
    assert str(output) in capsys.readouterr().out
    look = read_look(saved)
    session = Session.open(WEIGHTS, "cpu")
    ada, linen = (
        session.add_reference(np.asarray(Image.open(tmp_path / photo.name)), photo.pose_18x3)
        for photo in look.photos
    )
    session.use(ada)
    session.set_pose(look.pose_18x3 * np.array((0.5, 0.5, 1), np.float32))
    plain = session.render().finest
    session.mix(linen, 0.4)
    for reference in session.in_use:
        while not session.settle(reference).done:
            pass
    with Image.open(output) as image:
        assert np.array_equal(np.asarray(image), session.render().finest)
        assert not np.array_equal(np.asarray(image), plain), "the mix can be seen"
        inside = exported.look_of(image.text, "out.png")
    assert inside.drawn_by.weights == session.weights_info["name"]
    called = replace(look, photos=tuple(replace(p, name=f"photo {n}") for n, p in enumerate(look.photos, 1)))
    assert to_json(inside) | {"drawn_by": None} == to_json(called) | {"drawn_by": None}
    assert SOURCE_TYPE in image.text["XML:com.adobe.xmp"]


def test_render_says_when_other_weights_drew_the_look(saved, tmp_path, capsys):
    look = read_look(saved)
    other = look.drawn_by._replace(weights="theirs.safetensors", sha256="f" * 64)
    write_look(saved, replace(look, drawn_by=other))
    command = ["render", "--look", str(saved), "--weights", WEIGHTS, "--output", str(tmp_path / "o.png")]
    assert main(command) == 0
    assert "a.look was drawn by theirs.safetensors" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--look", "a.look", "--pose", "p.json"], "--look goes without"),
        (["--pose", "p.json"], "--reference and --pose, or --look"),
        (["--look", "nowhere.look"], "There is no file nowhere.look"),
    ],
)
def test_wrong_use_is_one_sentence(options, said, capsys, tmp_path):
    assert main(["render", *options, "--output", str(tmp_path / "o.png")]) == 2
    assert said in capsys.readouterr().err


def test_a_look_of_nobody_is_told(saved, tmp_path, capsys):
    write_look(saved, replace(read_look(saved), person="", borrow=None))
    command = ["render", "--look", str(saved), "--weights", WEIGHTS, "--output", str(tmp_path / "o.png")]
    assert main(command) == 2
    assert "a.look shows nobody" in capsys.readouterr().err
