"""The parsing and keypoint network: regions, joints and surface coordinates of a person in a picture."""

from engine.models.parser.config import ParserConfig
from engine.models.parser.network import Encoder, Parser, ParserOutput, fold, places
from engine.models.parser.weights import MODEL, SHIPPED, load, save

__all__ = [
    "MODEL",
    "SHIPPED",
    "Encoder",
    "Parser",
    "ParserConfig",
    "ParserOutput",
    "fold",
    "load",
    "places",
    "save",
]
