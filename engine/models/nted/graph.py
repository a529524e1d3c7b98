"""The drag step as a CUDA graph: some hundred small kernels started at once instead of one by one."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.models.nted.forms import NtedForm
from engine.models.nted.network import Drawing


class DragGraph:
    """Pose planes and textures -> rendering, recorded for one network, frame size and number of levels.

    Every call overwrites the result of the one before.
    """

    def __init__(self, network: NtedForm, planes_PHW: Tensor, textures: list[Tensor], levels: int | None):
        """planes and textures: of the first call, on the device; later ones must have the same shapes."""
        self._planes_PHW = planes_PHW.clone()
        self._textures = [texture.clone() for texture in textures]

        def step() -> Drawing:
            return network.render(network.pose_feature(self._planes_PHW), self._textures, levels)

        aside = torch.cuda.Stream(
            planes_PHW.device
        )  # libraries set themselves up in the first steps, not recorded
        aside.wait_stream(torch.cuda.current_stream(planes_PHW.device))
        with torch.cuda.stream(aside):
            for _ in range(3):
                step()
        torch.cuda.current_stream(planes_PHW.device).wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._rendering = step()

    def __call__(self, planes_PHW: Tensor, textures: list[Tensor]) -> Drawing:
        self._planes_PHW.copy_(planes_PHW)
        for mine, texture in zip(self._textures, textures, strict=True):
            mine.copy_(texture)
        self._graph.replay()
        return self._rendering
