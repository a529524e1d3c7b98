"""A picture composed: what is left out of it for speed would not be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from flat_scene import SHIRT, SIZE, classes, no_arms, seen
from small_networks import small_nted
from standing import STANDING

from engine.compositing import compose as composing
from engine.compositing.compose import Composition, compose, encode_reference
from engine.contract import ReferenceInput
from engine.models.nted.adapter import NtedModel
from engine.pictures import to_tensor
from engine.plan import make_plan

PERSON = slice(37, 101), slice(33, 71)  # ends beside whole steps


@torch.inference_mode()
def composed(whole: bool, monkeypatch: pytest.MonkeyPatch) -> Composition:
    """whole: whether detail is looked for all over the picture."""
    network = small_nted(8)
    network.detail.out.weight.normal_()
    model = NtedModel(network, make_plan("cpu"))
    surface = seen(classes((SHIRT, PERSON)))
    picture = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(1)) * 2 - 1
    fine_HWC = np.random.default_rng(1).integers(0, 256, (4 * SIZE[0], 4 * SIZE[1], 3), np.uint8)
    reference = encode_reference(
        model, ReferenceInput(picture, STANDING, surface, no_arms(surface)), fine_HWC
    )
    rendering = model.render(reference.appearance, STANDING)
    size = rendering.surface_1Khw.shape[-2:]
    rendering = replace(rendering, surface_1Khw=F.interpolate(surface, size, mode="area"))
    if whole:
        monkeypatch.setattr(composing, "window_of", lambda *given: (slice(0, SIZE[0]), slice(0, SIZE[1])))
    # The layer of the photo would hide what is copied.
    monkeypatch.setattr(composing, "over", lambda image, layer: image)
    return compose(model, rendering, STANDING, [reference], finely=True)


def test_detail_is_copied_wherever_the_person_is_seen(monkeypatch):
    made, textbook = composed(False, monkeypatch), composed(True, monkeypatch)
    assert (made.copied.share == 0).any() and (textbook.copied.share > 0).all()
    torch.testing.assert_close(made.image_1CHW, textbook.image_1CHW, atol=1e-4, rtol=0)
    torch.testing.assert_close(made.fine_1CHW, textbook.fine_1CHW, atol=1e-4, rtol=0)


@torch.inference_mode()
def test_fine_pictures_are_composed_by_fine_mattes_whatever_their_size():
    """Of people mixed of photos of several sizes, each has the first one's."""
    model, references = NtedModel(small_nted(8), make_plan("cpu")), []
    surface = seen(classes((SHIRT, PERSON)))
    for seed, times in ((1, 4), (2, 2)):
        generator = np.random.default_rng(seed)
        fine_HWC = generator.integers(0, 256, (times * SIZE[0], times * SIZE[1], 3), np.uint8)
        picture = to_tensor(fine_HWC, torch.device("cpu"))
        picture = F.interpolate(picture, SIZE, mode="area")
        given = ReferenceInput(picture, STANDING, surface, no_arms(surface))
        references.append(encode_reference(model, given, fine_HWC))
    rendering = replace(model.render(references[0].appearance, STANDING), shares=(0.5,))
    made = compose(model, rendering, STANDING, references, finely=True)
    assert made.fine_1CHW is not None and made.fine_1CHW.shape[-2:] == (4 * SIZE[0], 4 * SIZE[1])
    first = references[0].mattes
    assert first is not None
    one = replace(references[0], mattes=first._replace(behind=torch.full_like(first.behind, 255)))
    other = compose(model, rendering, STANDING, [one, references[1]], finely=True)
    assert torch.equal(other.image_1CHW, made.image_1CHW)
    source, own = composing._finer(one, (2 * SIZE[0], 2 * SIZE[1]))
    assert own is not None and own.limbs.shape[-2:] == source.photo.shape[-2:] == (2 * SIZE[0], 2 * SIZE[1])
    assert source.photo[:, -1].min() == 1 and own.limbs.max() <= 1
