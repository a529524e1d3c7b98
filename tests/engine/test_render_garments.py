"""Garments of other photos by the command, as a shell calls it, with the weights and samples of the box."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine import detect
from engine.cli import main
from engine.paths import RESOURCES

SAMPLES = RESOURCES / "samples"
SKY, FACE, TOP, LEGS = np.s_[:20, :60], np.s_[32:40, 84:92], np.s_[85:105, 78:98], np.s_[150:180, 66:78]

pytestmark = pytest.mark.skipif(
    not detect.available().available, reason=f"finding people: {detect.available().reason}"
)


@pytest.fixture(scope="module")
def render(tmp_path_factory):
    """Ada in her own pose with these options, uint8 [256, 176, 3]."""
    folder = tmp_path_factory.mktemp("rendered")
    plain = ["--reference", str(SAMPLES / "ada.jpg"), "--pose", str(SAMPLES / "ada.json"), "--device", "cpu"]

    def picture(*options: str) -> np.ndarray:
        output = folder / "out.png"
        assert main(["render", *plain, "--output", str(output), *options]) == 0
        with Image.open(output) as image:
            return np.asarray(image.convert("RGB")).astype(int)

    return picture


@pytest.fixture(scope="module")
def ada(render) -> np.ndarray:
    return render()


def of(name: str) -> str:
    return str(SAMPLES / f"{name}.jpg")


def changed(one: np.ndarray, other: np.ndarray, part) -> float:
    return float(np.abs(one - other)[part].mean())


def test_another_background_comes_and_the_person_stays(render, ada):
    other = render("--garment", f"background={of('diamond-knit')}")
    assert changed(other, ada, SKY) > 20
    assert changed(other, ada, FACE) == changed(other, ada, TOP) == 0


def test_two_garments_of_two_photos_refined_change_themselves_and_no_face(render, ada):
    """The top is narrower than hers: refined takes its breadth away."""
    words = [f"top={of('hugo')}", f"trousers={of('dan')}"]
    dressed = render("--garment", words[0], "--garment", words[1], "--refine", "1")
    assert changed(dressed, ada, TOP) > 10 and changed(dressed, ada, LEGS) > 10
    assert changed(dressed, ada, FACE) == changed(dressed, ada, SKY) == 0
    at_once = render("--garment", words[0], "--garment", words[1])
    assert (dressed != at_once).any()


def test_the_persons_own_photo_as_giver_changes_nothing_and_that_is_said(render, ada, capsys):
    assert np.array_equal(render("--garment", f"top={of('ada')}"), ada)
    assert capsys.readouterr().err.splitlines() == [
        f"{of('ada')} is the person's own photo, who wears that already."
    ]


def test_of_a_garment_that_is_given_twice_the_later_is_worn_and_that_is_said(render, capsys):
    one = render("--garment", f"top={of('dan')}")
    assert capsys.readouterr().err == ""
    assert np.array_equal(render("--garment", f"top={of('hugo')}", "--garment", f"top={of('dan')}"), one)
    [told] = capsys.readouterr().err.splitlines()
    assert of("dan") in told and of("hugo") in told and "twice" in told


def test_what_is_taken_instead_of_what_a_photo_does_not_show_is_said(render, ada, capsys):
    skirt = render("--garment", f"trousers={of('pink-dress')}")
    assert "lends its skirt" in capsys.readouterr().err and changed(skirt, ada, LEGS) > 5


@pytest.mark.parametrize(
    ("garment", "sentence"),
    [("trousers={of}", "no trousers"), ("top:1.5={of}", "1.5"), ("gloves={of}", "gloves"), ("top=", "top")],
)
def test_what_cannot_be_taken_is_one_sentence(garment, sentence, tmp_path, capsys):
    """A wall shows no garment, and nobody; a share beyond 1, an unknown word and no photo are wrong use."""
    wall = tmp_path / "wall.png"
    Image.fromarray(np.full((120, 80, 3), 200, np.uint8)).save(wall)
    command = ["render", "--reference", of("ada"), "--pose", str(SAMPLES / "ada.json"), "--device", "cpu"]
    output = tmp_path / "out.png"
    code = main([*command, "--output", str(output), "--garment", garment.format(of=wall)])
    told = capsys.readouterr().err.strip().splitlines()
    assert code == 2 and not output.exists()
    noticed = [line for line in told if line.startswith("No person was found in")]
    assert sentence in told[-1] and len(told) == 1 + len(noticed)
