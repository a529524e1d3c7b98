"""Neural texture extraction and distribution (NTED Eq. 1 to 6), each in its textbook and its fast form.

B batch, C channels, K neural textures, h w rows and columns of the layer, N = h w positions.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def normalise_features(feature_BChw: Tensor) -> Tensor:
    """Per position: subtract the mean over channels, divide by the L2 norm over channels (taken in float32 or
    better).
    """
    centred = feature_BChw - feature_BChw.mean(1, keepdim=True)
    precise = torch.promote_types(centred.dtype, torch.float32)
    norm = torch.linalg.vector_norm(centred, dim=1, keepdim=True, dtype=precise)
    # Keeps a constant region from being 0/0 (the official code adds 2e-16, nothing in half precision).
    return centred / norm.clamp_min(torch.finfo(centred.dtype).tiny).to(centred.dtype)


def extraction_attention(logits_BKhw: Tensor) -> Tensor:
    """C̄e: softmax over the positions of each texture's filter response (Eq. 2). [B, K, h, w], float32 or
    better.
    """
    precise = torch.promote_types(logits_BKhw.dtype, torch.float32)
    return logits_BKhw.flatten(2).softmax(-1, dtype=precise).view(logits_BKhw.shape)


def extract_textbook(feature_BChw: Tensor, attention_BKhw: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Neural textures T_BCK = sum over positions of C̄e times the value convolution of the features (Eq. 3).

    weight [C, C, k, k] and bias [C] of the value convolution, scale already in; zero padding k // 2.
    """
    values_BChw = F.conv2d(feature_BChw, weight, bias, padding=weight.shape[-1] // 2)
    return torch.einsum(
        "bkn,bcn->bck", attention_BKhw.flatten(2).to(values_BChw.dtype), values_BChw.flatten(2)
    )


def extract(feature_BChw: Tensor, attention_BKhw: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """`extract_textbook` (Eq. 3) with the sum over positions first: the convolution then acts on K columns
    instead of N.

    Both are linear and the attention sums to 1, so T = bias + sum over taps of W_tap (pooled shifted
    features).
    """
    k = weight.shape[-1]
    height, width = feature_BChw.shape[-2:]
    attention_BKN = attention_BKhw.flatten(2).to(feature_BChw.dtype)
    padded = F.pad(feature_BChw, (k // 2,) * 4) if k > 1 else feature_BChw
    texture_BCK = bias.view(1, -1, 1)
    for row in range(k):
        for column in range(k):
            shifted_BCN = padded[:, :, row : row + height, column : column + width].flatten(2)
            pooled_BCK = shifted_BCN @ attention_BKN.transpose(1, 2)
            texture_BCK = texture_BCK + weight[:, :, row, column] @ pooled_BCK
    return texture_BCK


def distribution_attention(logits_BKhw: Tensor) -> Tensor:
    """C̄d: softmax over the textures at every position (Eq. 5). Same dtype [B, K, h, w]."""
    return logits_BKhw.softmax(1)


def distribution_attention_last(logits_BKhw: Tensor) -> Tensor:
    """`distribution_attention` (Eq. 5) of logits whose textures lie side by side in memory, as convolutions
    that work channels last leave them; the answer lies so too."""
    return logits_BKhw.permute(0, 2, 3, 1).softmax(-1).permute(0, 3, 1, 2)


def distribute_textbook(attention_BKhw: Tensor, texture_BCK: Tensor) -> Tensor:
    """Every position's mixture of textures: sum over K of C̄d times T (Eq. 6). [B, C, h, w]."""
    return torch.einsum("bkhw,bck->bchw", attention_BKhw, texture_BCK)


def distribute(attention_BKhw: Tensor, texture_BCK: Tensor) -> Tensor:
    """`distribute_textbook` (Eq. 6) as a 1x1 convolution (one picture) or one matrix product in the layout
    that is there.
    """
    if attention_BKhw.shape[0] == 1:
        return F.conv2d(attention_BKhw, texture_BCK[0, :, :, None, None])
    b, _, h, w = attention_BKhw.shape
    mixed_BNC = attention_BKhw.flatten(2).transpose(1, 2) @ texture_BCK.transpose(1, 2)
    return mixed_BNC.transpose(1, 2).reshape(b, -1, h, w)
