"""The tools for the chosen texture: mute, solo, scale, recolour, take from another photo, name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.docks.sliders import AmountSlider
from app.document import Photo
from engine.look import ChangedTexture

LOUDEST = 200  # per cent that the slider goes to
ALONE = "This texture"
TAKE = "The same texture of another photo"
NOT_HERS = "Of a garment of another photo; Dress takes garments from photos"


class TextureTools(QWidget):
    """Shows what is changed of a texture and tells what is wanted. garment: whether all textures that make
    the same garment are meant, of every layer."""

    mute_wanted = Signal(bool)
    solo_wanted = Signal(bool)
    slide_began = Signal()
    scale_wanted = Signal(float, bool)  # sliding
    photo_wanted = Signal(str)
    reset_wanted = Signal()
    reset_all_wanted = Signal()
    name_wanted = Signal()
    recolour_wanted = Signal()

    def __init__(self):
        super().__init__()
        self.scope = QComboBox()
        self.scope.setAccessibleName("Which textures are changed")
        self.scope.setMinimumContentsLength(4)
        self.scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.mute = self._button("Mute", "Leave the texture away: what only it carries turns grey")
        self.solo = self._button("Solo", "Of this layer, only this texture")
        for button in (self.mute, self.solo):
            button.setCheckable(True)
        self.mute.clicked.connect(lambda on: self._want(self.mute_wanted, on))
        self.solo.clicked.connect(lambda on: self._want(self.solo_wanted, on))
        self.take = self._button("Take from", TAKE)
        self.take.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.take.setMenu(QMenu(self))
        self.recolour = self._button("Recolour", "Show what the texture makes in another colour")
        self.recolour.clicked.connect(lambda: self.recolour_wanted.emit())
        self.more = self._button("More", "A name of your own, and back to how it was")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction("Name this texture…", self.name_wanted.emit)
        self._reset = menu.addAction("Reset this texture", self.reset_wanted.emit)
        self._reset_all = menu.addAction("Reset all textures", self.reset_all_wanted.emit)
        self.more.setMenu(menu)
        self.scale = AmountSlider()
        self.scale.setRange(0, LOUDEST)
        self.scale.setAccessibleName("Scale of the texture, per cent")
        self.scale.setToolTip("How strong the texture is, of what it was")
        self._scaled = QLabel()
        self._scaled.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._scaled.setMinimumWidth(self._scaled.fontMetrics().horizontalAdvance(f"{LOUDEST}%"))
        self.scale.valueChanged.connect(self._tell_scale)
        self._tell_scale(self.scale.value())
        self.scale.began.connect(self.slide_began)
        self.scale.valueChanged.connect(lambda value: self.scale_wanted.emit(value / 100, self.scale.sliding))
        self._changed = ChangedTexture("", 0)  # as it was last shown
        self._offered: tuple[tuple[str, str], ...] = ()  # keys and names of the photos in the menu
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(_row(_muted("Change"), self.scope, stretched=self.scope))
        strip = _row(self.mute, self.solo, _muted("Scale"), self.scale, self._scaled, stretched=self.scale)
        column.addLayout(strip)
        column.addLayout(_row(self.take, self.recolour, self.more))

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        return button

    def _tell_scale(self, per_cent: int) -> None:
        self._scaled.setText(f"{per_cent}%")

    @property
    def garment(self) -> bool:
        return self.scope.currentIndex() == 1

    def show_texture(
        self,
        changed: ChangedTexture,
        alike: str,
        photos: Sequence[Photo],
        any_changed: bool,
        hers: bool = True,
    ) -> None:
        """alike: what all textures are called that do the same, "" where that is not known. photos: that it
        could be taken from, the person's own first. hers: not of a garment of another photo."""
        texts = [ALONE, *([alike] if alike else [])]
        if [self.scope.itemText(place) for place in range(self.scope.count())] != texts:
            kept = self.garment
            self.scope.clear()
            self.scope.addItems(texts)
            self.scope.setCurrentIndex(int(kept and bool(alike)))
        self._offer(tuple((photo.key, photo.name) for photo in photos))
        self._changed = changed
        self._show_changed()
        self.take.setEnabled(hers and len(photos) > 1)
        self.take.setToolTip(TAKE if hers else NOT_HERS)
        self._reset.setEnabled(changed != ChangedTexture(changed.layer, changed.texture))
        self._reset_all.setEnabled(any_changed)

    def _offer(self, photos: tuple[tuple[str, str], ...]) -> None:
        """Keys and names of the photos to take from."""
        if photos == self._offered:
            return  # a pointer moves on more often than photos come and go
        self._offered = photos
        menu = self.take.menu()
        menu.clear()
        for place, (key, name) in enumerate(photos):
            action = menu.addAction(f"{name} (their own)" if place == 0 else name)
            action.setCheckable(True)
            action.triggered.connect(lambda _on, key=key: self._want(self.photo_wanted, key))

    def _want(self, signal: SignalInstance, value: bool | str) -> None:
        """Tell it, and show what came of it: Qt has set the mark of what was clicked, whether or not."""
        signal.emit(value)
        self._show_changed()

    def _show_changed(self) -> None:
        """What is changed, telling nobody."""
        changed = self._changed
        self.mute.setChecked(changed.muted)
        self.solo.setChecked(changed.solo)
        self.scale.blockSignals(True)
        self.scale.setValue(round(100 * changed.scale))
        self.scale.blockSignals(False)
        self._tell_scale(self.scale.value())
        for place, (action, (key, _name)) in enumerate(
            zip(self.take.menu().actions(), self._offered, strict=True)
        ):
            action.setChecked(changed.photo == ("" if place == 0 else key))


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label


def _row(*widgets: QWidget, stretched: QWidget | None = None) -> QHBoxLayout:
    """Beside each other; what is not stretched stands at the left."""
    row = QHBoxLayout()
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget, int(widget is stretched))
    if stretched is None:
        row.addStretch(1)
    return row
