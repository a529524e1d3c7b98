"""What a session holds while photos come and go: `python tests/trust/memory.py --photos 44`."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine import Session  # noqa: E402
from engine.pose.kinematics import t_pose  # noqa: E402


def resident_mib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise OSError("no resident size in /proc/self/status")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=44)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    session = Session.open(device=options.device)
    session.warm_up()
    print(f"open: {resident_mib():.0f} MiB", flush=True)
    rng, shelf = np.random.default_rng(0), []
    for _ in range(options.photos):
        small = rng.integers(0, 255, (24, 16, 3), np.uint8)
        photo = small.repeat(64, 0).repeat(64, 1)
        shelf.append(session.set_reference(photo, t_pose(photo.shape[:2])))
        session.render()
        if len(shelf) == 1:
            print(f"the first photo on the shelf: {resident_mib():.0f} MiB", flush=True)
    print(f"{options.photos} photos on the shelf: {resident_mib():.0f} MiB", flush=True)
    del shelf[1:]
    session.use(shelf[0])
    gc.collect()
    session.render()
    print(f"one photo on the shelf: {resident_mib():.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
