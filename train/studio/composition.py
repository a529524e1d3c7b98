"""The last pass: the drawn person over the backdrop, with its shadow and reflection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .backdrop import Backdrop
from .light import Light
from .skeleton import Posed, Skeleton

_SILHOUETTE = 128  # a quarter of the shadow map


class Composition:
    """Owns the finished picture of one size (H, W), and the textures of the backdrop that was last used."""

    def __init__(self, context, size: tuple[int, int], source: Callable[[str], str]):
        """source: the text of a shader file."""
        height, width = size
        self._context, self._size = context, size
        self.picture = context.texture((width, height), 3)
        self._buffer = context.framebuffer([self.picture])
        self._silhouette = context.texture((_SILHOUETTE, _SILHOUETTE), 1)
        self._silhouette.repeat_x = self._silhouette.repeat_y = False
        self._silhouette_buffer = context.framebuffer([self._silhouette])
        self._programs = [
            context.program(vertex_shader=source(vertex), fragment_shader=source(fragment))
            for vertex, fragment in (("screen.vert", "silhouette.frag"), ("compose.vert", "compose.frag"))
        ]
        triangle = context.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())
        self._arrays = [
            context.vertex_array(program, [(triangle, "2f", "corner")]) for program in self._programs
        ]
        self._programs[0]["shadow_map"].value = 0
        names = ("colour_map", "open_map", "surface_map", "silhouette_map", "wall_map", "floor_map")
        composition = self._programs[1]
        for unit, name in enumerate(names):
            composition[name].value = unit
        composition["Scene"].binding = 0
        composition["pixel"].value = 0.5 / width, 0.5 / height
        self._backdrop: Backdrop | None = None
        self._scenery: list = []

    def compose(
        self,
        colour,
        open_sky,
        surface,
        shadow,
        light: Light,
        backdrop: Backdrop,
        posed: Posed,
        skeleton: Skeleton,
    ) -> None:
        """Fill `picture`. colour, open_sky, surface, shadow: textures of the passes before; the uniform block
        Scene is bound."""
        self._hang(backdrop)
        self._silhouette_buffer.use()
        shadow.use(0)
        self._arrays[0].render(vertices=3)
        self._silhouette.build_mipmaps()
        program = self._programs[1]
        for name, value in _values(light, backdrop, posed, skeleton).items():
            program[name].value = value
        for unit, texture in enumerate((colour, open_sky, surface, self._silhouette, *self._scenery)):
            texture.use(unit)
        self._buffer.use()
        self._arrays[1].render(vertices=3)

    def _hang(self, backdrop: Backdrop) -> None:
        """Upload a backdrop, unless it hangs already."""
        if backdrop is self._backdrop:
            return
        for texture in self._scenery:
            texture.release()
        self._scenery = [self._texture(backdrop.wall_HW3), self._texture(backdrop.floor_HW3)]
        self._backdrop = backdrop

    def _texture(self, picture: np.ndarray):
        import moderngl

        flipped = np.ascontiguousarray(picture[::-1].astype(np.float16))
        size = flipped.shape[1::-1]
        texture = self._context.texture(size, 3, flipped.tobytes(), dtype="f2", alignment=1)
        texture.repeat_x = texture.repeat_y = False
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture


def _values(light: Light, backdrop: Backdrop, posed: Posed, skeleton: Skeleton) -> dict[str, object]:
    """Uniforms of compose.frag."""
    feet = np.array([posed.heads[skeleton.index[f"foot.{side}"]] for side in "LR"])
    soles = feet[:, 1] - 0.75 - skeleton.heel
    floor = float(soles.min())
    near = np.exp(-(soles - floor) / 0.5)
    key, rest = light.key_colour.mean(), light.ambient_up.mean() + light.fill_colour.mean()
    return {
        "exposure": light.exposure,
        "room": (floor, backdrop.distance, backdrop.cove, 0.0),
        "texels": (
            1 / backdrop.wall_span,
            1 / backdrop.floor_span,
            len(backdrop.floor_HW3) / backdrop.floor_span,
            backdrop.blur,
        ),
        "looks": (backdrop.corner, backdrop.gloss, backdrop.falloff, backdrop.vignette),
        "shadow": (min(0.8, 2 * backdrop.shadow * key / (key + rest)), light.softness),
        "feet": [(foot[0], foot[2] + 0.6, share) for foot, share in zip(feet, near, strict=True)],
    }
