"""What Inspect puts on the canvas: photos beside the result, maps over both, peaks that pulse, captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from app.canvas.beside import Box, photo_boxes
from app.canvas.items import PictureItem, to_pixmap
from app.canvas.marks import ArrowsItem, CaptionItem, CrossItem, LabelItem, PeakItem, Pulse
from engine.inspecting.values import RESULT

LATE = 0.3  # opacity of what is of an earlier picture


@dataclass(frozen=True, eq=False)
class Laid:
    """What lies over one picture. colours: uint8 RGBA [h, w, 4], or None. name: of the picture. words: what
    lies over it, "" for nothing."""

    colours: np.ndarray | None
    name: str
    words: str = ""

    @property
    def caption(self) -> str:
        return f"{self.name}: {self.words[:1].lower()}{self.words[1:]}" if self.words else self.name


@dataclass(frozen=True)
class Peak:
    """A place on a picture, with the number (0 for none) and the colour of what has its peak there."""

    picture: int
    at: tuple[float, float]
    rank: int
    colour: str


class HeatItem(QGraphicsItem):
    """A small picture of colours, brought smoothly to its box's size; the picture beneath stays sharp."""

    def __init__(self):
        super().__init__()
        self._box = QRectF()
        self._image = QImage()
        self._colours: np.ndarray | None = None  # as shown

    def show_colours(self, colours_hw4: np.ndarray | None, box: QRectF) -> None:
        self.setVisible(colours_hw4 is not None)
        if colours_hw4 is None:
            return
        if box == self._box and self._colours is not None and np.array_equal(colours_hw4, self._colours):
            return  # of a photo the same picture after picture: there is nothing to paint
        self._colours = colours_hw4
        if box != self._box:
            self.prepareGeometryChange()
            self._box = box
        rows = np.ascontiguousarray(colours_hw4)
        height, width = rows.shape[:2]
        image = QImage(rows.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        # With its opacity in it: clear positions would bleed their colour into others when it is scaled.
        self._image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._box

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._box, self._image)


