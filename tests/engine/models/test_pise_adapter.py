"""PISE behind the contract: regions mixed, official weights, and the commands with them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pise_rule
import pytest
import torch
from safetensors.torch import save_file
from small_networks import OUR_PISE, PAPERS_PISE, SIZE, small_pise
from standing import STANDING

from engine import weights
from engine.api import CORRESPONDENCE, PARSING
from engine.cli import import_weights
from engine.cli.attention import run as attention
from engine.cli.render import run as render
from engine.contract import ReferenceInput
from engine.cv import cv2
from engine.errors import InputError
from engine.models import pise
from engine.models.pise.adapter import PiseModel, _of_what_was_there, mixed_styles
from engine.models.pise.official import save_official
from engine.models.pise.regions import OFFICIAL_REGIONS, TO_OFFICIAL
from engine.models.pise.style import Style
from engine.models.pise.weights import from_state
from engine.paths import RESOURCES
from engine.photos import read_photo, write_png
from engine.plan import Plan
from engine.regions import REGIONS
from engine.session import Session

PLAN = Plan(torch.device("cpu"), torch.float32, threads=2)
SHIRT, PANTS, FACE = (REGIONS.index(name) for name in ("upper clothes", "pants", "face"))


def surface(labels_HW: np.ndarray) -> torch.Tensor:
    """What the parsing network sees where these regions are."""
    logits = 9 * pise.one_hot(torch.from_numpy(labels_HW.astype(np.int64))[None])
    return torch.cat([logits, torch.zeros(1, 3, *labels_HW.shape)], 1)


def striped(*regions: int) -> np.ndarray:
    """Regions one under another."""
    return np.repeat(np.resize(regions, SIZE[0] // 16), 16)[:, None].repeat(SIZE[1], 1)


def reference(seed: int, *regions: int) -> ReferenceInput:
    generator = torch.Generator().manual_seed(seed)
    picture = torch.rand(1, 3, *SIZE, generator=generator) * 2 - 1
    return ReferenceInput(picture, STANDING, surface(striped(*regions)))


@pytest.fixture(scope="module")
def model() -> PiseModel:
    return PiseModel(small_pise(OUR_PISE), PLAN)


def taken(model: PiseModel, **regions: float) -> dict[str, np.ndarray]:
    (slots,) = model.slots
    return {slots.name: np.float32([regions.get(name.replace(" ", "_"), 0) for name in slots.names])}


@torch.inference_mode()
def test_a_region_is_the_others_by_its_coefficient(model):
    own, other = (model.encode(reference(seed, 0, SHIRT, PANTS)) for seed in (1, 2))
    mixed = model.mix(own, [(other, taken(model, pants=0.25))]).style.known()[0]
    ours, theirs = own.style.known()[0], other.style.known()[0]
    assert torch.allclose(mixed[PANTS], 0.75 * ours[PANTS] + 0.25 * theirs[PANTS], atol=1e-6)
    left = [region for region in range(8) if region != PANTS]
    assert torch.equal(mixed[left], ours[left])


@torch.inference_mode()
def test_a_painted_region_is_drawn_and_told(model):
    own = model.encode(reference(1, 0, SHIRT, PANTS))
    before = model.render(own, STANDING, maps=True)
    region_1HW = torch.full((1, *SIZE), -1)
    region_1HW[:, :40, :30] = FACE
    after = model.render(model.paint(own, region_1HW), STANDING, maps=True)
    drawn_RHW = dict(after.maps.of(PARSING))[model.slots[0].name]
    assert (drawn_RHW[:, :40, :30].argmax(0) == FACE).all()
    was_RHW = dict(before.maps.of(PARSING))[model.slots[0].name]
    assert np.array_equal(drawn_RHW[:, 40:], was_RHW[:, 40:])
    changed_HW = (after.image_1CHW != before.image_1CHW).any(1)[0]
    assert changed_HW[:40, :30].any()
    assert torch.equal(model.render(own, STANDING).image_1CHW, before.image_1CHW)


@torch.inference_mode()
def test_a_painted_region_that_the_person_has_none_of_is_made_of_what_lay_there(model):
    skirt = REGIONS.index("dress or skirt")
    style = model.encode(reference(1, 0, SHIRT, PANTS)).style
    before_1RHW = pise.one_hot(torch.full((1, *SIZE), PANTS))
    after_1RHW = pise.one_hot(torch.full((1, *SIZE), skirt))
    made = _of_what_was_there(style, before_1RHW, after_1RHW)
    assert style.exist_BR[0, skirt] == 0 and made.exist_BR[0, skirt] == 1
    assert torch.equal(made.known()[0, skirt], style.known()[0, PANTS])
    untouched = _of_what_was_there(style, before_1RHW, before_1RHW)
    assert torch.equal(untouched.known(), style.known())


@torch.inference_mode()
def test_a_region_is_taken_only_where_the_other_shows_it_and_is_there_afterwards(model):
    own = model.encode(reference(1, 0, SHIRT))
    other = model.encode(reference(2, 0, PANTS))
    mixed = model.mix(own, [(other, 1.0)])
    assert mixed.style.exist_BR[0, [SHIRT, PANTS, FACE]].tolist() == [1, 1, 0]
    assert torch.allclose(mixed.style.known()[0, PANTS], other.style.codes_BRC[0, PANTS])
    assert torch.equal(mixed.style.known()[0, SHIRT], own.style.codes_BRC[0, SHIRT])
    assert mixed.given[0].share_R[[0, SHIRT, PANTS]].tolist() == [1, 0, 1]
    twice = model.mix(mixed, [(other, taken(model, background=0.5))])
    assert [given.share_R.sum().item() for given in twice.given] == [2.0, 0.5]


def test_mixing_is_the_papers_blend():
    torch.manual_seed(0)
    own, other = Style(torch.rand(1, 9, 5), torch.ones(1, 8)), Style(torch.rand(1, 9, 5), torch.ones(1, 8))
    share = torch.zeros(1, 8)
    share[0, 3] = 0.6
    found = mixed_styles(own, other, share)
    assert torch.allclose(found.codes_BRC[0, 3], 0.4 * own.codes_BRC[0, 3] + 0.6 * other.codes_BRC[0, 3])
    assert torch.equal(found.codes_BRC[0, 8], own.codes_BRC[0, 8])


@torch.inference_mode()
def test_what_is_taken_of_one_region_shows_there_and_leaves_the_rest(model, monkeypatch):
    """Every region where it is in the photo: then what is far from the pants keeps its colours."""
    labels = striped(0, SHIRT, SHIRT, SHIRT, SHIRT, SHIRT, PANTS, PANTS)
    monkeypatch.setattr(
        model._inference, "parsing", lambda own, heat: pise.one_hot(torch.from_numpy(labels)[None])
    )
    own, other = (model.encode(reference(seed, 0, SHIRT, PANTS)) for seed in (1, 2))
    alone = model.render(own, STANDING).image_1CHW.clone()
    rendering = model.render(model.mix(own, [(other, taken(model, pants=1.0))]), STANDING)
    share = rendering.shares[0][0, 0]
    assert torch.equal(share > 0.5, torch.from_numpy(labels == PANTS))
    changed = (rendering.image_1CHW - alone).abs().amax((0, 1, 3))
    assert changed[-16:].min() > 0.01 and changed[-16:].mean() > 10 * changed[:16].mean()


@torch.inference_mode()
def test_in_one_pose_the_parsing_map_is_made_once(model, monkeypatch):
    made = []
    parsing = model._inference.parsing
    monkeypatch.setattr(model._inference, "parsing", lambda *given: made.append(1) or parsing(*given))
    own, other = (model.encode(reference(seed, 0, SHIRT, PANTS)) for seed in (3, 4))
    for m in (0.0, 0.4, 0.8):
        model.render(model.mix(own, [(other, m)]), STANDING)
    assert len(made) == 1
    model.render(own, STANDING + np.float32((1, 0, 0)))
    model.render(other, STANDING + np.float32((1, 0, 0)))
    assert len(made) == 3


@torch.inference_mode()
def test_previews_in_half_precision_stay_close():
    network = small_pise(OUR_PISE)
    half = PiseModel(network, Plan(torch.device("cpu"), torch.bfloat16, threads=2))
    appearance = half.encode(reference(1, 0, SHIRT, PANTS, FACE))
    quick = half.render(appearance, STANDING, SIZE[0], preview=True).image_1CHW
    exact = half.render(appearance, STANDING).image_1CHW
    assert quick.dtype == torch.float32 and 0 < (quick - exact).abs().mean() < 0.05
    plain = PiseModel(network, PLAN)
    assert torch.equal(plain.render(appearance, STANDING, preview=True).image_1CHW, exact)


def test_who_is_not_told_what_the_parser_sees_says_so(model):
    with pytest.raises(ValueError, match="surface map"):
        model.encode(replace(reference(1, 0), surface_1Khw=None))


@torch.inference_mode()
def test_the_official_vectors_through_the_contract(monkeypatch):
    """The golden pictures have the official classes, and bells of 6 px in 128 rows."""
    monkeypatch.setattr("engine.models.pise.adapter.sigma_of", lambda size: 6.0)
    monkeypatch.setattr("engine.models.pise.adapter.TO_OFFICIAL", tuple(range(8)))
    given = dict(np.load(pise_rule.DATA / "inputs.npz"))
    expected = dict(np.load(pise_rule.DATA / "outputs.npz"))
    model = PiseModel(from_state(pise_rule.state("keys"), "drawn"), PLAN, (128, 96))
    assert not model.composited
    for number in range(2):
        poses = [
            np.concatenate([given[f"kp{i}_yx"][number, :, ::-1], np.full((18, 1), 2)], 1).astype(np.float32)
            for i in (1, 2)
        ]
        picture = torch.from_numpy(given["img1"][number : number + 1])
        appearance = model.encode(ReferenceInput(picture, poses[0], surface(given["label1"][number])))
        assert np.abs(appearance.style.codes_BRC[0].numpy() - expected["style_codes"][number]).max() < 1e-4
        rendering = model.render(appearance, poses[1], maps=True)
        labels = rendering.maps.of(PARSING)["regions"].argmax(0)
        assert np.array_equal(labels, expected["hard_labels"][number])
        assert np.abs(rendering.image_1CHW[0].numpy() - expected["hard_image"][number]).max() < 2e-4


@torch.inference_mode()
def test_official_weights_are_told_their_own_classes():
    model = PiseModel(small_pise(PAPERS_PISE), PLAN)
    assert model.slots[0].names == model.maps[0].channel_names == OFFICIAL_REGIONS
    shown = model.encode(reference(1, *range(8))).style.exist_BR[0].tolist()
    there = {"background", "hair", "upper clothes", "pants or skirt", "skin", "face"}
    assert {name for name, exists in zip(OFFICIAL_REGIONS, shown, strict=True) if exists} == there
    named = dict(zip(REGIONS, (OFFICIAL_REGIONS[index] for index in TO_OFFICIAL), strict=True))
    assert named["arms"] == named["legs"] == "skin" and named["hair"] == "hair" and named["face"] == "face"


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_an_official_checkpoint_is_imported_and_opened(tmp_path, capsys, suffix):
    network = small_pise(PAPERS_PISE)
    checkpoint, output = tmp_path / f"latest_net_G{suffix}", tmp_path / "w.safetensors"
    save_official(tmp_path / "latest_net_G.pth", network)
    if suffix != ".pth":
        state = torch.load(tmp_path / "latest_net_G.pth", weights_only=True)
        save_file({key: tensor.clone() for key, tensor in state.items()}, checkpoint)
    assert import_weights.run([str(checkpoint), "--output", str(output), "--size", "128x96"]) == 0
    assert "PISE" in capsys.readouterr().out
    file = weights.read(output)
    assert file.model == "pise" and file.card["licence"] and file.card["source_sha256"]
    session = Session.open(output, "cpu")
    assert session.engine == "pise" and session.size == SIZE
    photo = np.random.default_rng(1).integers(0, 256, (*SIZE, 3), np.uint8)
    session.set_reference(photo, STANDING)
    assert session.render().image.shape == (*SIZE, 3)
    session.close()


def test_weights_without_a_parsing_generator_are_imported_and_not_opened(tmp_path, capsys):
    network = small_pise(replace(PAPERS_PISE, parsing=()))
    checkpoint, output = tmp_path / "latest_net_G.pth", tmp_path / "w.safetensors"
    save_official(checkpoint, network)
    assert import_weights.run([str(checkpoint), "--output", str(output)]) == 0
    assert "follows no pose" in capsys.readouterr().out
    assert pise.load(output).parnet is None
    with pytest.raises(InputError, match="no parsing generator") as caught:
        Session.open(output, "cpu")
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="no discriminator"):
        import_weights.run([str(checkpoint), "--output", str(output), "--discriminator", "d.safetensors"])


def test_a_bare_file_is_known_by_its_keys(tmp_path):
    save_file(small_pise(PAPERS_PISE).state_dict(), tmp_path / "bare.safetensors")
    session = Session.open(tmp_path / "bare.safetensors", "cpu", SIZE)
    assert session.engine == "pise" and not session._model.composited
    session.close()


def test_the_commands_run_with_it(tmp_path, capsys):
    path = tmp_path / "w.safetensors"
    pise.save(path, small_pise(OUR_PISE))
    photos = [str(tmp_path / f"{seed}.png") for seed in (1, 2)]
    for sample, photo in zip(("ada", "striped-shirt"), photos, strict=True):
        found = RESOURCES / "samples" / f"{sample}.jpg"
        write_png(photo, cv2.resize(read_photo(found), SIZE[::-1], interpolation=cv2.INTER_AREA), {})
    people = [{"pose_keypoints_2d": STANDING.flatten().tolist()}]
    pose = tmp_path / "pose.json"
    pose.write_text(json.dumps({"people": people, "canvas_width": SIZE[1], "canvas_height": SIZE[0]}))
    common = ["--reference", photos[0], "--pose", str(pose), "--weights", str(path), "--device", "cpu"]
    maps = tmp_path / "maps.npz"
    assert attention([*common, "--output", str(maps)]) == 0
    with np.load(maps) as arrays:
        assert {name: arrays[name].shape for name in arrays} == {
            f"{PARSING}/regions": (8, *SIZE),
            f"{CORRESPONDENCE}/positions": (16 * 12, 16, 12),
        }
    pictures: list[np.ndarray] = []
    for number, garment in enumerate(
        ([], ["--garment", f"all={photos[1]}"], ["--garment", f"all:0.5={photos[1]}"])
    ):
        output = Path(tmp_path / f"out{number}.png")
        assert render([*common, *garment, "--output", str(output)]) == 0
        pictures.append(read_photo(output))
    assert all((a != b).any() for a, b in zip(pictures, pictures[1:], strict=False))
