"""Weights from strangers: no code is run, nothing asks for memory it does not hold, one sentence each."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from small_networks import SIZE, small_nted

from engine import weights
from engine.cli import main
from engine.errors import InputError
from engine.models import nted
from engine.torchfile import read_torch

TORTURE = Path(__file__).parents[1] / "data" / "torture"


@pytest.mark.parametrize("name", ["d_convs_word.pt", "d_scalar.pt", "q_nchan_1e9_convs.pt", "script.pt"])
def test_cases_that_broke_the_import_are_refused_in_one_sentence(name, tmp_path, capfd):
    output = tmp_path / "w.safetensors"
    assert main(["import-weights", str(TORTURE / name), "--output", str(output)]) == 2
    said = capfd.readouterr().err
    assert said.count("\n") == 1 and name in said and not output.exists()


@pytest.mark.parametrize(
    ("tensor", "fault"),
    [
        (torch.zeros(1).expand(10**9), "lies in 4 bytes"),
        (torch.zeros(1).as_strided((10**6, 10**6), (0, 0)), "lies in 4 bytes"),
        (torch.zeros(3, 3).to_sparse(), "is sparse"),
        (torch.empty(4, device="meta"), "is on meta"),
    ],
)
def test_tensors_that_are_more_than_their_bytes_are_refused(tmp_path, tensor, fault):
    torch.save({"net_G": {"a": {"deep": [torch.zeros(2), (tensor,)]}}}, tmp_path / "c.pt")
    with pytest.raises(InputError, match=f"c.pt holds a tensor that .*{fault}"):
        read_torch(tmp_path / "c.pt")


def test_one_storage_under_many_names_is_refused(tmp_path):
    tensor = torch.zeros(50_000)
    torch.save({str(index): tensor for index in range(100)}, tmp_path / "c.pt")
    with pytest.raises(InputError, match="says that its .* bytes are 20,000,000"):
        read_torch(tmp_path / "c.pt")
    torch.save({"a": tensor, "b": tensor}, tmp_path / "c.pt")  # by two names, as official files have it
    assert set(read_torch(tmp_path / "c.pt")) == {"a", "b"}


def test_archives_that_swell_are_refused_before_they_are_unpacked(tmp_path):
    torch.save({"a": torch.zeros(9)}, tmp_path / "c.pt")
    with (
        zipfile.ZipFile(tmp_path / "c.pt") as old,
        zipfile.ZipFile(tmp_path / "z.pt", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("c/data/1", bytes(50_000_000))
    assert (tmp_path / "z.pt").stat().st_size < 100_000
    with pytest.raises(InputError, match="z.pt is compressed"):
        read_torch(tmp_path / "z.pt")


@pytest.mark.parametrize("mapped", [False, True])
def test_a_file_reads_the_same_mapped_and_not_in_old_and_new_form(tmp_path, mapped):
    state = {"a": torch.arange(6.0).view(2, 3), "b": {"c": torch.ones(2, dtype=torch.int64)}}
    for new in (True, False):
        torch.save(state, tmp_path / "c.pt", _use_new_zipfile_serialization=new)
        read = read_torch(tmp_path / "c.pt", mapped=mapped)
        assert torch.equal(read["a"], state["a"]) and torch.equal(read["b"]["c"], state["b"]["c"])


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "w.safetensors"
    nted.save(path, small_nted(0), {"name": "small", "made_for": list(SIZE)})
    return path


def rewritten(file: Path, path: Path, change) -> Path:
    """The file with another header."""
    whole = file.read_bytes()
    (length,) = struct.unpack("<Q", whole[:8])
    header = json.loads(whole[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + whole[8 + length :])
    return path


def with_config(**parts):
    def change(header):
        said = header["__metadata__"]
        said["config"] = json.dumps(json.loads(said["config"]) | parts)

    return change


@pytest.mark.parametrize(
    "parts",
    [
        {"levels": [{"rows": 16, "channels": 4000, "textures": 4000}] * 8},
        {"levels": [{"rows": 16, "channels": 10**9, "textures": 4}]},
        {"levels": [{"rows": 16, "channels": 8, "textures": 4}] * 100_000},
        {"levels": []},
        {"levels": [5]},
        {"levels": "word"},
        {"size": [10**6, 10**6]},
        {"size": [128]},
        {"size": [128.0, 96]},
        {"size": None},
        {"context": -4},
        {"detail": True},
        {"transfer": "magic"},
    ],
)
def test_a_configuration_may_not_ask_for_more_than_the_tensors(file, tmp_path, parts):
    """None of them makes a network: the largest would have 1.3 billion weights."""
    path = rewritten(file, tmp_path / "odd.safetensors", with_config(**parts))
    made = []
    count = nted.Nted.register_parameter

    def counted(self, name, parameter):
        made.append(0 if parameter is None else parameter.numel())
        count(self, name, parameter)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.Module, "register_parameter", counted)
        with pytest.raises(InputError, match="odd.safetensors.* configuration"):
            nted.load(path)
    held = sum(tensor.numel() for tensor in weights.read(file).tensors.values())
    assert sum(made) <= 2 * held + (1 << 20)


@pytest.mark.parametrize("card", ["5", "[]", "[" * 5000, '{"a": NaN}', "nothing"])
def test_a_card_that_is_none_is_damage(file, tmp_path, card):
    path = rewritten(
        file, tmp_path / "odd.safetensors", lambda header: header["__metadata__"].update(card=card)
    )
    with pytest.raises(InputError, match="odd.safetensors has damaged metadata"):
        weights.read(path)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64, torch.float8_e4m3fn])
def test_kinds_that_are_no_weights_are_named(file, tmp_path, dtype):
    tensors = weights.read(file).tensors
    key = "skeleton_encoder.convs.1.conv.weight"
    tensors[key] = tensors[key].to(dtype)
    with pytest.raises(InputError, match=f"{key} as .*no kind for weights"):
        weights.fill(small_nted(0), tensors, "w.safetensors")


def test_numbers_beyond_float32_are_not_finite(file):
    tensors = weights.read(file).tensors
    key = "skeleton_encoder.convs.1.conv.weight"
    tensors[key] = torch.full_like(tensors[key], 1e300, dtype=torch.float64)
    with pytest.raises(InputError, match=f"not finite, first in {key}"):
        weights.fill(small_nted(0), tensors, "w.safetensors")


def test_a_header_larger_than_any_is_not_read(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", 2**40) + b"{" * 100)
    with pytest.raises(InputError, match="cut off, damaged"):
        weights.read(path)
    with pytest.raises(InputError, match="too long"):
        weights.read(tmp_path / ("w" * 300))
    with pytest.raises(InputError, match="is a folder"):
        weights.read(tmp_path)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_checkpoint_that_is_offered_as_weights_names_the_command(tmp_path, zipped):
    path = tmp_path / "epoch_00200.pt"
    torch.save({"net_G": {"a": torch.zeros(2)}}, path, _use_new_zipfile_serialization=zipped)
    said = r"^epoch_00200.pt is a checkpoint of torch: `poseloom import-weights"
    with pytest.raises(InputError, match=said):
        weights.read(path)


def test_a_checkpoint_under_another_name_is_to_be_called_by_its_own(tmp_path):
    """Renamed, as who is asked for a .safetensors does: torch does not read it so, and the command that is
    named must not name it again."""
    path = tmp_path / "epoch.safetensors"
    torch.save({"a": torch.arange(3.0)}, path)
    with pytest.raises(InputError, match="call it epoch.pt, and `poseloom import-weights epoch.pt --output"):
        weights.read(path)
    assert weights.read_any(path.rename(tmp_path / "epoch.pt"))["a"].tolist() == [0, 1, 2]
