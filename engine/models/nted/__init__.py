"""NTED: neural texture extraction and distribution (Ren et al., CVPR 2022)."""

from engine.models.nted.config import (
    Level,
    NtedConfig,
    ablation_256,
    config_from_shapes,
    default_256,
    official_256,
    official_512,
)
from engine.models.nted.network import Nted, NtedOutput
from engine.models.nted.weights import from_file, load, save

__all__ = [
    "Level",
    "Nted",
    "NtedConfig",
    "NtedOutput",
    "ablation_256",
    "config_from_shapes",
    "default_256",
    "from_file",
    "load",
    "official_256",
    "official_512",
    "save",
]
