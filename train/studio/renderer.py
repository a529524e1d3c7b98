"""The camera's other half: passes on the graphics card (or Mesa's software one), and pictures.

Passes: shadow map -> the person at twice the size (linear colour; surface id and coordinates; depth) ->
ambient occlusion -> composition. One program for each material and pass: software renderers pay for every
side of a branch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .backdrop import Backdrop
from .camera import Camera, look_at, orthographic
from .card import SCENE_BLOCK, SHADOW_FROM, SHADOW_SIZE, SHADOW_TO, TEXTURE_UNITS, CardPrograms, source
from .composition import SceneComposition
from .context import open_context
from .light import SHADOW_SPAN, Light
from .model import BLOCK_STRIDE, Model
from .noise import fold_tile
from .parts import PART_BLOCK
from .skeleton import Posed, Skeleton

_BYTES = {"mat4": 64, "vec4": 16}
_COARSE_FROM = 0.028  # dm that a sample covers: from here on coarse triangles are small enough


@dataclass(frozen=True)
class Exposure:
    """image uint8 [H, W, 3]; surfaces uint8 [H, W] (surfaces.py); places uint8 [H, W, 3], surface coordinates
    in the code of `train.data.people`; distance float32 [2H, 2W] from the eye (dm)."""

    image: np.ndarray
    surfaces: np.ndarray
    places: np.ndarray
    distance: np.ndarray


class PersonRenderer:
    """Draws pictures of one size (H, W) in pixels. Owns one OpenGL context; use it from the thread that
    made it."""

    def __init__(self, size: tuple[int, int]):
        self.size = size
        self.context = context = open_context()
        self.card = CardPrograms(context)
        height, width = size
        fine = (2 * width, 2 * height)
        self._colour = context.texture(fine, 4, dtype="f2")
        self._surface = self._nearest(context.texture(fine, 4))
        self._depth = self._depth_texture(fine)
        self._person = context.framebuffer([self._colour, self._surface], self._depth)
        self._shadow = self._depth_texture((SHADOW_SIZE, SHADOW_SIZE))
        self._shadow_buffer = context.framebuffer(depth_attachment=self._shadow)
        self._open = context.texture((width, height), 1)
        self._open_buffer = context.framebuffer([self._open])
        triangle = context.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())
        self._occlusion = context.program(
            vertex_shader=source("screen.vert"), fragment_shader=source("occlusion.frag")
        )
        self._occlusion_array = context.vertex_array(self._occlusion, [(triangle, "2f", "corner")])
        self._composition = SceneComposition(context, size, source)
        self._scene = context.buffer(reserve=sum(_BYTES[kind] for kind in SCENE_BLOCK.values()))
        self._folds = self.card.texture(fold_tile())
        white, upright = (255, 255, 255, 255), (128, 128, 255)  # upright: the normal of a flat normal map
        texels = {"base": white, "print": white, "fabric": white[:3], "normals": upright}
        self._defaults = {
            TEXTURE_UNITS[name]: self.card.texture(np.full((2, 2, len(texel)), texel, np.uint8))
            for name, texel in texels.items()
        }

    def take_over(self) -> None:
        """Make this renderer's context the current one: needed wherever another may have worked meanwhile."""
        self.context.__enter__()

    @staticmethod
    def _nearest(texture):
        import moderngl

        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return texture

    def _depth_texture(self, size: tuple[int, int]):
        texture = self._nearest(self.context.depth_texture(size))
        texture.compare_func = ""
        texture.repeat_x = texture.repeat_y = False
        return texture

    def expose(
        self,
        model: Model,
        posed: Posed,
        skeleton: Skeleton,
        camera: Camera,
        light: Light,
        backdrop: Backdrop,
        empty: bool = False,
    ) -> Exposure:
        """Take one picture of a posed model; an empty one is of the place without it, nor its shadow."""
        model.pose(posed, skeleton)
        sample = self._sample(camera)
        self._scene.write(_scene_block(posed, skeleton, camera, light, sample))
        self._scene.bind_to_uniform_block(0)
        context = self.context
        context.enable_only(context.DEPTH_TEST)
        self._folds.use(TEXTURE_UNITS["fold_tile"])
        self._defaults[TEXTURE_UNITS["base"]].use(
            TEXTURE_UNITS["shadow_map"]
        )  # what is drawn into is not read
        self._shadow_buffer.use()
        self._shadow_buffer.clear(depth=1.0)
        if not empty:
            self._draw(model, shadow=True, coarse=True)
        self._person_pass(None if empty else model, sample)
        self._occlude(camera)
        self._composition.compose(
            self._colour,
            self._open,
            self._surface,
            self._shadow,
            light,
            backdrop,
            posed,
            skeleton,
            floor=float(model.posed[:, 1].min()),
            empty=empty,
        )
        return self._read(camera)

    def person(self, model: Model, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
        """Surfaces and distance, as of `Exposure`, of the scene exposed last with the vertices of now."""
        self.context.enable_only(self.context.DEPTH_TEST)
        self._folds.use(TEXTURE_UNITS["fold_tile"])
        self._person_pass(model, self._sample(camera))
        codes, distance = self._read_person(camera)
        return codes[..., 0].copy(), distance

    def _sample(self, camera: Camera) -> float:
        """Height of a sample at the person (dm)."""
        return 0.5 * camera.height / self.size[0]

    def _person_pass(self, model: Model | None, sample: float) -> None:
        """Surfaces and colours of a model, or of nobody; the last that tests depths."""
        self._person.use()
        self._person.clear(depth=1.0)
        self._shadow.use(TEXTURE_UNITS["shadow_map"])
        if model is not None:
            self._draw(model, shadow=False, coarse=sample > _COARSE_FROM)
        self.context.disable(self.context.DEPTH_TEST)

    def _draw(self, model: Model, shadow: bool, coarse: bool) -> None:
        context, ranges = self.context, model.ranges[coarse]
        sheer = [not shadow and "SHEER" in part.defines for part in model.parts]
        for i in sorted(range(len(sheer)), key=sheer.__getitem__):  # through sheer cloth the rest is seen
            part = model.parts[i]
            if shadow and not part.casts_shadow:
                continue
            model.blocks.bind_to_uniform_block(1, offset=i * BLOCK_STRIDE, size=16 * len(PART_BLOCK))
            for unit, default in self._defaults.items():
                model.textures[i].get(unit, default).use(unit)
            first, count = ranges[i]
            array = model.arrays[i, shadow]
            if sheer[i]:
                self._draw_sheer(array, first, count)
                continue
            if part.material != "cloth" or shadow:
                array.render(vertices=count, first=first)
                continue
            # cloth shows both its sides: the outside first, so that little is left of the inside
            context.enable(context.CULL_FACE)
            for hidden in ("back", "front"):
                context.cull_face = hidden
                array.render(vertices=count, first=first)
            context.disable(context.CULL_FACE)

    def _draw_sheer(self, array, first: int, count: int) -> None:
        """The outside of cloth that is seen through: its colour over what was drawn, then its labels."""
        context, target, written, kept = self.context, self._person, (True,) * 4, (False,) * 4
        context.enable(context.CULL_FACE | context.BLEND)
        over = context.SRC_ALPHA, context.ONE_MINUS_SRC_ALPHA
        context.blend_func = (*over, context.ONE, context.ONE_MINUS_SRC_ALPHA)
        context.cull_face = "back"
        target.color_mask, target.depth_mask = (written, kept), False
        array.render(vertices=count, first=first)
        context.disable(context.BLEND)
        target.color_mask, target.depth_mask = (kept, written), True
        array.render(vertices=count, first=first)
        target.color_mask = written, written
        context.disable(context.CULL_FACE)

    def _occlude(self, camera: Camera) -> None:
        height, width = self.size
        reach = 0.5 / np.tan(camera.view_angle / 2)
        self._open_buffer.use()
        self._depth.use(0)
        _set(
            self._occlusion,
            depth_map=0,
            range=(camera.near, camera.far),
            reach=(reach * height / width, reach),
        )
        self._occlusion_array.render(vertices=3)

    def _read(self, camera: Camera) -> Exposure:
        height, width = self.size
        image = np.frombuffer(self._composition.picture.read(alignment=1), np.uint8).reshape(height, width, 3)
        codes, distance = self._read_person(camera)
        return Exposure(image[::-1].copy(), codes[..., 0].copy(), codes[..., 1:].copy(), distance)

    def _read_person(self, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
        """Surface ids and places uint8 [H, W, 4], and distance float32 [2H, 2W]."""
        height, width = self.size
        samples = np.frombuffer(self._surface.read(alignment=1), np.uint8)
        # one sample of the four that a pixel is made of: codes cannot be averaged
        codes = samples.reshape(2 * height, 2 * width, 4)[::-1][::2, ::2]
        depth = np.frombuffer(self._depth.read(alignment=4), np.float32).reshape(2 * height, 2 * width)
        near, far = camera.near, camera.far
        return codes, 2 * near * far / (far + near - (depth[::-1] * 2 - 1) * (far - near))


def _scene_block(posed: Posed, skeleton: Skeleton, camera: Camera, light: Light, sample: float) -> bytes:
    """The uniform block Scene. sample: height of a sample at the person (dm), handed to the shaders as eye.w;
    in the fourth places of the key light are its edge and reach."""
    centre = np.array([0, posed.heads[skeleton.index["spine05"]][1], 0])
    lamp = centre + light.key_direction * (0.5 * (SHADOW_FROM + SHADOW_TO))
    seen_by_lamp = orthographic(SHADOW_SPAN / 2, SHADOW_FROM, SHADOW_TO) @ look_at(lamp, centre)
    matrices = {"view_projection": camera.view_projection, "light_projection": seen_by_lamp}
    fourths = {"eye": sample, "key_direction": light.edge, "key_colour": light.reach}
    values = []
    for name, kind in SCENE_BLOCK.items():
        if kind == "mat4":
            values.append(matrices[name].T.ravel())
        else:
            vector = camera.eye if name == "eye" else getattr(light, name)
            values.append(np.append(vector, fourths.get(name, 0)))
    return np.concatenate(values).astype(np.float32).tobytes()


def _set(program, **values) -> None:
    for name, value in values.items():
        program[name].value = value
