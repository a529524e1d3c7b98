"""A window of its own that works until it is killed: edits, and says on stdout what was kept and saved.

Edit n puts the nose at x = n. Run as: killed_window.py FILE.look, with POSELOOM_HOME set.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from fake_engine import FakeBackend  # noqa: E402
from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from app.files.look_jobs import WriteJournal, WriteLook  # noqa: E402
from app.window import MainWindow  # noqa: E402

NOSE = 0
EDIT_MS, KEEP_MS, SAVE_EVERY = 2, 15, 40


def main(path: Path) -> None:
    application = QApplication([])
    window = MainWindow(FakeBackend())
    window.autosave.timer.setInterval(KEEP_MS)
    edits = QTimer(interval=EDIT_MS)
    done = [0]

    def edit() -> None:
        done[0] += 1
        window.controller.posing.place(NOSE, (float(done[0]), 20.0))
        if done[0] % SAVE_EVERY == 0:
            window.looks.path = path
            window.looks.save()

    def say(job: object, _value: object) -> None:
        if isinstance(job, (WriteJournal, WriteLook)):
            what = "kept" if isinstance(job, WriteJournal) else "saved"
            print(what, int(job.document.pose_18x3[NOSE, 0]), flush=True)

    edits.timeout.connect(edit)
    window.files.done.connect(say)
    window.controller.frames.shown.connect(lambda _frame: edits.isActive() or edits.start())
    window.show()
    window.start()
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
