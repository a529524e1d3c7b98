"""Trees of plain data (dataclasses, dicts, lists, arrays, sparse matrices) in one .npz file, not pickled."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import scipy.sparse as sparse

from engine.files import writing_whole


def save_tree(path: Path, tree) -> None:
    """Write atomically: another process sees the whole file or none. Raises InputError where it cannot be."""
    arrays: list[np.ndarray] = []
    outline = json.dumps(_outline(tree, arrays))
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing_whole(path) as file:
        np.savez(
            file,
            outline=np.frombuffer(outline.encode(), np.uint8),
            **{f"a{i}": a for i, a in enumerate(arrays)},
        )


def load_tree(path: Path, classes: tuple[type, ...]):
    """Read what save_tree wrote; `classes` are the dataclasses that may occur in it."""
    with np.load(path, allow_pickle=False) as file:
        outline = json.loads(file["outline"].tobytes().decode())
        return _rebuilt(outline, file, {cls.__name__: cls for cls in classes})


def _outline(node, arrays: list[np.ndarray]):
    if dataclasses.is_dataclass(node):
        fields = {
            field.name: _outline(getattr(node, field.name), arrays) for field in dataclasses.fields(node)
        }
        return {"class": type(node).__name__, "fields": fields}
    if isinstance(node, np.ndarray):
        arrays.append(node)
        return {"array": len(arrays) - 1}
    if sparse.issparse(node):
        node = node.tocsr()
        return {
            "sparse": [_outline(part, arrays) for part in (node.data, node.indices, node.indptr)],
            "shape": list(node.shape),
        }
    if isinstance(node, dict):
        return {"dict": {key: _outline(value, arrays) for key, value in node.items()}}
    if isinstance(node, (list, tuple)):
        return [_outline(value, arrays) for value in node]
    return node


def _rebuilt(node, file, classes: dict[str, type]):
    if isinstance(node, list):
        return [_rebuilt(value, file, classes) for value in node]
    if not isinstance(node, dict):
        return node
    if "array" in node:
        return file[f"a{node['array']}"]
    if "sparse" in node:
        return sparse.csr_matrix(
            tuple(_rebuilt(part, file, classes) for part in node["sparse"]), shape=tuple(node["shape"])
        )
    if "class" in node:
        return classes[node["class"]](
            **{key: _rebuilt(value, file, classes) for key, value in node["fields"].items()}
        )
    return {key: _rebuilt(value, file, classes) for key, value in node["dict"].items()}
