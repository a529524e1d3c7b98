"""The inference form's building blocks against plain operators."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ops import fused
from engine.ops.winograd import WinogradConv

ONEDNN = pytest.mark.parametrize("onednn", [False, True] if fused.ONEDNN else [False])


def last(*shape: int) -> torch.Tensor:
    return torch.randn(*shape).contiguous(memory_format=torch.channels_last)


@ONEDNN
@pytest.mark.parametrize(
    ("weight", "options"),
    [
        ((6, 5, 3, 3), {"padding": 1}),
        ((6, 5, 3, 3), {"stride": 2}),
        ((5, 1, 4, 4), {"padding": 2, "groups": 5}),
        ((5, 6, 3, 3), {"stride": 2, "transposed": True}),
    ],
)
@pytest.mark.parametrize("activated", [False, True])
@torch.inference_mode()
def test_convolution_with_bias_and_activation(monkeypatch, onednn, weight, options, activated):
    monkeypatch.setattr(fused, "ONEDNN", onednn)
    transposed = options.get("transposed", False)
    w, b = torch.randn(weight), torch.randn(weight[1] if transposed else weight[0])
    layer = fused.FusedConv(w, b, activated=activated, **options)
    plain = {key: value for key, value in options.items() if key != "transposed"}
    for x in (last(1, 5, 9, 7), last(2, 5, 6, 8)):
        expected = (F.conv_transpose2d if transposed else F.conv2d)(x, w, b, **plain)
        expected = F.leaky_relu(expected, 0.2) if activated else expected
        result = layer(x)
        assert torch.allclose(result, expected, atol=1e-5)
        assert result.is_contiguous(memory_format=torch.channels_last)


@ONEDNN
@torch.inference_mode()
def test_matrix_product_of_views_and_mixture_in_place(monkeypatch, onednn):
    monkeypatch.setattr(fused, "ONEDNN", onednn)
    a, b = torch.randn(4, 6), torch.randn(6, 5)
    assert torch.allclose(fused.matmul_nt(a, b.t()), a @ b, atol=1e-5)
    y, attention, texture = last(1, 7, 3, 4), last(1, 5, 3, 4).softmax(1), torch.randn(7, 5)
    expected = y + torch.einsum("bkhw,ck->bchw", attention, texture)
    fused.add_mixture_(y, attention, texture)
    assert torch.allclose(y, expected, atol=1e-5)


@settings(deadline=None, max_examples=25)
@given(cin=st.integers(2, 20), cout=st.integers(2, 20), height=st.integers(2, 17), width=st.integers(2, 17))
@torch.inference_mode()
def test_winograd_is_the_same_convolution(cin, cout, height, width):
    x, weight, bias = last(1, cin, height, width), torch.randn(cout, cin, 3, 3) / cin**0.5, torch.randn(cout)
    result = WinogradConv(weight, bias)(x)
    expected = F.conv2d(x, weight, bias, padding=1)
    assert float((result - expected).abs().max()) < 1e-3
    activated = WinogradConv(weight, bias, activated=True)(x)
    assert float((activated - F.leaky_relu(expected, 0.2)).abs().max()) < 1e-3
    assert result.is_contiguous(memory_format=torch.channels_last) and result.stride(0) == result.numel()


@torch.inference_mode()
def test_winograd_in_strips(monkeypatch):
    monkeypatch.setattr("engine.ops.winograd.STRIP_FLOATS", 36 * 4 * 5 * 2)  # two rows of tiles at a time
    x, weight = last(1, 5, 27, 15), torch.randn(3, 5, 3, 3)
    assert float((WinogradConv(weight)(x) - F.conv2d(x, weight, padding=1)).abs().max()) < 1e-3
