"""A photo in which the person is being shown by hand: its own small document with its own undo."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QUndoGroup, QUndoStack

from app import fitting
from app.document import Document, Look
from engine.pose import kinematics
from engine.pose.skeleton import SEEN


class Draft:
    """rgb_HWC: the photo as read. role: what it becomes. reason: why nobody was found, one sentence.

    data: the bytes of its file. replaces: key of the photo on the shelf that it is. pose: [18, 3] in photo px
    of the skeleton to put right; None: nobody was found.
    """

    def __init__(
        self,
        rgb_HWC: np.ndarray,
        name: str,
        role: str,
        reason: str,
        group: QUndoGroup,
        data: bytes = b"",
        replaces: str = "",
        pose: np.ndarray | None = None,
    ):
        self.replaces = replaces
        self.data = data
        self.rgb_HWC = rgb_HWC
        self.name = name
        self.role = role
        self.reason = reason
        self.template = np.array(kinematics.t_pose(rgb_HWC.shape[:2]), dtype=np.float32)
        self._start = fitting.start_draft(self.template) if pose is None else np.array(pose, np.float32)
        self.corrects = pose is not None
        self.document = Document(Look(pose=self.start))
        self.undo_stack = QUndoStack(group)

    def pull(self, pose_18x3: np.ndarray, joint: int, xy: tuple[float, float]) -> np.ndarray:
        """The pose with `joint` put at `xy` and the joints not yet placed following; where a skeleton is
        put right, none does."""
        if self.corrects:
            pose = np.array(pose_18x3, np.float32)
            pose[joint] = (*xy, SEEN)
            return pose
        return fitting.place_anchor(pose_18x3, self.template, joint, xy)

    @property
    def pose(self) -> np.ndarray:
        """The skeleton as it lies now, [18, 3] in photo px."""
        return self.document.look.pose

    @property
    def start(self) -> np.ndarray:
        """The skeleton with no joint put in place yet, or as it is to be put right."""
        return self._start
