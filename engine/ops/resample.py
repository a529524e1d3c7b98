"""The 4x4 low-pass filter [1, 3, 3, 1] and the resampling built on it (NTED spec section 1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.cv import cv2
from engine.ops.modules import TwoForms


def blur_kernel(gain: float = 1.0) -> Tensor:
    """outer([1,3,3,1], [1,3,3,1]) / 64 times `gain`; [4, 4], sums to `gain`."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return torch.outer(taps, taps) * (gain / 64.0)


def blur_textbook(x_BCHW: Tensor, kernel: Tensor, pad: tuple[int, int]) -> Tensor:
    """Zero-pad both axes by (before, after), then correlate every channel with `kernel` (symmetric, so also
    convolve).

    The form that says what is computed: one plane at a time through a one-channel convolution.
    """
    b, c, h, w = x_BCHW.shape
    padded = F.pad(x_BCHW, (pad[0], pad[1], pad[0], pad[1]))
    out = F.conv2d(padded.reshape(b * c, 1, h + sum(pad), w + sum(pad)), kernel[None, None])
    return out.reshape(b, c, *out.shape[-2:])


def blur_depthwise(x_BCHW: Tensor, kernel: Tensor, pad: tuple[int, int]) -> Tensor:
    """`blur_textbook` as one grouped convolution: keeps channels_last layouts, no copies."""
    c = x_BCHW.shape[1]
    weight = kernel.to(x_BCHW.dtype).expand(c, 1, *kernel.shape)
    if pad[0] == pad[1]:
        return F.conv2d(x_BCHW, weight, padding=pad[0], groups=c)
    return F.conv2d(F.pad(x_BCHW, (pad[0], pad[1], pad[0], pad[1])), weight, groups=c)


def upsample_textbook(x_BCHW: Tensor, kernel: Tensor) -> Tensor:
    """Twice the size: a zero after every sample, padding (2, 1), then the kernel (sum 4). h -> 2h."""
    b, c, h, w = x_BCHW.shape
    spread = x_BCHW.new_zeros(b, c, h, 2, w, 2)
    spread[:, :, :, 0, :, 0] = x_BCHW
    return blur_textbook(spread.reshape(b, c, 2 * h, 2 * w), kernel, (2, 1))


def upsample_transposed(x_BCHW: Tensor, kernel: Tensor) -> Tensor:
    """`upsample_textbook` as one depthwise transposed convolution of stride 2 and padding 1."""
    c = x_BCHW.shape[1]
    weight = kernel.to(x_BCHW.dtype).expand(c, 1, *kernel.shape)
    return F.conv_transpose2d(x_BCHW, weight, stride=2, padding=1, groups=c)


def window_mean(x_BCHW: Tensor, side: int, stride: int = 1) -> Tensor:
    """Mean over windows of odd `side` around every `stride`-th position, of what lies in the picture.

    Rows and columns one after the other.
    """
    half = side // 2
    rows_BChW = F.avg_pool2d(x_BCHW, (side, 1), (stride, 1), (half, 0), count_include_pad=False)
    return F.avg_pool2d(rows_BChW, (1, side), (1, stride), (0, half), count_include_pad=False)


def running_mean(x_BCHW: Tensor, side: int) -> Tensor:
    """`window_mean` with steps of one, from running sums in float32: as quick for a wide window as for a
    narrow one.

    Sums run over a single row or column of n cells: rounding stays below n 1e-7 of the largest value, and a
    mean of nothing may be as much beside 0. On the CPU OpenCV makes them, in half the time or less.
    """
    half = side // 2
    if x_BCHW.device.type == "cpu" and not x_BCHW.requires_grad:
        return _window_sums(x_BCHW, side).div_(_counts(x_BCHW.shape[-2:], half, x_BCHW.device))
    for axis in (2, 3):
        length = x_BCHW.shape[axis]
        border = (0, 0, half + 1, half) if axis == 2 else (half + 1, half)
        sums_BCHW = F.pad(x_BCHW, border).cumsum(axis, dtype=torch.float32)
        x_BCHW = sums_BCHW.narrow(axis, side, length) - sums_BCHW.narrow(axis, 0, length)
    return x_BCHW / _counts(x_BCHW.shape[-2:], half, x_BCHW.device)


