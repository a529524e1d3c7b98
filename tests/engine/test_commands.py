"""The picture-making commands as a shell calls them: files in, files out, one sentence for what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rule_drawn
from PIL import Image
from small_networks import weights_of

from engine import detect
from engine.cli import bench as bench_command
from engine.cli import main
from engine.models.registry import DEFAULT, ENGINES
from engine.paths import RESOURCES
from engine.pose.formats import write_openpose

WEIGHTS = str(rule_drawn.generator())
SIZE = (256, 176)


@pytest.fixture
def photo(tmp_path) -> str:
    path = tmp_path / "Ünï 写真.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 200, 3), np.uint8)).save(path)
    return str(path)


@pytest.fixture
def pose(tmp_path) -> str:
    points = np.array(
        [(88, 30), (88, 55), (66, 55), (58, 90), (54, 124), (110, 55), (118, 90), (122, 124), (76, 128)]
        + [(74, 180), (74, 232), (100, 128), (102, 180), (102, 232), (83, 26), (93, 26), (78, 30), (98, 30)]
    )
    keypoints = np.concatenate([points, np.full((18, 1), 2)], 1).astype(np.float32)
    write_openpose(tmp_path / "pose.json", keypoints, SIZE)
    return str(tmp_path / "pose.json")


def test_render_writes_the_picture(photo, pose, tmp_path, capsys):
    output = tmp_path / "out.png"
    command = ["render", "--reference", photo, "--pose", pose, "--weights", WEIGHTS, "--device", "cpu"]
    assert main([*command, "--output", str(output)]) == 0
    with Image.open(output) as image:
        assert image.size == SIZE[::-1] and image.text["Software"] == "Poseloom"
    assert main([*command, "--output", str(output), "--size", "128x96", "--garment", f"all:0.5={photo}"]) == 0
    with Image.open(output) as image:
        assert image.size == (96, 128)


def test_attention_writes_every_layer(photo, pose, tmp_path):
    output = tmp_path / "maps.npz"
    options = ["--reference", photo, "--pose", pose, "--weights", WEIGHTS, "--output", str(output)]
    assert main(["attention", *options]) == 0
    with np.load(output) as maps:
        layers = [f"{rows}{half}" for rows in (16, 32, 64, 128) for half in "ab"]
        assert sorted(maps.files) == sorted(
            f"{kind}/{layer}" for kind in ("extraction", "distribution") for layer in layers
        )
        assert maps["extraction/32b"].shape == (32, 32, 22) and maps["extraction/32b"].dtype == np.float32
        assert np.allclose(maps["extraction/64a"].sum((1, 2)), 1, atol=1e-4)
        assert np.allclose(maps["distribution/64a"].sum(0), 1, atol=1e-4)


def test_settling_changes_who_is_handed_out_and_not_what_was_gathered(tmp_path):
    plain, settled = tmp_path / "plain.npz", tmp_path / "settled.npz"
    ada, posed = (str(RESOURCES / "samples" / f"ada.{kind}") for kind in ("jpg", "json"))
    options = ["attention", "--reference", ada, "--pose", posed, "--device", "cpu"]
    assert main([*options, "--output", str(plain)]) == 0
    assert main([*options, "--output", str(settled), "--settle", "2"]) == 0
    assert main([*options, "--output", str(settled), "--settle", "-1"]) == 2
    with np.load(plain) as before, np.load(settled) as after:
        assert list(before) == list(after)
        same = {name for name in before if np.array_equal(before[name], after[name])}
        assert {name for name in before if name.startswith("extraction")} <= same
        assert len(same) < len(list(before))


@pytest.mark.skipif(
    not detect.available().available, reason=f"no pose detection: {detect.available().reason}"
)
def test_a_photo_serves_as_reference_and_as_pose(tmp_path):
    data = pytest.importorskip("skimage.data")
    path, output = tmp_path / "astronaut.jpg", tmp_path / "out.png"
    Image.fromarray(data.astronaut()).save(path)
    options = ["--reference", str(path), "--pose", str(path), "--weights", WEIGHTS, "--output", str(output)]
    assert main(["render", *options]) == 0 and output.exists()


def bad_inputs(tmp_path: Path, photo: str, pose: str) -> dict[str, tuple[dict[str, str], str]]:
    """What is changed in a good command, and a word the sentence must hold."""
    text = tmp_path / "text.png"
    text.write_text("no picture")
    short = tmp_path / "short.png"
    short.write_bytes(Path(photo).read_bytes()[:2000])
    joints = json.loads(Path(pose).read_text())
    joints["people"][0]["pose_keypoints_2d"] = joints["people"][0]["pose_keypoints_2d"][:48]
    sixteen = tmp_path / "sixteen.json"
    sixteen.write_text(json.dumps(joints))
    tiny = tmp_path / "tiny.png"
    Image.new("RGB", (1, 1)).save(tiny)
    return {
        "no image": ({"--reference": str(text)}, "text.png"),
        "truncated": ({"--reference": str(short)}, "short.png"),
        "one pixel": ({"--reference": str(tiny)}, "tiny.png"),
        "missing photo": ({"--reference": str(tmp_path / "none.jpg")}, "none.jpg"),
        "too few joints": ({"--pose": str(sixteen)}, "sixteen.json"),
        "missing pose": ({"--pose": str(tmp_path / "none.json")}, "none.json"),
        "foreign weights": ({"--weights": str(text)}, "text.png"),
        "missing weights": ({"--weights": str(tmp_path / "none.safetensors")}, "none.safetensors"),
        "odd size": ({"--size": "250x170"}, "250x170"),
        "not a PNG": ({"--output": str(tmp_path / "out.jpg")}, "out.jpg"),
        "unknown device": ({"--device": "abacus"}, "abacus"),
        "no folder": ({"--output": str(tmp_path / "nowhere" / "out.png")}, "nowhere"),
        "unknown region": ({"--garment": f"socks={photo}"}, "socks"),
        "share out of range": ({"--garment": f"all:7={photo}"}, "7"),
        "garment without a photo": ({"--garment": "all"}, "all"),
    }


def test_bad_input_gets_one_sentence_and_exit_code_2(photo, pose, tmp_path, capsys):
    good = {"--reference": photo, "--pose": pose, "--weights": WEIGHTS, "--output": str(tmp_path / "out.png")}
    for name, (change, word) in bad_inputs(tmp_path, photo, pose).items():
        command = ["render", *(part for option in {**good, **change}.items() for part in option)]
        assert main(command) == 2, name
        lines = [
            line
            for line in capsys.readouterr().err.splitlines()
            if not line.startswith("No person was found")
        ]
        assert len(lines) == 1 and word in lines[0] and "Traceback" not in lines[0], (name, lines)
        assert not (tmp_path / "out.png").exists(), name


@pytest.mark.parametrize("size", ["16000000x16000000", "1040x64", "256", "²x3", "-16x16", "x", ""])
def test_a_size_that_is_none_or_would_eat_the_memory_is_wrong_use(size, photo, pose, capsys):
    assert main(["render", "--reference", photo, "--pose", pose, "--output", "x.png", f"--size={size}"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("poseloom render: error: argument --size: ")


def test_bench_measures_every_engine_in_the_box():
    others = [engine for engine in ENGINES.values() if engine.name != DEFAULT]
    assert others and bench_command.other_engines() == others


def test_bench_measures_every_stage(capsys, monkeypatch, tmp_path):
    from engine.models import nted
    from engine.models.nted import bench

    small = nted.NtedConfig(tuple(nted.Level(16 << i, 8, 4 if i < 4 else 0) for i in range(5)), (256, 176))
    monkeypatch.setattr(bench, "DEFAULT_WEIGHTS", Path(WEIGHTS))
    monkeypatch.setattr(bench, "official_256", lambda: small)
    other = replace(ENGINES["pise"], weights=weights_of("pise composited", tmp_path))
    monkeypatch.setattr(bench_command, "other_engines", lambda: [other])
    memory, measured = [], bench_command.measure.session_memory

    def once(keep, device):  # of two networks of one size, whose every measurement is a process
        memory.append(memory[0] if memory else measured(keep, device))
        return memory[-1]

    monkeypatch.setattr(bench_command.measure, "session_memory", once)
    assert main(["bench", "--json", "--rounds", "1", "--device", "cpu"]) == 0
    result = json.loads(capsys.readouterr().out)
    stages = {(row["network"], row["stage"]) for row in result["stages"]}
    for network in ("default", "official"):
        for stage in ("textbook full forward", "textbook pose-only", "encode reference", "drag full", "swap"):
            assert (network, stage) in stages
    assert {("pise", stage) for stage in ("encode reference", "drag full", "swap")} <= stages
    assert result["ratios"]["pise_drag_fps"] > 0
    assert all(0 < row["p50_ms"] <= row["p95_ms"] and row["gmac"] > 0 for row in result["stages"])
    names = {"official_drag_float32", "official_drag_bfloat16", "official_encode_float32", "default_drag_fps"}
    names |= {"default_preview_fps", "default_inspected_drag", "default_maps_fps"}
    names |= {"default_garment_ms", "default_garment_drags"}
    assert set(result["ratios"]) >= names
    assert all(0 < memory["session_mb"] < 1500 for memory in result["memory"].values())
    table = bench_command.as_text(result)  # what is printed without --json
    assert "drag preview 64" in table and "floor" in table and "official_drag_float32: " in table


def test_refining_needs_garments_and_no_negative_steps(photo, pose, tmp_path, capsys):
    command = ["render", "--reference", photo, "--pose", pose, "--weights", WEIGHTS]
    plain, refined = tmp_path / "plain.png", tmp_path / "refined.png"
    assert main([*command, "--output", str(plain)]) == 0
    assert main([*command, "--output", str(refined), "--refine", "3"]) == 0
    with Image.open(plain) as one, Image.open(refined) as other:
        assert np.array_equal(np.asarray(one), np.asarray(other)), "nothing is worn"
    assert main([*command, "--output", str(refined), "--refine", "-1"]) == 2
    assert "--refine -1" in capsys.readouterr().err
