"""What the graphics card holds for whatever is drawn: programs by material and pass, textures by file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.regions import SURFACE_SPAN

from .composition import SILHOUETTE_SIZE
from .light import SHADOW_SPAN
from .parts import PART_BLOCK, Part
from .surfaces import SKIN_IDS
from .textures import read_texture

TEXTURE_UNITS = {"base": 0, "print": 1, "fabric": 2, "normals": 3, "fold_tile": 4, "shadow_map": 5}
_SHADERS = {
    file.name: file.read_text(encoding="utf-8") for file in (Path(__file__).parent / "shaders").iterdir()
}
SHADOW_SIZE = 512  # texels of an edge of the shadow map, which shows SHADOW_SPAN dm (light.py)
SHADOW_FROM, SHADOW_TO = 10, 50  # dm from the key light, which stands 30 dm from the person
SCENE_BLOCK = {
    "view_projection": "mat4",
    "light_projection": "mat4",
    "eye": "vec4",
    "key_direction": "vec4",
    "key_colour": "vec4",
    "fill_direction": "vec4",
    "fill_colour": "vec4",
    "rim_direction": "vec4",
    "rim_colour": "vec4",
    "ambient_up": "vec4",
    "ambient_down": "vec4",
}


class CardPrograms:
    """Programs and textures of one OpenGL context, made when first asked for."""

    def __init__(self, context):
        self.context = context
        self._programs: dict[tuple, object] = {}
        self._files: dict[Path, object] = {}

    def program(self, part: Part, shadow: bool):
        """The program of a part's material with just the features it needs, compiled when first asked for."""
        defines = (*part.defines, "SHADOW_PASS") if shadow else part.defines
        key = part.material, defines
        if key not in self._programs:
            self._programs[key] = self._compiled(part.material, defines)
        return self._programs[key]

    def _compiled(self, material: str, defines: tuple[str, ...]):
        program = self.context.program(
            vertex_shader=source("part.vert", defines),
            fragment_shader=source(f"{material}.frag", defines),
        )
        for name, unit in TEXTURE_UNITS.items():
            if name in program:
                program[name].value = unit
        for name, binding in (("Scene", 0), ("Part", 1)):
            if name in program:
                program[name].binding = binding
        return program

    def texture(self, pixels: np.ndarray):
        """Upload a picture, top row first, with mip-maps."""
        import moderngl

        flipped = np.ascontiguousarray(pixels[::-1])
        texture = self.context.texture(flipped.shape[1::-1], flipped.shape[2], flipped.tobytes(), alignment=1)
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture

    def file_texture(self, path: Path):
        """A texture file, uploaded once."""
        if path not in self._files:
            self._files[path] = self.texture(read_texture(path))
        return self._files[path]


def source(name: str, defines: tuple[str, ...] = ()) -> str:
    """Shader text with its includes; the uniform blocks are written from their Python tables."""
    header = ["#version 330", *(f"#define {define}" for define in defines)]
    numbers = {
        "SURFACE_SPAN": SURFACE_SPAN,
        "SHADOW_SIZE": SHADOW_SIZE,
        "SHADOW_SPAN": SHADOW_SPAN,
        "SILHOUETTE_SIZE": SILHOUETTE_SIZE,
        "SHADOW_DEPTH": SHADOW_TO - SHADOW_FROM,
        **{f"ID_{name}": surface for name, surface in SKIN_IDS.items()},
    }
    header += [f"#define {name} {float(number)}" for name, number in numbers.items()]
    return "\n".join(header) + "\n" + _included(name)


def _included(name: str) -> str:
    if name == "blocks.glsl":
        scene = "".join(f"{kind} {member}; " for member, kind in SCENE_BLOCK.items())
        part = "".join(f"vec4 {member}; " for member in PART_BLOCK)
        return f"layout(std140) uniform Scene {{ {scene}}};\nlayout(std140) uniform Part {{ {part}}};\n"
    lines = []
    for line in _SHADERS[name].splitlines():
        lines.append(_included(line.split('"')[1]) if line.startswith("#include") else line)
    return "\n".join(lines) + "\n"
