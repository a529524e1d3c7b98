"""Settling: an appearance is improved until the engine draws the photo in the photo's own pose.

An engine that never saw a person like this one makes a mannequin of them. What it keeps of the photo can be
moved while its weights stay, as codes are fitted to photos in GAN inversion (Abdal et al., Image2StyleGAN,
2019): some steps of Adam (Kingma and Ba 2015) on the appearance alone, down the difference between the photo
and its own-pose rendering. Other poses are drawn from the same appearance, and get nearer too. A dozen steps
bring most of it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.contract import Appearance, PoseTransferModel, ReferenceInput
from engine.regions import REGIONS

STEPS = 24  # after which a reference counts as settled

_RATE = 0.1  # of a value's scale, the length of Adam's step
_BETAS = 0.9, 0.99
_SCALES = 4  # of the pictures that are compared: as they are, halved, ...
_AROUND = 0.2  # weight of what is not the person
_MARGIN = 3  # px that the person's weight goes beyond their outline


class Settling:
    """The work on one reference; steps are made one at a time, so that it can wait for something more urgent.

    reference: as given. steps: how many were made. loss: the difference before the last of them, of pictures
    in [-1, 1].
    """

    def __init__(self, model: PoseTransferModel, appearance: Appearance, reference: ReferenceInput):
        """reference: as its engine saw it, with its surface map and pose. Raises ValueError for an engine
        without the capability, or a reference whose pose is not known."""
        if not model.capabilities.settle or reference.keypoints_18x3 is None:
            raise ValueError("only an engine that can settle a reference in its own pose does")
        self.reference, self.steps, self.loss = reference, 0, float("nan")
        with torch.inference_mode(False), torch.no_grad():  # what inference made has no gradients: copies
            self._photo_1CHW = reference.picture_1CHW.clone()
            self._weight_11HW = _weights(reference)
            self._loose = model.loosen(appearance, reference.keypoints_18x3)
            self._means = [torch.zeros_like(each) for each in self._loose.values]
            self._squares = [torch.zeros_like(each) for each in self._loose.values]

    def step(self) -> None:
        """One step of Adam, every value by its own scale."""
        with torch.inference_mode(False), torch.enable_grad():
            loss = difference(self._loose.draw(), self._photo_1CHW, self._weight_11HW)
            gradients = torch.autograd.grad(loss, self._loose.values)
        self.steps, self.loss = self.steps + 1, float(loss.detach())
        first, second = (1.0 - beta**self.steps for beta in _BETAS)
        with torch.inference_mode(False), torch.no_grad():
            for value, gradient, scale, mean, square in zip(
                self._loose.values, gradients, self._loose.scales, self._means, self._squares, strict=True
            ):
                mean.lerp_(gradient, 1.0 - _BETAS[0])
                square.lerp_(gradient.square(), 1.0 - _BETAS[1])
                value.sub_(_RATE * scale * (mean / first) / ((square / second).sqrt() + 1e-12))

    def appearance(self) -> Appearance:
        """As it stands now; a later step does not change it."""
        return self._loose.appearance()


def difference(image_BCHW: Tensor, photo_BCHW: Tensor, weight_B1HW: Tensor) -> Tensor:
    """Mean absolute difference at several scales, each the weighted mean over its pixels."""
    total = image_BCHW.new_zeros(())
    for scale in range(_SCALES):
        if scale:
            image_BCHW, photo_BCHW, weight_B1HW = (
                F.avg_pool2d(each, 2) for each in (image_BCHW, photo_BCHW, weight_B1HW)
            )
        channels = image_BCHW.shape[1]
        total = total + ((image_BCHW - photo_BCHW).abs() * weight_B1HW).sum() / (channels * weight_B1HW.sum())
    return total / _SCALES


def _weights(reference: ReferenceInput) -> Tensor:
    """[1, 1, H, W]: 1 on the person and a little around, less elsewhere."""
    size = reference.picture_1CHW.shape[-2:]
    if reference.surface_1Khw is None:
        return torch.ones(1, 1, *size, device=reference.picture_1CHW.device)
    logits_1Rhw = reference.surface_1Khw[:, : len(REGIONS)].clone()
    person_1HW = F.interpolate(logits_1Rhw, size, mode="bilinear").argmax(1) > 0
    person_11HW = F.max_pool2d(person_1HW[:, None].float(), 2 * _MARGIN + 1, 1, _MARGIN)
    return _AROUND + (1.0 - _AROUND) * person_11HW
