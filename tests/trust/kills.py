"""Kill writers at random moments and look at what is left: `python tests/trust/kills.py --kills 200`.

What has a final name must be whole, the old one or the new one; and what the killed left is swept by the
next that writes there.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

WRITER = """
import sys
from pathlib import Path
import numpy as np
folder, kind = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
if kind == "picture":
    from engine.photos import write_png
    from engine.provenance import png_texts
    for number in range(1_000_000):
        write_png(folder / "out.png", np.full((300, 200, 3), number % 251, np.uint8), png_texts())
        print(number, flush=True)
elif kind == "pose":
    from engine.pose.formats import write_openpose
    from engine.pose.kinematics import t_pose
    for number in range(1_000_000):
        write_openpose(folder / "out.json", t_pose((256, 176)), (256, 176))
        print(number, flush=True)
elif kind == "weights":
    import torch
    from engine import weights
    for number in range(1_000_000):
        tensors = {"a": torch.full((200_000,), float(number))}
        weights.write(folder / "w.safetensors", tensors, model="m", config={})
        print(number, flush=True)
elif kind == "checkpoint":
    import torch
    from train.run import checkpoint
    state = {"recipe": {}, "network": {}, "ema": {"a": torch.zeros(100_000)}, "decay": (0, 0), "history": []}
    for number in range(1, 1_000_000):
        state["ema"]["a"] += 1
        checkpoint.save(folder, number, {**state, "samples": number})
        print(number, flush=True)
elif kind == "settings":
    from PySide6.QtCore import QByteArray
    from app.settings import Settings
    settings = Settings(folder / "window.ini")
    for number in range(1_000_000):
        settings.set_layout(QByteArray(bytes([number % 251]) * 500), QByteArray(bytes([number % 251]) * 900))
        settings.save()
        print(number, flush=True)
"""
KINDS = ("picture", "pose", "weights", "checkpoint", "settings")


def kill_one(kind: str, folder: Path, rng: random.Random) -> int:
    """Start a writer, kill it after it wrote something, and return how many it said it wrote."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), kind], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout
    for _ in range(2):  # "ready", and the first that is written
        process.stdout.readline()
    time.sleep(rng.uniform(0, 0.3))
    process.kill()
    return 1 + len(process.communicate()[0].splitlines())


def fault_of(kind: str, folder: Path) -> str:
    """What is wrong with what a killed writer left; "" where all is well."""
    from engine.errors import InputError
    from engine.files import sweep

    try:
        check(kind, folder)
    except (InputError, AssertionError, OSError, ValueError) as error:
        return f"{kind}: {type(error).__name__}: {error}"
    sweep(folder)
    left = [path.name for path in folder.iterdir() if path.name.startswith(".poseloom")]
    return f"{kind}: {left} is left" if left else ""


def check(kind: str, folder: Path) -> None:
    if kind == "picture":
        from engine.photos import read_photo

        picture = read_photo(folder / "out.png")
        assert picture.shape == (300, 200, 3) and (picture == picture[0, 0]).all(), "a mixed picture"
    elif kind == "pose":
        assert json.loads((folder / "out.json").read_text())["people"], "no people"
    elif kind == "weights":
        from engine import weights

        tensor = weights.read(folder / "w.safetensors").tensors["a"]
        assert (tensor == tensor[0]).all(), "mixed weights"
    elif kind == "checkpoint":
        from train.run import checkpoint

        found = checkpoint.newest(folder)
        assert found and not found.damaged, "a damaged checkpoint"
        assert (found.state["ema"]["a"] == found.state["samples"]).all(), "a mixed checkpoint"
    else:
        from app.settings import Settings

        layout = Settings(folder / "window.ini").layout()
        assert layout, "no layout"
        geometry, state = (bytes(part.data()) for part in layout)
        assert len(geometry) == 500 and state == geometry[:1] * 900, "a mixed layout"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng, written, faults = random.Random(options.seed), Counter[str](), []
    for index in range(options.kills):
        kind = KINDS[index % len(KINDS)]
        with tempfile.TemporaryDirectory() as name:
            written[kind] += kill_one(kind, Path(name), rng)
            if fault := fault_of(kind, Path(name)):
                faults.append(fault)
                print(fault, flush=True)
    print(
        f"{options.kills} kills, {sum(written.values())} files written, {len(faults)} faults: {dict(written)}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
