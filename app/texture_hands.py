"""What the tools of Inspect do: to the chosen texture, or to all that make the same garment."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog

from app import theme
from app.controller import Controller
from app.dialogs import name as ask_name
from app.docks.inspector import InspectPanel
from app.modes.inspect import InspectMode
from app.settings import Settings
from app.texture_changes import Slot
from engine.api import DISTRIBUTION
from engine.inspecting.doing import makers, piece_mask
from engine.inspecting.values import mean_colour


class TextureHands(QObject):
    """Between the panel's tools, the textures of the document and the names in the settings."""

    def __init__(self, panel: InspectPanel, mode: InspectMode, controller: Controller, settings: Settings):
        super().__init__(panel)
        self._panel, self._mode, self._controller, self._settings = panel, mode, controller, settings
        self._alike: dict[str, list[Slot]] = {}  # by garment word, those that were changed together
        controller.engine_awake.connect(lambda _facts: self._read_names())
        tools, textures = panel.tools, controller.textures
        tools.mute_wanted.connect(lambda on: textures.set_muted(self._slots(), on))
        tools.solo_wanted.connect(lambda on: textures.set_solo(self._slots(), on))
        tools.slide_began.connect(textures.begin_slide)
        tools.scale_wanted.connect(lambda scale, sliding: textures.set_scale(self._slots(), scale, sliding))
        tools.photo_wanted.connect(lambda key: textures.take(self._slots(), key))
        tools.reset_wanted.connect(lambda: textures.reset(self._slots()))
        tools.reset_all_wanted.connect(lambda: textures.reset())
        tools.name_wanted.connect(self._ask_name)
        tools.recolour_wanted.connect(self._ask_colour)
        mode.changed.connect(self.show)
        controller.look_changed.connect(lambda _changed: self.show())

    def show(self) -> None:
        """What is changed of the texture that is chosen."""
        slot, facts, look = self._chosen(), self._controller.facts, self._controller.document.look
        self._panel.tools.setVisible(slot is not None and look.photo(look.person) is not None)
        if slot is None or facts is None:
            return
        doing = self._mode.doing
        alike = "" if doing is None else f"All that make the {doing.word or 'background'}"
        own = look.photo(look.person)
        others = [photo for photo in look.photos if photo.key != look.person]
        shown = self._mode.inspection
        self._panel.tools.show_texture(
            self._controller.textures.of(slot),
            alike,
            [*([own] if own else []), *others],
            bool(look.textures),
            hers=shown is None or not shown.of_garment,
        )

    def _read_names(self) -> None:
        facts = self._controller.facts
        self._panel.own_names = self._settings.texture_names(_hash(facts.weights)) if facts else {}

    def _chosen(self) -> Slot | None:
        shown = self._mode.inspection
        if shown is None or shown.choice.kind != DISTRIBUTION or shown.maps_Khw is None:
            return None
        return shown.choice.info.name, shown.aim.channel

    def _slots(self) -> list[Slot]:
        slot, shown, doing = self._chosen(), self._mode.inspection, self._mode.doing
        if slot is None or shown is None:
            return []
        pieces_hw = shown.subject.pieces_hw
        if not self._panel.tools.garment or doing is None or pieces_hw is None:
            return [slot]
        # Once they are changed others may make the garment: the same ones are to be brought back.
        textures, kept = self._controller.textures, self._alike.get(doing.word, [])
        if not any(textures.is_changed(each) for each in kept):
            maps = shown.subject.photos[0].maps.of(DISTRIBUTION)
            kept = self._alike[doing.word] = makers(maps, pieces_hw, doing.word) or [slot]
        return kept

    def _ask_colour(self) -> None:
        slots = self._slots()
        if slots:
            before = QColor(self._controller.textures.of(slots[0]).colour or self._colour_here())
            colour = QColorDialog.getColor(before, self._panel, "Recolour")
            if colour.isValid():
                self._controller.textures.set_colour(slots, colour.name())

    def _colour_here(self) -> str:
        """What the chosen texture, or the garment that it makes, has in this picture."""
        shown, doing = self._mode.inspection, self._mode.doing
        if shown is None or shown.maps_Khw is None:
            return theme.UNCOLOURED
        share_hw, pieces_hw = shown.maps_Khw[shown.aim.channel], shown.subject.pieces_hw
        if self._panel.tools.garment and doing is not None and pieces_hw is not None:
            share_hw = piece_mask(pieces_hw, doing.word)
        found = mean_colour(shown.subject.result, share_hw)
        return theme.UNCOLOURED if found is None else QColor(*found).name()

    def _ask_name(self) -> None:
        slot, facts = self._chosen(), self._controller.facts
        if slot is None or facts is None:
            return
        weights = _hash(facts.weights)
        title = f"Texture {slot[1] + 1} of {slot[0]}"
        before = self._settings.texture_name(weights, *slot)
        name = ask_name.ask(self._panel, title, "A name of your own", before)
        if name is not None:
            self._settings.set_texture_name(weights, *slot, name)
            self._read_names()
            self._panel.refresh()


def _hash(weights: dict) -> str:
    return str(weights.get("sha256", ""))
