"""Fur: shells over a garment, each of which is hair in fewer places than the one below."""

from __future__ import annotations

from dataclasses import replace

from .parts import STATIC_ATTRIBUTES, Part

_SHELLS = 4
_POSITION = slice(0, STATIC_ATTRIBUTES["rest_position"])
_NORMAL = slice(_POSITION.stop, _POSITION.stop + STATIC_ATTRIBUTES["rest_normal"])


def furred(parts: list[Part], length: float) -> list[Part]:
    """The shells of fur of a length (dm) over parts of cloth; none where it is 0."""
    return [_shell(part, length, k) for part in parts for k in range(1, _SHELLS + 1)] if length else []


def _shell(part: Part, length: float, k: int) -> Part:
    static = part.mesh.static.copy()
    static[:, _POSITION] += static[:, _NORMAL] * (length * k / _SHELLS)
    values = part.values | {"print_at": (0, 0, 0, k / (_SHELLS + 1))}
    defines = tuple(name for name in part.defines if name != "PRINT")
    return replace(
        part,
        name="fur",
        mesh=replace(part.mesh, static=static),
        values=values,
        defines=(*defines, "FUR"),
        casts_shadow=False,
    )