class MapItems:
    """On a scene whose units are px of the model frame; `picture` is the result."""

    def __init__(self, scene: QGraphicsScene, picture: PictureItem):
        self._scene, self._picture = scene, picture
        self._shown: tuple[np.ndarray, ...] = ()
        self.photos: list[PictureItem] = []
        self.heats = {RESULT: self._heat()}
        self._captions = {RESULT: self._caption()}
        self.cross = CrossItem()
        self._add(self.cross, 4.0)
        self.peaks: list[PeakItem] = []
        self._marked: tuple[Peak, ...] = ()
        self.arrows = ArrowsItem()
        self._add(self.arrows, 0.7)
        self.labels: list[LabelItem] = []
        self._labelled: tuple[tuple[float, float], ...] = ()  # where each of them belongs
        self._pulse = Pulse(self._scene)

    @property
    def box(self) -> QRectF:
        """Around the photos that stand beside the result; empty where there are none."""
        united = QRectF()
        for photo in self.photos:
            united = united.united(photo.sceneBoundingRect())
        return united

    @property
    def result_box(self) -> QRectF:
        return self._picture.boundingRect()

    def show_late(self, late: bool) -> None:
        """Fade what is of an earlier picture."""
        for heat in self.heats.values():
            heat.setOpacity(LATE if late else 1.0)
        for item in (self._captions[RESULT], self.arrows, *self.labels, *self.peaks):
            item.setOpacity(LATE if late else 1.0)

    def label(self, labels: Sequence[tuple[tuple[float, float], str]]) -> None:
        """Words at places of the result."""
        while len(self.labels) < len(labels):
            self.labels.append(LabelItem())
            self._add(self.labels[-1], 3.6)
        for place, item in enumerate(self.labels):
            item.setVisible(place < len(labels))
        for item, (_, words) in zip(self.labels, labels, strict=False):
            item.show_words(words)
        self._labelled = tuple(at for at, _ in labels)
        self.place_labels()

    def place_labels(self) -> None:
        """Words stay as large at every zoom: which of them cover each other is another matter at each."""
        views = self._scene.views()
        zoom = views[0].transform().m11() if views else 1.0
        taken: list[QRectF] = []  # in widget px, the uppermost first
        for item, at in sorted(zip(self.labels, self._labelled, strict=False), key=lambda each: each[1][1]):
            x, y = self._box(RESULT).point(at)
            ground = item.boundingRect().translated(x * zoom, y * zoom)
            for above in taken:  # one under the other where they would cover each other
                if ground.intersects(above):
                    ground.moveTop(above.bottom() + 1)
            taken.append(ground)
            item.setPos(ground.center().x() / zoom, ground.center().y() / zoom)

    def show_photos(self, finest: Sequence[np.ndarray]) -> bool:
        """Put these pictures beside the result, uint8 RGB; none takes all away. True if that is another
        arrangement."""
        if len(finest) == len(self._shown) and all(a is b for a, b in zip(finest, self._shown, strict=True)):
            return False
        moved = len(finest) != len(self._shown)
        self._shown = tuple(finest)
        for number, photo in enumerate(self.photos):
            for item in (photo, self.heats.pop(number), self._captions.pop(number)):
                self._scene.removeItem(item)
        self.photos = []
        for number, (rgb_HWC, box) in enumerate(zip(finest, self._boxes(), strict=True)):
            item = PictureItem()
            item.setPixmap(to_pixmap(rgb_HWC, len(rgb_HWC) / box.height))
            item.setPos(box.x, box.y)
            item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
            self._scene.addItem(item)
            self.photos.append(item)
            self.heats[number], self._captions[number] = self._heat(), self._caption()
        return moved

    def show(self, laid: dict[int, Laid]) -> None:
        """Lay maps over the pictures, by RESULT or the photo's number; the rest is bare."""
        for number, heat in self.heats.items():
            one, box = laid.get(number), self._rect(number)
            heat.show_colours(None if one is None else one.colours, box)
            caption, name = ("", "") if one is None else (one.caption, one.name)
            self._captions[number].show_words(caption, box, name)

    def mark(
        self, cross: tuple[int, tuple[float, float]] | None, pinned: bool, peaks: Sequence[Peak]
    ) -> None:
        """Put the cross where is pointed, and rings where the parts have their peaks."""
        self.cross.setVisible(cross is not None)
        if cross is not None:
            self.cross.setPos(*self._box(cross[0]).point(cross[1]))
            self.cross.show_pinned(pinned)
        while len(self.peaks) < len(peaks):
            self.peaks.append(PeakItem())
            self._add(self.peaks[-1], 3.5)
        for item, peak in zip(self.peaks, peaks, strict=False):
            item.setPos(*self._box(peak.picture).point(peak.at))
            item.show_peak(peak.rank, peak.colour)
        for place, item in enumerate(self.peaks):
            item.setVisible(place < len(peaks))
        if tuple(peaks) != self._marked:
            self._marked = tuple(peaks)
            self._pulse.start(self.peaks[: len(peaks)])

    def clear(self) -> None:
        """Maps and marks away; photos stay."""
        self.show({})
        self.mark(None, False, ())
        self.label(())
        self.arrows.hide()

    def _boxes(self) -> tuple[Box, ...]:
        size = self._picture.boundingRect()
        return photo_boxes((round(size.height()), round(size.width())), len(self._shown))

    def _box(self, number: int) -> Box:
        if number != RESULT:
            return self._boxes()[number]
        size = self._picture.boundingRect()
        return Box(0.0, 0.0, size.width(), size.height())

    def _rect(self, number: int) -> QRectF:
        box = self._box(number)
        return QRectF(box.x, box.y, box.width, box.height)

    def _heat(self) -> HeatItem:
        item = HeatItem()
        self._add(item, 0.6)
        item.hide()
        return item

    def _caption(self) -> CaptionItem:
        item = CaptionItem()
        self._add(item, 0.6)
        return item

    def _add(self, item: QGraphicsItem, z: float) -> None:
        item.setZValue(z)
        item.setVisible(False)
        self._scene.addItem(item)