def _window_sums(x_BCHW: Tensor, side: int) -> Tensor:
    """Sums over windows of what lies in the picture, float32, a plane at a time."""
    planes_NHW = x_BCHW.float().flatten(0, 1).contiguous()
    sums_NHW = torch.empty_like(planes_NHW)
    for plane_HW, into_HW in zip(planes_NHW.numpy(), sums_NHW.numpy(), strict=True):
        cv2.boxFilter(plane_HW, -1, (side, side), into_HW, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return sums_NHW.view(x_BCHW.shape)


@lru_cache(maxsize=64)
def _counts(size: torch.Size, half: int, device: torch.device) -> Tensor:
    """How many cells of a window lie in the picture, [H, W]."""
    with torch.inference_mode(False):  # it is kept, for whoever asks
        lines = [torch.arange(length, device=device) for length in size]
        ends = [
            (line + half).clamp(max=length - 1) - (line - half).clamp_min(0) + 1
            for line, length in zip(lines, size, strict=True)
        ]
        return ends[0][:, None] * ends[1]


def enlarged(x_BChw: Tensor, size: tuple[int, int]) -> Tensor:
    """In more rows and columns, bilinear, float32. On the CPU OpenCV makes it, in a third of the time or
    less."""
    if x_BChw.device.type != "cpu" or x_BChw.requires_grad:
        return F.interpolate(x_BChw.float(), size, mode="bilinear")
    planes_Nhw = x_BChw.float().flatten(0, 1).contiguous()
    large_NHW = planes_Nhw.new_empty(len(planes_Nhw), *size)
    for plane_hw, into_HW in zip(planes_Nhw.numpy(), large_NHW.numpy(), strict=True):
        cv2.resize(plane_hw, (size[1], size[0]), into_HW, interpolation=cv2.INTER_LINEAR)
    return large_NHW.view(*x_BChw.shape[:2], *size)


def shrunk_textbook(x_BCHW: Tensor, size: Sequence[int]) -> Tensor:
    """In fewer rows and columns, each the mean of those it takes the place of."""
    return F.interpolate(x_BCHW, tuple(size), mode="area")


def shrunk(x_BCHW: Tensor, size: Sequence[int]) -> Tensor:
    """`shrunk_textbook`, in a fifth of the time where so many whole rows and columns become one."""
    (height, width), (rows, columns) = x_BCHW.shape[-2:], size
    if height % rows or width % columns:
        return shrunk_textbook(x_BCHW, size)
    if (height, width) == (rows, columns):
        return x_BCHW
    return F.avg_pool2d(x_BCHW, (height // rows, width // columns))


def resized(x_BCHW: Tensor, size: tuple[int, int]) -> Tensor:
    """`shrunk` where there are more rows than wanted, else `enlarged`: nothing of a finer one is skipped."""
    return shrunk(x_BCHW, size) if x_BCHW.shape[-2] >= size[0] else enlarged(x_BCHW, size)


class Blur(TwoForms):
    """Low-pass filter over every channel; `kernel` is a buffer so that it travels under its official key."""

    kernel: Tensor

    def __init__(self, pad: tuple[int, int], gain: float = 1.0):
        super().__init__()
        self.register_buffer("kernel", blur_kernel(gain))
        self.pad = pad

    def forward(self, x_BCHW: Tensor) -> Tensor:
        form = blur_textbook if self.textbook else blur_depthwise
        return form(x_BCHW, self.kernel, self.pad)


class Upsample(TwoForms):
    """Twice the size by zero insertion and low-pass filter."""

    kernel: Tensor

    def __init__(self):
        super().__init__()
        self.register_buffer("kernel", blur_kernel(4.0))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        form = upsample_textbook if self.textbook else upsample_transposed
        return form(x_BCHW, self.kernel)
