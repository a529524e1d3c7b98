"""A dressed person on the graphics card: the buffers of its parts, posed anew for every picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .card import TEXTURE_UNITS, CardPrograms
from .parts import PART_BLOCK, STATIC_ATTRIBUTES, Part
from .skeleton import Posed, Skeleton
from .skinning import skin_vertices

BLOCK_STRIDE = 512  # bytes between the blocks of two parts: a multiple of every card's alignment


class Model:
    """A dressed person on the graphics card. Release it when done."""

    def __init__(self, card: CardPrograms, parts: list[Part]):
        context = card.context
        meshes = [part.mesh for part in parts]
        starts = np.cumsum([0] + [len(mesh.static) for mesh in meshes[:-1]])
        self.parts = parts
        self.static = np.concatenate([mesh.static for mesh in meshes])
        self.bones = np.concatenate([mesh.skin.bones for mesh in meshes])
        self.weights = np.concatenate([mesh.skin.weights for mesh in meshes])
        self.posed = np.zeros((len(self.static), 6), np.float32)
        pieces = [
            triangles.ravel() + start
            for mesh, start in zip(meshes, starts, strict=True)
            for triangles in (mesh.triangles, mesh.coarse)
        ]
        indices = np.concatenate(pieces)
        counts = [piece.size for piece in pieces]
        ranges = list(zip(np.cumsum([0] + counts[:-1]).tolist(), counts, strict=True))
        self.ranges = {False: ranges[0::2], True: ranges[1::2]}  # by whether it is coarse
        self._static_buffer = context.buffer(self.static.tobytes())
        self._posed_buffer = context.buffer(reserve=self.posed.nbytes)
        self._indices = context.buffer(indices.astype(np.int32).tobytes())
        blocks = np.zeros((len(parts), BLOCK_STRIDE // 16, 4), np.float32)
        for block, part in zip(blocks, parts, strict=True):
            for name, values in part.values.items():
                block[list(PART_BLOCK).index(name), : len(values)] = values
        self.blocks = context.buffer(blocks.tobytes())
        self.arrays = {
            (i, shadow): self._vertex_array(context, card.program(part, shadow))
            for i, part in enumerate(parts)
            for shadow in (False, True)
            if part.casts_shadow or not shadow
        }
        self._own: list = []
        self.textures = []
        for part in parts:
            self.textures.append(
                {TEXTURE_UNITS[name]: self._texture(card, source) for name, source in part.textures.items()}
            )

    def _texture(self, card: CardPrograms, source: np.ndarray | Path):
        if isinstance(source, Path):
            return card.file_texture(source)
        self._own.append(card.texture(source))
        return self._own[-1]

    def _vertex_array(self, context, program):
        def layout(attributes: dict[str, int]) -> tuple:
            used = [name for name in attributes if name in program]
            text = " ".join(
                f"{width}f" if name in used else f"{4 * width}x" for name, width in attributes.items()
            )
            return text, *used

        buffers = [(self._posed_buffer, *layout({"position": 3, "normal": 3}))]
        static = layout(STATIC_ATTRIBUTES)
        if len(static) > 1:
            buffers.append((self._static_buffer, *static))
        return context.vertex_array(program, buffers, self._indices)

    def pose(self, posed: Posed, skeleton: Skeleton) -> None:
        """Move all vertices to a pose."""
        matrices = np.zeros((len(posed.rotations), 3, 4), np.float32)
        matrices[:, :, :3] = posed.rotations
        matrices[:, :, 3] = posed.heads - np.einsum("nij,nj->ni", posed.rotations, skeleton.rest)
        skin_vertices(self.static, self.bones, self.weights, matrices, self.posed)
        self.write()

    def write(self) -> None:
        """Let the card have the vertices as they are in `posed`."""
        self._posed_buffer.write(self.posed)

    def release(self) -> None:
        for thing in (
            *self.arrays.values(),
            self._static_buffer,
            self._posed_buffer,
            self._indices,
            self.blocks,
            *self._own,
        ):
            thing.release()
