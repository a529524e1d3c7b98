"""Skin, eyes, brows, lashes, make-up, beard, hair and hat."""

from __future__ import annotations

import numpy as np

from .accessories import extra_parts
from .assets import Assets
from .bags import bag_parts
from .body import Body
from .colours import linear
from .hair import hair_mesh
from .looks import Looks
from .parts import Part, accessory_mesh
from .strands import strand_texture
from .surfaces import FACE, HAIR
from .textures import mean_luminance


def head_parts(assets: Assets, body: Body, looks: Looks) -> list[Part]:
    """Eyes, brows, lashes, hair, and a hat now and then."""
    base = body.vertices

    def card(name, mesh, label, file, *, tint, luminance, threshold, depth, specular=0.0, keep=False, **more):
        """tint: linear rgb; luminance: factor that brings the texture's mean to 1; threshold: least alpha
        that is drawn; depth: how far behind its place the depth test sees it (dm); keep: the texture's
        colours."""
        values = {
            "label": (label, 0 if keep else 1, 0, 0),
            "depth": (depth, depth, 0, 0),
            "tint": (*tint, luminance),
            "shine": (specular, 80.0 if keep else 10.0, threshold, 0),
            **more,
        }
        return Part(name, "card", mesh, values, {"base": file}, casts_shadow=name == "hair")

    # the eyes lie as deep as the face in the depth test, or they would shine through the lids
    parts = [
        card(
            "eyes",
            accessory_mesh(assets.accessory("high-poly"), base),
            FACE,
            assets.texture("eyes", f"{looks.iris}_eye.png"),
            tint=(1, 1, 1),
            luminance=1.0,
            threshold=0.5,
            depth=0.05,
            specular=0.6,
            keep=True,
        )
    ]

    def thin(name, folder, stem, **look):
        file = assets.texture(folder, f"{stem}.png")
        mesh = accessory_mesh(assets.accessory(stem), base)
        return card(name, mesh, FACE, file, luminance=1 / 0.3, **look)

    brow_tint = linear(np.minimum(looks.hair * 0.75, 105))
    brows = {"tint": brow_tint, "threshold": looks.brow_thinness, "depth": -0.03}
    parts.append(thin("brows", "eyebrows", f"eyebrow{looks.brows:03d}", **brows))
    if body.female:
        lashes = {"tint": linear((18, 14, 12)), "threshold": 0.4, "depth": -0.02}
        parts.append(thin("lashes", "eyelashes", f"eyelashes{looks.lashes:02d}", **lashes))
    parts.append(_hair(assets, body, looks, card))
    if looks.hat is not None:
        values = {
            "label": (HAIR, 0, 0, 0),
            "depth": (-0.35, -0.35, 0, 0),
            "tint": (1, 1, 1, 0.4),
            "shine": (0.03, 12, 0, 0),
        }
        parts.append(
            Part(
                "hat",
                "textured",
                accessory_mesh(assets.accessory("fedora"), base),
                values,
                {"base": assets.texture("clothes", f"fedora_texture{looks.hat}.png")},
            )
        )
    parts += extra_parts(assets, body, looks.extras)
    return parts + bag_parts(assets, body, looks.bag) if looks.bag else parts


def _hair(assets: Assets, body: Body, looks: Looks, card) -> Part:
    """Grown hair, or one of the ready-made meshes."""
    tip = (*linear(looks.tip), 0)
    if looks.haircut is not None:
        cut = looks.haircut
        mesh = hair_mesh(assets, body.vertices, cut, looks.streaks, np.random.default_rng(looks.seed))
        return card(
            "hair",
            mesh,
            HAIR,
            strand_texture(cut.wave > 0.07),
            tint=linear(looks.hair),
            luminance=1 / 0.58,
            threshold=0.75 if cut.flow == "none" else 0.4,
            depth=-0.25 if cut.flow == "parted" else -0.06,
            specular=0.4,
            hair=(0, 0, *looks.cut[2:]) if cut.hem < 6 and cut.flow == "parted" else (0, 0, 0, 0),
            hair_tip=tip,
        )
    style = looks.style
    file = assets.texture("hair", f"{style.removesuffix('01') if style == 'afro01' else style}_diffuse.png")
    # of the skull, which lies above and a little behind the joint of the head
    bones = assets.meshes.bones
    centre = bones.head("head", body.vertices) + (0, 0.45, -0.05)
    over_clothes = style in ("long01", "bob01", "braid01")
    return card(
        "hair",
        accessory_mesh(assets.accessory(style), body.vertices, outward_from=centre),
        HAIR,
        file,
        tint=linear(looks.hair),
        luminance=1 / max(mean_luminance(file), 0.04),
        threshold=0.3 if style == "afro01" else 0.45,
        depth=-0.3 if over_clothes else -0.1,
        specular=0.22,
        hair=looks.cut,
        hair_tip=tip,
    )
