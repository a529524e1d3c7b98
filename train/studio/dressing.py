"""Body and outfit become the list of parts that the renderer draws.

Layers are kept apart in three ways: outer cloth is pushed outside of inner cloth, the depth test sees skin
and inner layers a little behind their place, and body vertices that clothes cover are left out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .assets import Assets
from .body import Body
from .cloth import Fitter, RadialGrid
from .collars import collar_mesh
from .edges import cover_of_bottom, cover_of_top
from .footwear import footwear_parts, shoe_values
from .fur import furred
from .garments import (
    CLOSINGS,
    NECKS,
    WAIST,
    Coat,
    Finish,
    Fit,
    Hosiery,
    Outfit,
    Skirt,
    SuitPart,
    Top,
    Trousers,
)
from .geometry import vertex_normals
from .head import head_parts
from .looks import Looks
from .parts import STATIC_ATTRIBUTES, Part, accessory_mesh, cloth_mesh, part_mesh
from .scarves import scarf_part
from .shoulders import eased_shoulders
from .surfaces import DRESS, FACE, LEGS, PANTS, UPPER

# lowest canonical height down to which a suit's bottom surely covers the body
_SUIT_BOTTOM_COVERS = {"hot pants": -0.55, "pencil skirt": -2.6}

_FIRST = dict(zip(STATIC_ATTRIBUTES, np.cumsum([0, *STATIC_ATTRIBUTES.values()]), strict=False))
_CANONICAL = slice(_FIRST["canonical"], _FIRST["canonical"] + 3)  # its columns of PartMesh.static

_BEHIND_A_COAT = 0.25  # dm: how much further behind the depth test sees the legs
_HALF_TRUNK = 2.8  # dm: at the height of the hips the arms of the rest pose are further out


def dress(assets: Assets, body: Body, outfit: Outfit, looks: Looks, rng: np.random.Generator) -> list[Part]:
    """All parts of a dressed person, outer layers first: what they hide is then not drawn in vain."""
    return _eased(_Dresser(assets, body, outfit, looks, rng).parts(), assets)


def _eased(parts: list[Part], assets: Assets) -> list[Part]:
    for part in parts:
        canonical = part.mesh.static[:, _CANONICAL]
        part.mesh.skin = eased_shoulders(part.mesh.skin, canonical, assets.meshes.bones)
    return parts


def naked(assets: Assets, body: Body, looks: Looks, rng: np.random.Generator) -> list[Part]:
    """All of a person's skin."""
    nothing = SuitPart("", "", (), 0.0)
    dresser = _Dresser(assets, body, Outfit(nothing, nothing), looks, rng)
    dresser.hidden[:] = False
    return _eased(dresser.skin(), assets)


