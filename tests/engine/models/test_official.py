"""Official checkpoint files: every layout that is about, and what is not one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.cli import main
from engine.errors import InputError
from engine.models import nted
from engine.models.nted.official import load_official

WEIGHTS = Path(__file__).parents[2] / "data" / "nted" / "g256_div8_seed1.safetensors"


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
