"""Pictures that are asked for their pose: a skeleton picture, or a photo of somebody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.jobs import RenderThread
from engine.errors import InputError
from engine.pose.formats import Person, PoseFile


@dataclass(frozen=True, eq=False)
class ReadPosePicture:
    """Everybody whose pose a picture holds; source: path, or bytes of a picture file. Value: PoseFile."""

    source: Path | bytes
    name: str

    @property
    def doing(self) -> str:
        return f"reading {self.name}"

    def run(self, worker: RenderThread) -> PoseFile:
        from engine import photos
        from engine.pose.formats.pictures import people_in_picture, people_in_pixels

        data = photos.read_bytes(self.source) if isinstance(self.source, Path) else self.source
        rgb_HWC = worker.backend.read_photo(data, self.name)
        if isinstance(self.source, Path):
            found = people_in_picture(self.source, rgb_HWC)
        else:
            found = people_in_pixels(rgb_HWC, self.name)
        if found is not None:
            return found
        capability = worker.backend.detection()
        if not capability.available:
            raise InputError(
                f"{self.name} shows no skeleton, and people cannot be found: {capability.reason}."
            )
        pose = worker.backend.detect(rgb_HWC)
        if pose is None:
            raise InputError(f"{self.name} shows no skeleton and nobody whose pose could be taken.")
        height, width = rgb_HWC.shape[:2]
        return PoseFile(self.name, (Person(pose, (float(height), float(width))),))
