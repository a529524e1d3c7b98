"""PISE: person image synthesis and editing with decoupled parsing and image generators (Zhang et al., CVPR
2021)."""

from engine.models.pise.config import PiseConfig, config_from_shapes, default_256, official_256
from engine.models.pise.network import Pise, PiseOutput, SourceImage
from engine.models.pise.parsing_generator import hardened, one_hot
from engine.models.pise.style import Style
from engine.models.pise.weights import from_file, load, save

__all__ = [
    "Pise",
    "PiseConfig",
    "PiseOutput",
    "SourceImage",
    "Style",
    "config_from_shapes",
    "default_256",
    "from_file",
    "hardened",
    "load",
    "official_256",
    "one_hot",
    "save",
]
