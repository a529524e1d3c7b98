"""What `bench` times of NTED: the network in the box, one of the official size, and their arithmetic."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

from engine import weights
from engine.models import parser
from engine.models.nted.adapter import NtedModel
from engine.models.nted.config import default_256, official_256, official_512
from engine.models.nted.detail import SEEN
from engine.models.nted.network import Nted
from engine.models.nted.textbook import TextbookNted
from engine.models.nted.weights import from_file, load, save
from engine.ops.modules import in_textbook_form
from engine.paths import DEFAULT_WEIGHTS
from engine.plan import Plan
from engine.pose.planes import PLANES


def networks(official: str = "256", path: str | None = None) -> dict[str, Nted]:
    """ "default" and "official": the size of the second, its weights or None for random ones."""
    default = load(DEFAULT_WEIGHTS) if DEFAULT_WEIGHTS.is_file() else Nted(default_256()).eval()
    if path:
        return {"default": default, "official": from_file(weights.read(path))}
    torch.manual_seed(0)
    config = official_256() if official == "256" else official_512()
    return {"default": default, "official": Nted(config).eval().requires_grad_(False)}


def open_forms(network: Nted, plan: Plan) -> tuple[NtedModel, NtedModel]:
    """The network as a session runs it, and in its textbook form."""
    return NtedModel(network, plan), NtedModel(network, plan, form=TextbookNted)


def keep(path: str, network: Nted) -> None:
    """Write it to a file that a session opens."""
    save(path, network)


def gmacs(network: Nted, size: tuple[int, int]) -> dict[str, float]:
    """Giga multiply-accumulates: "full" in the textbook's way, "encode" in ours, "skeleton", "render
    <levels>" without detail, "detail", and of whole frames "drag" and "drag <rows>" of a preview. What makes
    an atlas of a reference depends on the photo and is not counted.
    """
    shadow = copy.deepcopy(network).to("meta")
    planes, picture = torch.empty(1, PLANES, *size, device="meta"), torch.empty(1, 3, *size, device="meta")
    levels = len(network.config.levels)

    def count(function: Callable[..., object], *inputs: object) -> float:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            function(*inputs)
        return counter.get_total_flops() / 2e9

    detail, shadow.detail = shadow.detail, None
    with torch.no_grad():
        feature, (textures, _) = shadow.skeleton_encoder(planes), shadow.encode(picture)
        rendering = shadow.target_image_renderer(feature, textures)
    found = {
        "skeleton": count(shadow.skeleton_encoder, planes),
        "encode": count(shadow.encode, picture),
    }
    for number in range(1, 1 + levels):
        found[f"render {number}"] = count(shadow.target_image_renderer, feature, textures, number)
    found["detail"] = looks = surface = 0.0  # looks: at the reference, by parser and renderer
    if detail is not None:
        seen = torch.empty(1, SEEN, *size, device="meta")
        surface = count(detail.surface, rendering.features[-2])
        found["detail"] = surface + count(detail, rendering.features[-1], rendering.image_BCHW, seen)
        looks = count(parser.load(parser.SHIPPED).to("meta"), picture)
        looks += found["skeleton"] + found[f"render {levels - 1}"] + surface
        found["encode"] += looks
    found["full"] = count(in_textbook_form(shadow), picture, planes) + found["detail"] + looks
    found["drag"] = found["skeleton"] + found[f"render {levels}"] + found["detail"]
    for skipped in range(1, levels):
        rows = size[0] >> skipped
        found[f"drag {rows}"] = found["skeleton"] + found[f"render {levels - skipped}"]
    return found