class _Dresser:
    def __init__(self, assets: Assets, body: Body, outfit: Outfit, looks: Looks, rng: np.random.Generator):
        self.assets, self.meshes = assets, assets.meshes
        self.body, self.outfit, self.looks, self.rng = body, outfit, looks, rng
        self.fitter = Fitter(self.meshes, body)
        self.on_arm = self.meshes.body_arm[:, 1] > 0.5
        base = self.meshes.base
        self.hidden = (base[:, 1] > -0.55) & (base[:, 1] < 0.95) & ~self.on_arm
        self.edges = self._edge_values()
        self.behind = 0.0
        self._outermost = np.zeros((0, 3))

    def parts(self) -> list[Part]:
        outfit = self.outfit
        bottom, silhouette, waist = self._bottom()
        tucked = isinstance(outfit.top, Top) and (outfit.top.tucked or outfit.top.dress)
        clothes = [bottom]
        if isinstance(outfit.top, SuitPart):
            clothes.append(self._suit(outfit.top, UPPER, 0.0, outside=silhouette))
            self._hide_under_suit(outfit.top, upper=True)
        else:
            if tucked:
                inset = 0.3 if isinstance(outfit.bottom, Trousers) else 0.05
                points = self.fitter.top(outfit.top.fit, silhouette, waist, inset)
            else:
                points = self.fitter.top(outfit.top.fit, outside=silhouette)
            clothes += self._top_parts(outfit.top, points, self._top_depth())
            if outfit.jacket:
                clothes += self._jacket(outfit.jacket, outfit.top, points, bottom.mesh.static[:, :3])[0]
            if outfit.coat:
                clothes += self._coat(outfit.coat, outfit.top, points, bottom)
            if outfit.scarf:
                clothes.append(scarf_part(outfit.scarf, self.meshes.tights, self._outermost, self.edges))
        if outfit.hosiery:
            clothes.insert(0, self._hosiery(outfit.hosiery))
        feet, covered = footwear_parts(self.assets, self.body, outfit)
        self.hidden |= covered
        return [*reversed(clothes), *feet, *head_parts(self.assets, self.body, self.looks), *self.skin()]

    def _edge_values(self) -> dict[str, tuple]:
        top, bottom = self.outfit.top, self.outfit.bottom
        values = _top_values(top) if isinstance(top, Top) else {}
        if isinstance(bottom, Trousers):
            values["bottom"] = (0, bottom.waist, bottom.hem, 0)
        elif isinstance(bottom, Skirt):
            values["bottom"] = (bottom.slit, WAIST, bottom.hem, bottom.slit_x)
        return values | shoe_values(self.outfit.heels)

    # bottoms

    def _bottom(self) -> tuple[Part, RadialGrid, float]:
        """The bottom, what an untucked top must clear of it (or a tucked one stay inside of), and its upper
        edge."""
        match self.outfit.bottom:
            case Trousers() as trousers:
                return self._trousers(trousers)
            case Skirt() as skirt:
                return self._skirt(skirt)
            case suit:
                return self._suit_bottom(suit)

    def _trousers(self, trousers: Trousers) -> tuple[Part, RadialGrid, float]:
        cloth = self.meshes.tights
        points = self.fitter.trousers(trousers.fit)
        y0, arm = cloth.canonical[:, 1], cloth.arm[:, 1]
        lowest = -0.3 if trousers.over_top else -1.4
        highest = trousers.waist + (0.15 if trousers.over_top else 0)
        silhouette = self.fitter.silhouette(points[(y0 > lowest) & (y0 < highest) & (arm < 0.3)])
        waist = float(points[np.abs(y0 - trousers.waist) < 0.12, 1].mean())

        def needed(triangles: np.ndarray) -> np.ndarray:
            low, high = y0[triangles].min(1), y0[triangles].max(1)
            on_trunk = arm[triangles[:, 0]] < 0.6
            return (high > trousers.hem - 0.4) & (low < trousers.waist + 0.5) & on_trunk

        values = self._cloth_values(PANTS, trousers.finish, -0.02 if trousers.over_top else 0.12)
        values["seams"] = (float(trousers.belt), 0, 0, 0)
        values["seam_colour"] = (2.0, 1.7, 1.2, 0) if trousers.bright_seams else (0.5, 0.5, 0.55, 0)
        mesh = cloth_mesh(cloth, points, needed)
        defines = ("EDGE 2", "BOTTOM") if trousers.name == "leggings" else ("EDGE 2", "BOTTOM", "SEAMS")
        if trousers.trims is not None:
            values |= trousers.trims.values()
            defines = (*defines, "TRIMS")
        part = Part("trousers", "cloth", mesh, values, {"base": trousers.finish.fabric.tile}, defines)
        return part, silhouette, waist

    def _skirt(self, skirt: Skirt) -> tuple[Part, RadialGrid, float]:
        cloth = self.meshes.skirt
        points, silhouette = self.fitter.skirt(skirt)
        top = self.outfit.top
        tucked = isinstance(top, Top) and top.tucked
        dress = isinstance(top, Top) and top.dress
        values = self._cloth_values(DRESS, skirt.finish, 0.03 if dress else (0.06 if tucked else 0.3))
        if dress:
            values["folds"] = (skirt.finish.folds * 0.8, *values["folds"][1:])
        y0 = cloth.canonical[:, 1]
        mesh = cloth_mesh(cloth, points, lambda triangles: y0[triangles].max(1) > skirt.hem - 0.3)
        base = self.meshes.base
        lowest = min(skirt.slit, 0.0) if skirt.slit else skirt.hem
        self.hidden |= (base[:, 1] > lowest + 0.35) & (base[:, 1] < 1.6) & ~self.on_arm
        defines = ("EDGE 3",)
        if skirt.slit:
            defines = (*defines, "SLIT")
        if skirt.belt is not None or skirt.buttons:
            defines = (*defines, "SEAMS", "BUTTONS") if skirt.buttons else (*defines, "SEAMS")
            values["seams"] = (0 if skirt.belt is None else 2, 0, 0, 0)
            values["seam_colour"] = (0.6, 0.6, 0.6, 0)
            values["accent"] = (*(skirt.belt or (0, 0, 0)), 0)
        if skirt.trims is not None:
            values |= skirt.trims.values() | {"accent": values.get("accent", skirt.trims.values()["accent"])}
            defines = (*defines, "TRIMS")
        part = Part("skirt", "cloth", mesh, values, {"base": skirt.finish.fabric.tile}, defines)
        return part, silhouette, float(points[:, 1].max()) - 0.02

    def _suit_bottom(self, suit: SuitPart) -> tuple[Part, RadialGrid, float]:
        base = self.meshes.base
        self._hide_under_suit(suit, upper=False)
        lowest = _SUIT_BOTTOM_COVERS.get(suit.name, -6.8)
        self.hidden |= (base[:, 1] > lowest) & (base[:, 1] < 0.95) & ~self.on_arm
        accessory = self.assets.accessory(suit.suit)
        points = accessory.fitting.place(self.body.vertices)
        faces = accessory.faces[np.isin(accessory.parts[accessory.faces[:, 0]], suit.parts)]
        # the meshes are coarse: the middles of sides and faces close the gaps between their vertices
        middles = 0.5 * (points[faces] + points[np.roll(faces, 1, 1)])
        points = np.concatenate([points[faces].reshape(-1, 3), middles.reshape(-1, 3), points[faces].mean(1)])
        silhouette = self.fitter.silhouette(points[points[:, 1] > -1.4])
        label = DRESS if suit.name == "pencil skirt" else PANTS
        return self._suit(suit, label, 0.22), silhouette, float(points[:, 1].max())

    # tops

    def _top_depth(self) -> float:
        top, bottom = self.outfit.top, self.outfit.bottom
        if top.dress:
            return 0.035
        if top.tucked:
            return 0.1 if isinstance(bottom, Trousers) else 0.15
        return 0.0

    def _top_parts(self, top: Top, points: np.ndarray, depth: float) -> list[Part]:
        """The top and its collar."""
        cloth = self.meshes.tights
        values = self._cloth_values(DRESS if top.dress else UPPER, top.finish, depth) | _top_values(top)
        values["depth"] = (depth - 0.1, depth, 0, 0)  # about neck and arms skin lies hardly deeper
        textures = {"base": top.finish.fabric.tile}
        defines = ["EDGE 1", _neck_define(top)]
        if top.chest_print is not None:
            textures["print"] = top.chest_print
            values["print_at"] = (*top.print_at, 0)
            defines.append("PRINT")
        if top.sheer is not None:
            values["sheer"] = (top.sheer.opacity, 0.0, top.sheer.yoke, 0)
            if top.sheer.lace is not None:
                textures["print"] = top.sheer.lace
                values["sheer"] = (top.sheer.opacity, top.sheer.size, top.sheer.yoke, 0)
            defines.append("SHEER")
        if top.closing:
            values["seams"] = (0, CLOSINGS.index(top.closing), 0, 0)
            values["seam_colour"] = (top.placket,) * 3 + (0,)
            defines.append("SEAMS")
        if top.trims is not None:
            values |= top.trims.values()
            defines.append("TRIMS")
        y0, arm = cloth.canonical[:, 1], cloth.arm[:, 1]

        def needed(triangles: np.ndarray) -> np.ndarray:
            return (y0[triangles].max(1) > top.hem - 0.5) | (arm[triangles[:, 0]] > 0.4)

        if not (top.tucked or top.dress):
            cloth = replace(cloth, canonical=self.fitter.levelled(points))
        self._outermost = points
        mesh = cloth_mesh(cloth, points, needed)
        parts = [Part(top.name, "cloth", mesh, values, textures, tuple(defines))]
        if top.collar:
            lifted = {"depth": (depth - 0.14, depth - 0.08, 0, 0)}
            textures = {"base": textures["base"]}
            collar = collar_mesh(top, self.meshes.tights, points)
            parts.append(Part("collar", "cloth", collar, values | lifted, textures, ("EDGE 5",)))
        return [*parts, *furred(parts, top.finish.fur)]

    def _jacket(
        self, jacket: Top, inner: Top, inner_points: np.ndarray, below: np.ndarray
    ) -> tuple[list[Part], np.ndarray]:
        """The jacket and its points. below: points [N, 3] of the bottom, which it has to clear too."""
        self.hidden |= self.on_arm & (self.meshes.body_arm[:, 0] < jacket.sleeve - 0.3)
        cloth = self.meshes.tights
        y0 = cloth.canonical[:, 1]
        rows = (cloth.arm[:, 1] < 0.3) & (y0 > max(inner.hem - 0.2, -1.4)) & (y0 < 4)
        silhouette = self.fitter.silhouette(
            np.concatenate([inner_points[rows], below[below[:, 1] > -1.4]]), top=4.4, rows=62
        )
        points = self.fitter.top(jacket.fit, outside=silhouette)
        return self._top_parts(jacket, points, -0.08), points

    def _coat(self, coat: Coat, inner: Top, inner_points: np.ndarray, bottom: Part) -> list[Part]:
        """The coat down to the waist and below it. What is worn below lies further behind than it does under
        a jacket: legs that walk come through no coat."""
        below = bottom.mesh.static[:, :3]
        parts, points = self._jacket(coat.top, inner, inner_points, below)
        bottom.values["depth"] = tuple(depth + _BEHIND_A_COAT for depth in bottom.values["depth"][:2]) + (
            0,
            0,
        )
        self.behind = _BEHIND_A_COAT
        skirt, cloth, closing = coat.skirt, self.meshes.skirt, coat.top.closing
        trunk = self.meshes.tights.arm[:, 1] < 0.3
        around, _ = self.fitter.skirt(skirt, np.concatenate([points[trunk], below]))
        values = self._cloth_values(UPPER, skirt.finish, -0.12) | _top_values(coat.top)
        values["bottom"] = (0, WAIST, skirt.hem, 0)
        values["seams"] = (float(coat.belt), CLOSINGS.index(closing), 0, 0)
        values["seam_colour"] = (coat.top.placket,) * 3 + (0,)
        y0 = cloth.canonical[:, 1]
        mesh = cloth_mesh(cloth, around, lambda triangles: y0[triangles].max(1) > skirt.hem - 0.3)
        defines = ("EDGE 3", "OPENS", "SEAMS")
        part = Part("coat", "cloth", mesh, values, {"base": skirt.finish.fabric.tile}, defines)
        return [*parts, part, *furred([part], skirt.finish.fur)]

    def _hosiery(self, hosiery: Hosiery) -> Part:
        """Behind skirts as the skin is, and before it by its own gap."""
        cloth = self.meshes.tights
        points = self.fitter.trousers(Fit(0.025, 0.0, 0.1))
        y0, arm = cloth.canonical[:, 1], cloth.arm[:, 1]
        bottom = self.outfit.bottom
        covered = bottom.hem if isinstance(bottom, Skirt | Trousers) else -0.5
        highest = min(hosiery.top, (bottom.slit if isinstance(bottom, Skirt) else 0.0) or covered) + 0.5

        def needed(triangles: np.ndarray) -> np.ndarray:
            low, high = y0[triangles].min(1), y0[triangles].max(1)
            return (high > hosiery.hem - 0.4) & (low < highest) & (arm[triangles[:, 0]] < 0.6)

        label = PANTS if hosiery.legging else LEGS
        values = self._cloth_values(label, hosiery.finish, 0.3 + self.behind)
        values["bottom"] = (0, hosiery.top, hosiery.hem, 0)
        textures = {"base": hosiery.finish.fabric.tile}
        return Part(
            "hosiery", "cloth", cloth_mesh(cloth, points, needed), values, textures, ("EDGE 2", "BOTTOM")
        )

    # suits and skin

    def _suit(self, suit: SuitPart, label: int, depth: float, outside: RadialGrid | None = None) -> Part:
        texture = self.assets.texture
        values = {
            "label": (label, ("keep", "tint", "fabric").index(suit.recolour), 0, 0),
            "depth": (depth, depth, 0, 0),
            "tint": (*suit.tint, suit.luminance),
            "shine": (0.03, 12, 0, 0),
        }
        textures = {"base": texture("clothes", f"{suit.suit}_diffuse.png")}
        if self.assets.has_texture("clothes", f"{suit.suit}_normal.png"):
            textures["normals"] = texture("clothes", f"{suit.suit}_normal.png")
            values["label"] = (*values["label"][:2], 1, 0)
        if suit.fabric is not None:
            textures["fabric"] = suit.fabric.tile
            values["tile"] = (2 * suit.repeat / suit.fabric.size, 0, 0, 0)
            if self.assets.has_texture("clothes", f"{suit.suit}_ao.png"):
                textures["print"] = texture("clothes", f"{suit.suit}_ao.png")
        accessory = self.assets.accessory(suit.suit)
        points = accessory.fitting.place(self.body.vertices)
        if outside is not None:
            self.fitter.push_out(points, np.abs(points[:, 0]) < _HALF_TRUNK, outside)
        mesh = accessory_mesh(accessory, self.body.vertices, suit.parts, points=points)
        return Part(suit.name, "textured", mesh, values, textures)

    def _hide_under_suit(self, suit: SuitPart, upper: bool) -> None:
        rows = self.assets.accessory(suit.suit).fitting.hidden
        rows = rows[rows < len(self.hidden)]
        height = self.meshes.base[rows, 1]
        arms = self.on_arm[rows]
        self.hidden[rows[(arms | (height > 0.75)) if upper else (~arms & (height < 1.25))]] = True

    def skin(self) -> list[Part]:
        """The face and the rest of the body."""
        meshes, body = self.meshes, self.body
        corners = meshes.body_corners
        at = corners.vertex
        cover = np.full(len(meshes.base), -1.0)
        hiding = isinstance(self.outfit.top, Top) and self.outfit.top.sheer is None
        if hiding:
            cover = cover_of_top(self.outfit.top, meshes.base, meshes.body_arm)
        if isinstance(self.outfit.bottom, Trousers):
            bottom = self.outfit.bottom
            cover = np.maximum(cover, cover_of_bottom(bottom.waist, bottom.hem, meshes.base, meshes.body_arm))
        triangles = corners.triangles
        triangles = triangles[~self.hidden[at][triangles].any(1) & (cover[at][triangles].min(1) < 0.45)]
        values = {
            "label": (FACE, 0, 0, 0),
            "depth": (0.05, 0.3 + self.behind, 0, 0),
            "tint": (*self.looks.skin_tint, 1),
            "shine": (0.05, 18, 0, 0),
            "stocking": self.outfit.stockings,
            **self.looks.face,
            **self.edges,
        }
        textures = {"base": self.assets.texture("skins", self.looks.skin)}
        normals = vertex_normals(body.vertices, meshes.body_faces)[at]
        worn = [_neck_define(self.outfit.top)] if hiding else []
        worn += ["BOTTOM"] if isinstance(self.outfit.bottom, Trousers) else []
        in_face = meshes.base[at, 1][triangles].min(1) > 5.85
        parts = []
        for name, rows, region in (("face", in_face, "FACE"), ("skin", ~in_face, "LEGS")):
            mesh = part_mesh(
                triangles[rows],
                body.vertices[at],
                normals,
                meshes.body_skin[at],
                uv=meshes.base_uvs[corners.uv],
                canonical=meshes.base[at],
                arm=meshes.body_arm[at],
            )
            parts.append(Part(name, "skin", mesh, values, textures, (region, *worn)))
        return parts

    def _cloth_values(self, label: int, finish: Finish, depth: float) -> dict[str, tuple]:
        fabric, rng = finish.fabric, self.rng
        return {
            "label": (label, 0, 0, 0),
            "depth": (depth, depth, 0, 0),
            "tint": (1, 1, 1, 1),
            "shine": (finish.specular, finish.gloss, 0, 0),
            "tile": (fabric.size, fabric.turn, *rng.random(2)),
            "folds": (finish.folds, rng.uniform(0.8, 1.4), rng.uniform(0, 9), fabric.weave),
            **self.edges,
        }


def _neck_define(top: Top) -> str:
    return f"NECK {NECKS.index(top.neck.kind)}"


def _top_values(top: Top) -> dict[str, tuple]:
    neck = top.neck
    return {
        "top_body": (top.button, top.hem, top.hem_curve, top.opening),
        "top_neck": (0, neck.width, neck.front, neck.back),
        "top_arm": (top.sleeve, top.armhole, top.strap, top.parting),
    }
