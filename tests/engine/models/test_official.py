"""Official checkpoint files: every layout that is about, and what is not one."""

from __future__ import annotations

from pathlib import Path

import pytest
import rule_drawn
import torch
from safetensors.torch import save_file

from engine.cli import main
from engine.errors import InputError
from engine.models import nted
from engine.models.nted.discriminator import load_discriminator
from engine.models.nted.official import load_official, save_official
from engine.session import Session

DATA = Path(__file__).parents[2] / "data" / "nted"
WEIGHTS = rule_drawn.generator()


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    return nted.load(WEIGHTS).state_dict()


class Trap:
    def __reduce__(self):
        return (Path.touch, (Path("/nonexistent/trap"),))


@pytest.mark.parametrize("layout", ["ema", "module", "bare", "whole"])
def test_every_layout_gives_the_same_network(tmp_path, state, layout):
    prefixed = {f"module.{key}": value for key, value in state.items()}
    content = {
        "ema": {"net_G_ema": state, "current_epoch": 3},
        "module": {"net_G": prefixed},
        "bare": state,
        "whole": {
            "net_G": {key: value * 0 for key, value in prefixed.items()},
            "net_G_ema": state,
            "opt_G": {"state": {}},
        },
    }[layout]
    torch.save(content, tmp_path / "c.pt")
    assert main(["import-weights", str(tmp_path / "c.pt"), "--output", str(tmp_path / "w.safetensors")]) == 0
    again = nted.load(tmp_path / "w.safetensors").state_dict()
    assert all(torch.equal(again[key], value) for key, value in state.items())


def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path, state, capsys):
    path, output = tmp_path / "c.pt", tmp_path / "w.safetensors"

    def refused(message):
        with pytest.raises(InputError, match=message) as caught:
            load_official(path)
        assert "c.pt" in str(caught.value)
        assert main(["import-weights", str(path), "--output", str(output)]) == 2
        assert capsys.readouterr().err.count("\n") == 1 and not output.exists()

    refused("does not exist")
    torch.save({"net_G_ema": state}, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused("c.pt")
    torch.save({"net_G_ema": Trap()}, path)
    refused("more than tensors")
    torch.save({"epoch": 3}, path)
    refused("no generator")
    torch.save({"net_G_ema": {"unet.weight": torch.zeros(2)}}, path)
    refused("target_image_renderer.convs.0")
    key = "reference_encoder.convs.2.conv.weight"
    torch.save({"net_G_ema": {k: v for k, v in state.items() if k != key}}, path)
    refused(key)
    torch.save({"net_G_ema": {**state, key: state[key] * float("nan")}}, path)
    refused(f"not finite, first in {key}")
    torch.save([1, 2], path)
    refused("no state dict")


@pytest.mark.parametrize(
    ("first", "wrapped"),
    [("parnet.conv1.model.2.weight", False), ("model.diffusion_model.time_embed.0.weight", True)],
)
def test_files_of_other_models_are_refused_by_their_first_key(tmp_path, first, wrapped):
    content = {first: torch.zeros(2), "zoom.weight": torch.zeros(2)}
    torch.save({"state_dict": content, "global_step": 3} if wrapped else content, tmp_path / "c.pt")
    save_file(content, tmp_path / "c.safetensors")
    for name in ("c.pt", "c.safetensors"):
        with pytest.raises(InputError, match="target_image_renderer.convs.0") as caught:
            load_official(tmp_path / name)
        assert first in str(caught.value) and name in str(caught.value) and "\n" not in str(caught.value)


def test_the_official_layout_is_written_and_read_again(tmp_path):
    network = nted.load(WEIGHTS)
    save_official(tmp_path / "c.pt", network)
    content = torch.load(tmp_path / "c.pt", weights_only=True)
    assert list(content) == ["net_G_ema", "current_epoch", "current_iteration"]
    again = load_official(tmp_path / "c.pt").state_dict()
    assert list(content["net_G_ema"]) == list(network.state_dict()) == list(again)
    assert all(torch.equal(again[key], value) for key, value in network.state_dict().items())
    assert [file.name for file in tmp_path.iterdir()] == ["c.pt"]
    with pytest.raises(InputError, match="could not be written"):
        save_official(tmp_path / "nowhere" / "c.pt", network)
    with pytest.raises(InputError, match="ablation"):
        save_official(
            tmp_path / "a.pt", nted.Nted(nted.NtedConfig(network.config.levels[:2], (64, 48), "attention"))
        )


def test_what_copies_detail_is_no_part_of_the_official_layout(tmp_path):
    levels = (nted.Level(16, 8, 4), nted.Level(32, 8, 4), nted.Level(64, 4))
    network = nted.Nted(nted.NtedConfig(levels, (64, 44), detail=8))
    save_official(tmp_path / "c.pt", network)
    kept = torch.load(tmp_path / "c.pt", weights_only=True)["net_G_ema"]
    assert set(kept) == set(nted.Nted(nted.NtedConfig(levels, (64, 44))).state_dict())
    assert load_official(tmp_path / "c.pt").config == nted.NtedConfig(levels, (64, 44))


def test_the_discriminator_comes_along_where_it_is_there(tmp_path, state, capsys):
    source, output = tmp_path / "c.pt", tmp_path / "d.safetensors"
    weights = load_discriminator(rule_drawn.discriminator()).state_dict()
    torch.save(
        {"net_G_ema": state, "net_D": {f"module.{key}": value for key, value in weights.items()}}, source
    )
    command = [
        "import-weights",
        str(source),
        "--output",
        str(tmp_path / "w.safetensors"),
        "--discriminator",
        str(output),
    ]
    assert main(command) == 0
    again = load_discriminator(output).state_dict()
    assert all(torch.equal(again[key], value) for key, value in weights.items())
    output.unlink()
    (tmp_path / "w.safetensors").unlink()
    torch.save({"net_G_ema": state}, source)
    assert main(command) == 2 and "no discriminator" in capsys.readouterr().err
    assert not output.exists() and not (tmp_path / "w.safetensors").exists()


def test_another_size_than_the_weights_own(tmp_path, state, capsys):
    torch.save(state, tmp_path / "c.pt")
    command = [
        "import-weights",
        str(tmp_path / "c.pt"),
        "--output",
        str(tmp_path / "w.safetensors"),
        "--size",
    ]
    assert main([*command, "512x352"]) == 0
    assert "trained on 256x176" in capsys.readouterr().out
    session = Session.open(tmp_path / "w.safetensors", device="cpu")
    assert (
        session.size == (512, 352) and session.weights_info["note"] == "made for 256x176, running at 512x352"
    )
    assert main([*command, "500x352"]) == 2 and "500x352" in capsys.readouterr().err
