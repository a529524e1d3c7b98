"""Each fast operator against its textbook form."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ops import attention, equalized, resample
from engine.ops.resample import enlarged, resized, running_mean, shrunk, shrunk_textbook, window_mean

SIZES = st.integers(2, 9)


@settings(deadline=None, max_examples=40)
@given(b=st.integers(1, 3), c=SIZES, k=SIZES, h=SIZES, w=SIZES, kernel=st.sampled_from([1, 3]))
def test_pooling_before_the_value_convolution_changes_nothing(b, c, k, h, w, kernel):
    generator = torch.Generator().manual_seed(b * 1000 + c * 100 + k * 10 + h)
    feature, logits, weight, bias = (
        torch.randn(*shape, generator=generator, dtype=torch.float64)
        for shape in ((b, c, h, w), (b, k, h, w), (c, c, kernel, kernel), (c,))
    )
    maps = attention.extraction_attention(logits)
    assert torch.allclose(maps.flatten(2).sum(-1), torch.ones((), dtype=torch.float64))
    assert torch.allclose(
        attention.extract(feature, maps, weight, bias),
        attention.extract_textbook(feature, maps, weight, bias),
    )


@settings(deadline=None, max_examples=40)
@given(b=st.integers(1, 3), c=SIZES, k=SIZES, h=SIZES, w=SIZES)
def test_distribution_as_a_convolution_changes_nothing(b, c, k, h, w):
    maps = attention.distribution_attention(torch.randn(b, k, h, w, dtype=torch.float64))
    texture = torch.randn(b, c, k, dtype=torch.float64)
    assert torch.allclose(attention.distribute(maps, texture), attention.distribute_textbook(maps, texture))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_softmax_over_textures_that_lie_side_by_side_changes_nothing(layout):
    logits = torch.randn(2, 7, 5, 4).contiguous(memory_format=layout)
    assert torch.allclose(
        attention.distribution_attention_last(logits), attention.distribution_attention(logits), atol=1e-6
    )


@pytest.mark.parametrize("pad", [(2, 2), (1, 1), (2, 1)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_depthwise_blur_equals_plane_by_plane(pad, layout):
    x = torch.randn(2, 5, 9, 6).contiguous(memory_format=layout)
    kernel = resample.blur_kernel(4.0)
    assert torch.allclose(
        resample.blur_depthwise(x, kernel, pad), resample.blur_textbook(x, kernel, pad), atol=1e-6
    )


def test_transposed_upsampling_equals_zero_insertion():
    x = torch.randn(2, 3, 5, 4)
    kernel = resample.blur_kernel(4.0)
    assert torch.allclose(
        resample.upsample_transposed(x, kernel), resample.upsample_textbook(x, kernel), atol=1e-6
    )


def test_upsampling_keeps_a_constant_away_from_the_border():
    up = resample.upsample_textbook(torch.ones(1, 1, 6, 6), resample.blur_kernel(4.0))
    assert torch.allclose(up[..., 2:-2, 2:-2], torch.ones(()))


def test_transposed_convolution_scatters_the_unflipped_weight():
    layer = equalized.EqualConvTranspose2d(2, 3)
    x = torch.zeros(1, 2, 1, 1)
    x[0, 1] = 1.0
    assert torch.allclose(layer(x)[0], layer.weight[:, 1] * layer.scale)


def test_features_are_centred_and_of_unit_length_and_constants_do_not_divide_by_zero():
    x = torch.randn(1, 6, 3, 3)
    x[..., 0, 0] = 2.5
    for dtype in (torch.float32, torch.bfloat16):
        n = attention.normalise_features(x.to(dtype)).float()
        assert torch.allclose(n.sum(1), torch.zeros(()), atol=3e-2)
        assert not n[..., 0, 0].any()
        assert torch.allclose(n.norm(dim=1)[..., 1:, :], torch.ones(()), atol=2e-2)


def test_attention_filters_see_shifted_neighbours():
    feature = torch.arange(9.0).view(1, 1, 3, 3)
    centre = torch.zeros(1, 1, 3, 3)
    centre[0, 0, 1, 1] = 1.0
    weight = torch.zeros(1, 1, 3, 3)
    weight[0, 0, 0, 2] = 1.0  # the neighbour above right
    assert attention.extract(feature, centre, weight, torch.zeros(1)).item() == 2.0
    assert F.conv2d(feature, weight, padding=1)[0, 0, 1, 1] == 2.0


@pytest.mark.parametrize("side, stride", [(3, 1), (9, 1), (15, 4)])
def test_the_mean_over_windows_is_that_of_the_square(side, stride):
    x_BCHW = torch.rand(2, 3, 20, 13, generator=torch.Generator().manual_seed(0))
    square = F.avg_pool2d(x_BCHW, side, stride, side // 2, count_include_pad=False)
    torch.testing.assert_close(window_mean(x_BCHW, side, stride), square)


@pytest.mark.parametrize("size", [(40, 26), (60, 39), (80, 100), (20, 13)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_picture_is_enlarged_as_torch_does_it(size, dtype):
    x_BChw = torch.rand(2, 3, 20, 13, generator=torch.Generator().manual_seed(0)).to(dtype)
    textbook_BCHW = F.interpolate(x_BChw.float(), size, mode="bilinear")
    torch.testing.assert_close(enlarged(x_BChw, size), textbook_BCHW, atol=5e-6, rtol=0)
    with_gradient = enlarged(x_BChw.float().requires_grad_(), size)
    torch.testing.assert_close(with_gradient, textbook_BCHW)
    assert with_gradient.requires_grad


@pytest.mark.parametrize("side", [3, 9, 41])
def test_the_mean_from_running_sums_is_the_mean_over_windows(side):
    for size in ((20, 13), (256, 176)):
        x_BCHW = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
        torch.testing.assert_close(running_mean(x_BCHW, side), window_mean(x_BCHW, side), atol=2e-5, rtol=0)
        half = x_BCHW.half()
        torch.testing.assert_close(
            running_mean(half, side), window_mean(half.float(), side), atol=2e-5, rtol=0
        )


@pytest.mark.parametrize("size", [(12, 8), (6, 8), (4, 2), (12, 3), (5, 8), (7, 3)])
def test_shrinking_by_whole_numbers_and_by_others_is_the_mean_of_what_is_taken_together(size):
    x_BCHW = torch.rand(2, 3, 12, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(shrunk(x_BCHW, size), shrunk_textbook(x_BCHW, size), atol=1e-6, rtol=0)


def test_a_finer_picture_is_averaged_to_a_size_and_a_coarser_one_enlarged():
    lines_11HW = torch.tensor([[0.0, 1.0] * 6]).expand(1, 1, 12, 12)
    torch.testing.assert_close(resized(lines_11HW, (6, 6)), torch.full((1, 1, 6, 6), 0.5))
    torch.testing.assert_close(resized(lines_11HW, (24, 24)), enlarged(lines_11HW, (24, 24)))
