"""`.look` files: a look with the photos it is made of, in one file. `file` has its form."""

from engine.look.document import (
    Borrowed,
    ChangedTexture,
    DrawnBy,
    LookDocument,
    Pin,
    SourcePhoto,
    Worn,
    plain_pose,
)
from engine.look.file import SUFFIX, peek_look, read_look, write_look

__all__ = [
    "SUFFIX",
    "Borrowed",
    "ChangedTexture",
    "DrawnBy",
    "LookDocument",
    "Pin",
    "SourcePhoto",
    "Worn",
    "peek_look",
    "plain_pose",
    "read_look",
    "write_look",
]
