"""Dress: pointing outlines what they wear, a click chooses it, a photo is where it then comes from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.controller import Controller
from app.modes.brush import Brush
from app.modes.mode import XY
from app.wishes import Wish, Wishes
from engine.api import Frame
from engine.editing import regions
from engine.editing.regions import Choice
from engine.garments import BACKGROUND, GARMENTS


class DressMode(QObject):
    """Holds what is pointed at and what is chosen; the pictures of both are the canvas'."""

    hover_changed = Signal(object, str)  # lines [N, 2] from 0 to 1 across the frame, the garment's word
    choice_changed = Signal(object, object)  # lines, the words chosen
    lenders_changed = Signal(
        object
    )  # frozenset of keys of photos that can lend some of it, None: none chosen

    stroke_changed = Signal(object)  # engine.api.Stroke that the hand is at; None: it is in the picture
    lights_changed = Signal(object)  # by key of a photo, float [h, w] from 0 to 1: where it is gathered there

    def __init__(self, controller: Controller):
        super().__init__(controller)
        self._controller = controller
        self._pieces_hw: np.ndarray | None = None
        self._picture_HWC: np.ndarray | None = None
        self._distribution: regions.LayerMaps = {}
        # Of the picture that is shown: by choice its mask, and the lines around that.
        self._lines_of: dict[Choice, tuple[np.ndarray, list[np.ndarray]]] = {}
        self._hovered = ""
        self.wishes = Wishes(self._give)
        self._early: list[Callable[[], object]] = []  # what the hand did before it is known what is where
        self._stroke_asked = 0  # stamp of the picture that has all of the last stroke in it
        self._at: XY | None = None  # where the pointer is
        self.choice: Choice = ()
        self.on = False
        self.brush = Brush(self)
        self.brush.changed.connect(self._on_brush)
        controller.frames.shown.connect(self._on_frame)
        controller.frames.mapped.connect(self._on_maps)
        controller.lending.read.connect(lambda _key: self._tell_lights())
        controller.look_changed.connect(self._on_look)
        controller.lending.answered.connect(self._on_answer)
        controller.photos.garment_asked.connect(self.wishes.made)
        controller.photos.garment_shelved.connect(self._on_shelved)

    def switch(self, on: bool) -> None:
        """Begin or end; what was chosen is forgotten."""
        self.on = on
        self._forget()
        self._lift()
        self.brush.take_up(False)
        self._hover("")
        self.choose(())
        self._tell_lights()
        self.stroke_changed.emit(None)
        self._controller.frames.set_wants_pieces(on)
        if on:
            self._ask()

    # What the hand does.

    def hovered(self, xy: XY | None) -> None:
        self._at = xy
        if self.brush.on and self.on:
            if xy is not None and self._controller.painting.stroke is not None:
                self._controller.painting.draw_to(xy)
                self._tell_stroke()
            self._hovered = ""
            self.hover_changed.emit([] if xy is None else self.brush.outline(xy, self._controller.size), "")
        else:
            self._hover("" if xy is None else self._word_at(xy))

    def aimed(self, xy: XY, let_go: bool) -> Wish | None:
        """What a photo that hovers here would give; None for nothing. let_go: choose that."""
        wish = Wish()
        if self._pieces_hw is None:
            if let_go:
                self._early.append(partial(self._let_go_on, xy, wish))
            return wish
        wish.words = self._meant(xy)
        if let_go:
            self._let_go_on(xy, wish)
        else:
            self._hover(self._word_at(xy))
        return wish if wish.words else None

    def _let_go_on(self, xy: XY, wish: Wish) -> None:
        words = self._meant(xy)
        self.wishes.settle(wish, words)
        self.choose(words)

    def _meant(self, xy: XY) -> Choice:
        """The garments that a photo would be for here."""
        word = self._word_at(xy)
        return self.choice if not word or word in self.choice else (word,)

    def pressed(self, xy: XY, add: bool, remove: bool) -> None:
        if self.brush.on:
            word = BACKGROUND if remove else self.brush.word
            self._controller.painting.begin(word, xy, self.brush.radius, self._controller.size[0])
            self._tell_stroke()
            return
        if self._pieces_hw is None:
            self._early.append(partial(self.pressed, xy, add, remove))
            return
        word = self._word_at(xy)
        if remove:
            self.choose(regions.removed(self.choice, word))
        elif add:
            self.choose(regions.added(self.choice, word))
        elif word or self.choice:
            self.choose((word,) if word else ())
        elif self._inside(xy):
            self.choose((BACKGROUND,))  # a second click on the wall means the wall

    def released(self) -> None:
        self._lift()

    def take_brush(self, on: bool) -> None:
        """Take the brush up to paint what is chosen, or put it away. A click that waits chose for clothes: it
        is no stroke."""
        self._early.clear()
        if on and self.choice:
            self.brush.choose(self.choice[-1])
        self.brush.take_up(on and self.on)

    def wheeled(self, steps: float) -> bool:
        if self.brush.on:
            self.brush.widen(steps)
            return True
        if self._pieces_hw is None or not self.choice:
            return False
        grow = steps > 0
        self.choose(regions.grown(self._pieces_hw, self.choice) if grow else regions.shrunk(self.choice))
        return True

    def escaped(self) -> bool:
        if self.brush.on:
            self._lift()
            self.brush.take_up(False)
            return True
        chosen = bool(self.choice)
        self._forget()
        self.choose(())
        return chosen

    def entered(self) -> bool:
        """Take what is chosen from the photo that was used last, or the only other one there is."""
        look = self._controller.document.look
        others = [photo.key for photo in look.photos if photo.key != look.person]
        used = [worn.key for worn in look.outfit if worn.key in others]
        key = used[-1] if used else others[0] if len(others) == 1 else ""
        return bool(key) and self.take(key)

    def arrowed(self, step: XY, far: bool) -> bool:
        return False

    def tabbed(self, forward: bool) -> bool:
        """Through the garments that are seen, from the head down."""
        shown = self._shown()
        here = shown.index(self.choice[-1]) if self.choice and self.choice[-1] in shown else None
        following = (0 if forward else len(shown) - 1) if here is None else here + (1 if forward else -1)
        if not 0 <= following < len(shown):
            self.choose(())
            return False
        self.choose((shown[following],))
        return True

    def numbered(self, number: int) -> bool:
        """The photo of this number on the shelf, from 1."""
        photos = self._controller.document.look.photos
        return number <= len(photos) and self.take(photos[number - 1].key)

    def take(self, key: str) -> bool:
        """Take what is chosen from a photo; False in another mode."""
        photo = self._controller.document.look.photo(key)
        if not self.on or photo is None:
            return False
        if self._early:
            self._early.append(partial(self.take, key))
        elif self.choice:
            self.wishes.take(self.choice, key)
        else:
            self._controller.notice.emit(
                "info", "Click what they wear first, then the photo to take it from.", ""
            )
        return True

    def _give(self, words: Choice, key: str) -> bool:
        """Take these garments from a photo. False while it is not known what that lends."""
        photo = self._controller.document.look.photo(key)
        lends = None if photo is None else self._controller.lending.of(photo.reference)
        if lends is not None:
            self._controller.outfit.take(words, key, lends)
        return photo is None or lends is not None

    def _forget(self) -> None:
        self.wishes.forget()
        self._early.clear()

    def _lift(self) -> None:
        self._controller.painting.end()
        self._tell_drawn()

    # What happens meanwhile.

    def _on_answer(self, key: str) -> None:
        self._tell_lenders()
        self.wishes.answered(key)

    def _on_shelved(self, key: str, wish: Wish) -> None:
        """A photo is where that comes from on which it was dropped, or what is chosen when it is added."""
        if self.on and self._early:
            self._early.append(partial(self._on_shelved, key, wish))
        elif self.on:
            self.wishes.read(wish, self.choice, key)

    def _on_look(self, changed: frozenset[str]) -> None:
        if not self.on:
            self._pieces_hw = None  # of another picture when it comes to that
            return
        if "person" in changed:
            self._forget()
            self.choose(())
        if "photos" in changed:
            self._ask()

    def _on_frame(self, frame: Frame) -> None:
        if frame.pieces is not None and self.on:
            if not self._is_shown(frame):
                self._lines_of.clear()
            self._pieces_hw, self._picture_HWC = frame.pieces, frame.image
            self._press_early()
            if not self.brush.on:
                self.hover_changed.emit(self._lines((self._hovered,) if self._hovered else ()), self._hovered)
            self._tell_choice()
            self._tell_drawn()

    def _is_shown(self, frame: Frame) -> bool:
        """Whether its picture is the present one: maps come with the picture that was there before them."""
        pieces_hw, picture_HWC = self._pieces_hw, self._picture_HWC
        if frame.pieces is None or pieces_hw is None or picture_HWC is None:
            return False
        return np.array_equal(frame.pieces, pieces_hw) and np.array_equal(frame.image, picture_HWC)

    def _press_early(self) -> None:
        """What was clicked, or where a photo was let go, while nothing was known yet."""
        early, self._early = self._early, []
        for each in early:
            each()

    def _on_maps(self, frame: Frame) -> None:
        if self.on:
            self._distribution = regions.drawn_of(frame.sources)
            self._on_frame(frame)
            self._tell_lights()

    def _ask(self) -> None:
        """What the photos can lend, and where their textures lie."""
        for photo in self._controller.document.look.photos:
            self._controller.lending.of(photo.reference)
            self._controller.lending.reads(photo.reference)

    # Telling.

    def _word_at(self, xy: XY) -> str:
        if self._pieces_hw is None:
            return ""
        height, width = self._controller.size
        return regions.word_at(self._pieces_hw, xy[0] / width, xy[1] / height)

    def _inside(self, xy: XY) -> bool:
        height, width = self._controller.size
        return self._pieces_hw is not None and 0 <= xy[0] < width and 0 <= xy[1] < height

    def _shown(self) -> list[str]:
        if self._pieces_hw is None:
            return []
        heights = {}
        for word in GARMENTS:
            rows = np.flatnonzero(regions.mask_of(self._pieces_hw, (word,)).any(1))
            if len(rows):
                heights[word] = rows[0]
        return sorted(heights, key=lambda word: heights[word])

    def _hover(self, word: str) -> None:
        if word != self._hovered or not word:
            told, self._hovered = self._hovered, word
            self.hover_changed.emit(self._lines((word,) if word else ()), word)
            if word != told:
                self._tell_lights()

    def choose(self, choice: Choice) -> None:
        """Choose these garments, seen or not."""
        if choice != self.choice:
            self.choice = choice
            self._tell_choice()
            self._tell_lenders()
            self._tell_lights()

    def _on_brush(self) -> None:
        self._tell_choice()
        self.hovered(self._at)

    def _tell_choice(self) -> None:
        """What is chosen; while the brush is in the hand what it paints, as far as that is there."""
        shown = (self.brush.word,) if self.brush.on else self.choice
        self.choice_changed.emit(self._lines(shown), self.choice)

    def _tell_stroke(self) -> None:
        """What the hand paints, until the picture that was just asked for has it."""
        self._stroke_asked = self._controller.frames.asked
        self.stroke_changed.emit(self._controller.painting.stroke)

    def _tell_drawn(self) -> None:
        """A stroke that was let go and is in the picture needs no line over it."""
        frames = self._controller.frames
        if self._controller.painting.stroke is None and frames.on_screen >= self._stroke_asked:
            self.stroke_changed.emit(None)

    def _tell_lenders(self) -> None:
        """Photos that are not known yet count as lending: they are asked when it comes to that."""
        look, lending = self._controller.document.look, self._controller.lending
        known = {
            photo.key: lending.of(photo.reference)
            for photo in look.photos
            if self.choice and photo.key != look.person
        }
        able = frozenset(
            key for key, lends in known.items() if lends is None or set(self.choice) & lends.keys()
        )
        self.lenders_changed.emit(able if self.choice else None)

    def _tell_lights(self) -> None:
        """Where the photos that can lend it have what is pointed at, or else what is chosen: C̄e of the
        textures that make it."""
        asked = (self._hovered,) if self._hovered else self.choice
        self._controller.frames.set_wants_maps(bool(asked) and self.on, "dress")
        self.lights_changed.emit(self._lights(asked) if asked and self.on else {})

    def _lights(self, choice: Choice) -> dict[str, np.ndarray]:
        if self._pieces_hw is None:
            return {}
        name, mine_K = regions.textures_of(self._distribution, regions.mask_of(self._pieces_hw, choice))
        look, lending = self._controller.document.look, self._controller.lending
        found = {}
        for photo in look.photos:
            lends, layers = lending.of(photo.reference) or {}, lending.reads(photo.reference)
            if photo.key != look.person and set(choice) & lends.keys() and name in layers and mine_K.any():
                found[photo.key] = regions.lit(layers[name], mine_K)
        return found

    def _lines(self, choice: Choice) -> list[np.ndarray]:
        if self._pieces_hw is None or self._picture_HWC is None or not choice:
            return []
        mask_hw = regions.seen_as(self._pieces_hw, choice, self._distribution)
        known = self._lines_of.get(choice)
        if known is not None and np.array_equal(known[0], mask_hw):
            return known[1]
        from engine.editing.outlines import sharp

        wall_hw = None if BACKGROUND in choice else self._pieces_hw == 0
        lines = regions.outline(sharp(mask_hw, self._picture_HWC, wall_hw))
        self._lines_of[choice] = mask_hw, lines
        return lines
