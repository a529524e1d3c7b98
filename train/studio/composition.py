"""The last pass: the drawn person over the backdrop, with its shadow and reflection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .backdrop import Backdrop
from .light import Light
from .skeleton import Posed, Skeleton

SILHOUETTE_SIZE = 64  # texels of an edge: an eighth of the shadow map


class SceneComposition:
    """Owns the finished picture of one size (H, W), and the textures of the backdrop that was last used."""

    def __init__(self, context, size: tuple[int, int], source: Callable[[str, tuple[str, ...]], str]):
        """source: the text of a shader file with defines before it."""
        height, width = size
        self._context, self._size = context, size
        self.picture = context.texture((width, height), 3)
        self._buffer = context.framebuffer([self.picture])
        self._silhouette = context.texture((SILHOUETTE_SIZE, SILHOUETTE_SIZE), 1)
        self._silhouette.repeat_x = self._silhouette.repeat_y = False
        self._silhouette_buffer = context.framebuffer([self._silhouette])
        triangle = context.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())

        def over_screen(vertex: str, fragment: str, *defines: str):
            program = context.program(
                vertex_shader=source(vertex, defines), fragment_shader=source(fragment, defines)
            )
            return context.vertex_array(program, [(triangle, "2f", "corner")])

        self._from_key = over_screen("screen.vert", "silhouette.frag")
        self._from_key.program["shadow_map"].value = 0
        self._on_floor = {  # by whether the floor is glossy
            False: over_screen("compose.vert", "compose.frag"),
            True: over_screen("compose.vert", "compose.frag", "GLOSSY"),
        }
        names = ("colour_map", "open_map", "surface_map", "silhouette_map", "wall_map", "floor_map")
        for array in self._on_floor.values():
            for unit, name in enumerate(names):
                array.program[name].value = unit
            array.program["Scene"].binding = 0
            array.program["pixel"].value = 0.5 / width, 0.5 / height
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
        floor: float,
        empty: bool,
    ) -> None:
        """Fill `picture`. colour, open_sky, surface, shadow: textures of the passes before; the uniform block
        Scene is bound. floor: its height (dm). empty: nobody's feet darken it."""
        self._hang(backdrop)
        self._silhouette_buffer.use()
        shadow.use(0)
        self._from_key.render(vertices=3)
        self._silhouette.build_mipmaps()
        array = self._on_floor[backdrop.gloss > 0]
        for name, value in _values(light, backdrop, posed, skeleton, floor, empty).items():
            array.program[name].value = value
        for unit, texture in enumerate((colour, open_sky, surface, self._silhouette, *self._scenery)):
            texture.use(unit)
        self._buffer.use()
        array.render(vertices=3)

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

        flipped = np.ascontiguousarray(np.rint(picture[::-1] * 255).astype(np.uint8))
        texture = self._context.texture(flipped.shape[1::-1], 3, flipped.tobytes(), alignment=1)
        texture.repeat_x = texture.repeat_y = False
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture


def _values(
    light: Light, backdrop: Backdrop, posed: Posed, skeleton: Skeleton, floor: float, empty: bool
) -> dict[str, object]:
    """Uniforms of compose.frag."""
    feet = np.array([posed.heads[skeleton.index[f"foot.{side}"]] for side in "LR"])
    near = np.zeros(2) if empty else np.exp((feet[:, 1].min() - feet[:, 1]) / 0.5)
    key, rest = light.key_colour.mean(), light.ambient_up.mean() + light.fill_colour.mean()
    return {
        "exposure": light.exposure,
        "room": (floor, backdrop.distance, backdrop.cove),
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
