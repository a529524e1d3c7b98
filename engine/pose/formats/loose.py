"""JSON as hands and programs write it beside its rules: with comments, a comma too many, keys without
quotes, a fence, a name or a call around it, or as a text in a text.
"""

from __future__ import annotations

import ast
import json
import re
import string
import warnings
from typing import Any

# What is never closed ends with the text: looked for from every beginning again, it would take forever.
_TEXT = r'"(?:(?s:\\.)|[^"\\])*(?:"|\\?\Z)'
_COMMENT = r"//[^\n]*|/\*.*?(?:\*/|\Z)|(?<![^\s])\#[^\n]*"
_SUPERFLUOUS = re.compile(rf"({_TEXT})|{_COMMENT}|,(?=\s*[}}\]])", re.DOTALL)
_BARE_KEY = re.compile(rf"({_TEXT})|(?<=[{{,\s])([A-Za-z_$][\w$]*)(?=\s*:)")
_BEFORE = re.compile(
    r"(?:```\w*\s+)?(?:(?:export|default|const|let|var)\s+)*(?:[A-Za-z_$][\w.$]*\s*[=(]\s*)?"
)
_BEHIND = f"{string.whitespace};)`"


def bare(text: str) -> str:
    """What is JSON in a text, as far as that can be told without reading it."""
    if text.startswith('"'):
        inner = value_of(text)
        return inner.strip() if isinstance(inner, str) else text
    text = _SUPERFLUOUS.sub(lambda found: found[1] or "", text).strip()
    text = text[found.end() if (found := _BEFORE.match(text)) else 0 :].rstrip(_BEHIND)
    text = _SUPERFLUOUS.sub(lambda found: found[1] or "", text)  # a comma before what a comment hid
    return _BARE_KEY.sub(lambda found: found[1] or f'"{found[2]}"', text)


def value_of(text: str) -> Any:
    """What a text says in JSON, strictly or loosely, or as Python prints dictionaries, lists and tuples; None
    where it says nothing."""
    for candidate in (text, "" if text.startswith('"') else bare(text)):
        try:
            return json.loads(candidate)
        except (RecursionError, ValueError):
            continue
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes that are none
            return json.loads(json.dumps(ast.literal_eval(text)))
    except (RecursionError, MemoryError, SyntaxError, ValueError, TypeError):
        return None
