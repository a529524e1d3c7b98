"""The inference form of PISE against the network it was built from."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from small_networks import OUR_PISE, PAPERS_PISE, SIZE, small_pise
from torch import nn

from engine.models.pise import Pise, SourceImage, hardened, one_hot
from engine.models.pise.inference import InferencePise

CPU = torch.device("cpu")
CONFIGS = {"paper's": PAPERS_PISE, "ours": OUR_PISE, "ours, by picture": replace(OUR_PISE, norm="instance")}


@pytest.fixture(scope="module", params=CONFIGS)
def network(request) -> Pise:
    made = small_pise(CONFIGS[request.param])
    for parameter in made.parameters():
        if parameter.dim() == 1:  # norms begin as no change at all
            parameter.add_(torch.randn_like(parameter) / 4)
    return made


def source(seed: int) -> SourceImage:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 8, (1, 8, 6), generator=generator)
    labels = labels.repeat_interleave(16, 1).repeat_interleave(16, 2)
    picture = torch.rand(1, 3, *SIZE, generator=generator) * 2 - 1
    return SourceImage(picture, one_hot(labels), torch.rand(1, 18, *SIZE, generator=generator))


@torch.inference_mode()
def test_it_is_the_networks_function(network):
    form = InferencePise(network, CPU)
    heat = source(9).heat_BJHW
    for seed in (1, 2):
        own = form.encode(source(seed))
        parsing = form.parsing(own, heat)
        out = network(source(seed), heat)
        assert torch.allclose(own.style.codes_BRC, out.style.codes_BRC, atol=1e-5)
        assert torch.equal(own.style.exist_BR, out.style.exist_BR)
        assert torch.allclose(parsing, out.generated_BRHW, atol=1e-4)
        assert parsing.std() > 0.01
        feature = form.feature(own, out.parsing_BRHW, heat, form.kernels(own.style))
        assert torch.allclose(feature, out.feature_BChw, atol=1e-3)
        x, _, _ = form.network.spatially(out.feature_BChw, own.seen)
        image = form.network.picture(x, hardened(out.generated_BRHW), own.style)
        assert torch.allclose(image, out.image_BCHW, atol=1e-3)


def test_the_network_stays_as_it_was(network):
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    kinds = [type(module) for module in network.modules()]
    InferencePise(network, CPU)
    assert [type(module) for module in network.modules()] == kinds
    assert all(torch.equal(tensor, before[key]) for key, tensor in network.state_dict().items())


def test_no_batch_norm_follows_a_convolution():
    """Those that are left stand before one: what they normalise has another reader, or is an input."""
    form = InferencePise(small_pise(OUR_PISE), CPU)
    for chain in [module for module in form.network.modules() if isinstance(module, nn.Sequential)]:
        for first, second in zip(chain, list(chain)[1:], strict=False):
            assert not (isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d))
    assert any(isinstance(module, nn.Identity) for module in form.network.modules())


@torch.inference_mode()
def test_a_pose_asks_nothing_of_the_reference_but_what_was_kept():
    """The parts that are kept are all that a generator's first convolution has of the reference."""
    form = InferencePise(small_pise(OUR_PISE), CPU)
    one, two = (form.encode(source(seed)) for seed in (1, 2))
    heat = source(9).heat_BJHW
    assert torch.equal(
        form.parsing(one._replace(parsing_part=two.parsing_part), heat), form.parsing(two, heat)
    )
    parsing, kernels = one_hot(torch.zeros(1, *SIZE, dtype=torch.long)), form.kernels(one.style)
    swapped = form.feature(one._replace(target_part=two.target_part), parsing, heat, kernels)
    assert torch.equal(swapped, form.feature(two, parsing, heat, kernels))
