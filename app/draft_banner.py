"""What the banner says and offers while a skeleton is laid on a photo by hand."""

from __future__ import annotations

from app.draft import Draft
from app.fitting import ENOUGH_ANCHORS, anchor_count
from app.jobs import GARMENT
from app.notify import Banner
from app.photo_importer import PhotoImporter

USE_POSE, TURN = "Use this pose", "Turn the photo"


class DraftBanner:
    """Its buttons finish the draft of `photos` or put it away."""

    def __init__(self, banner: Banner, photos: PhotoImporter):
        self._banner = banner
        self._photos = photos

    def show(self, draft: Draft) -> None:
        """Ask for a pose on this photo."""
        self._banner.ask(
            "info",
            "",
            (USE_POSE, self._photos.use_draft),
            (TURN, self._photos.turn_draft),
            *([("Use as it is", self._photos.use_whole)] if draft.role == GARMENT else []),
            ("Cancel", self._photos.leave_draft),
        )
        self.tell(draft)

    def tell(self, draft: Draft) -> None:
        """Say how far it is; the pose can be used once enough joints are placed."""
        if draft.corrects:
            self._banner.say(f"{draft.reason} Pull each joint to where it is; Del hides what is not there.")
            return
        placed = anchor_count(draft.pose)
        where = "Put head, hands and feet in place, the rest follows; Del hides what the photo does not show."
        if placed:
            where = f"{placed} placed. " + (
                "Refine any joint, or use it." if placed >= ENOUGH_ANCHORS else where
            )
        self._banner.say(f"{draft.reason} {where}")
        self._banner.enable(USE_POSE, placed >= ENOUGH_ANCHORS)
