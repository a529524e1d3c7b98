"""Help dialogs: keys and mouse, the network in use, the program."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app import theme
from app.actions import ACTIONS, MENUS
from app.worker import EngineFacts
from engine.api import CORRESPONDENCE, EXTRACTION, FLOW, PARSING
from engine.setup import guards
from engine.version import VERSION

MOUSE = (
    ("Drag a joint", "the body follows; X bends elbow or knee the other way"),
    ("Drag a bone", "turn that limb, or the head"),
    ("Ctrl + drag", "move that joint alone"),
    ("Drag the trunk, Alt + drag", "move the whole person"),
    ("Shift + drag", "along a line or to an angle, in steps of 15°"),
    ("Alt + wheel", "turn the person, or what is in a box; Shift: 15°"),
    ("Drag on empty", "choose joints: a box moves, turns, scales them"),
    ("… zoomed in", "pan; Shift + drag chooses joints"),
    ("Double-click a joint", "hide or show it"),
    ("Wheel", "zoom at the pointer"),
    ("Space + drag, middle drag", "pan"),
    ("Tab, Shift + Tab", "next, previous joint"),
    ("Arrows", "nudge a joint or a box by 1 px; Shift 10, Alt ¼"),
    ("Hold \\", "see the reference"),
    ("Hold Z", "see the pose before the last step"),
    ("Hold I", "see the map over the picture; 3 inspects it"),
    ("Hold E", "see what is copied and what is invented"),
    ("Esc", "cancel the drag, let the joints go"),
)
DRESSING = (
    ("Click", "choose what they wear there; Tab: the next garment"),
    ("Shift + click, Ctrl + click", "choose it too, leave it out; Alt as Ctrl"),
    ("Wheel", "take in what lies beside it, and back"),
    ("Click a photo, Alt + 1 to 9", "take what is chosen from that photo of the shelf"),
    ("Enter", "take it from the photo that was used last"),
    ("Drop a photo on it", "take what is there from that photo"),
    ("Brush: drag, Ctrl + drag", "say that it is there, or that nothing is; wheel: its size"),
    ("Esc", "put the brush away, choose nothing, leave refining"),
)


_LONG, BREAK = re.compile(r"(\S{24})(?=\S)"), "\\1\u200b"  # where a checksum may go on in the next line


def _table(rows: Iterable[tuple[str, str]]) -> str:
    muted = theme.colours().muted
    return "<table cellspacing=0 cellpadding=3 style='margin-top: 8px; margin-bottom: 8px'>" + "".join(
        f"<tr><td width=230>{html.escape(what)}</td>"
        f"<td style='color:{muted}'>{html.escape(_LONG.sub(BREAK, how))}</td></tr>"
        for what, how in rows
    ) + "</table>"  # fmt: skip


def _show(parent: QWidget, title: str, text: str) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 18, 20, 16)
    words = QTextBrowser()  # keys scroll it; a label would be laid out some ten times before it is shown
    words.setOpenLinks(False)
    words.setHtml(text)
    column.addWidget(words)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column.addWidget(buttons)
    words.setFocus()
    dialog.resize(540, 560)
    dialog.open()
    return dialog


def keys(parent: QWidget, bound: Mapping[str, tuple[str, ...]]) -> QDialog:
    """Every key and gesture, from the same table as the menus. bound: the keys of each action, by id."""
    native = QKeySequence.SequenceFormat.NativeText
    parts = ["<b>Mouse and canvas</b>", _table(MOUSE)]
    parts += ["<br><b>In Dress</b>", _table(DRESSING)]
    for title in MENUS:
        rows = [
            (
                spec.text.replace("&", "").rstrip("…"),
                ", ".join(QKeySequence(k).toString(native) for k in bound[spec.id]),
            )
            for spec in ACTIONS
            if spec.menu == title and bound[spec.id]
        ]
        if rows:
            parts += [f"<br><b>{title.replace('&', '')}</b>", _table(rows)]
    return _show(parent, "Keys and mouse", "".join(parts))


def network(parent: QWidget, facts: EngineFacts) -> QDialog:
    """The weights in use and their card."""
    weights = facts.weights
    rows = [
        ("Weights", str(weights.get("name", ""))),
        ("sha256", str(weights.get("sha256", ""))[:16]),
        ("Frame", f"{facts.size[0]} × {facts.size[1]} px"),
        ("Engine", facts.engine),
        ("Maps", ", ".join(dict.fromkeys(each.kind for each in facts.maps))),
        ("Device", facts.device),
    ]
    words = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in in_words(facts))
    card = weights.get("card") or "This file carries no model card."
    body = _table(card_rows(card)) if isinstance(card, Mapping) else html.escape(str(card))
    return _show(parent, "About the network", f"{words}{_table(rows)}<p><b>Model card</b></p>{body}")


def card_rows(card: object, name: str = "") -> list[tuple[str, str]]:
    """A model card as lines of a name and its words; what lies deeper has the names on the way to it."""
    if isinstance(card, Mapping):
        return [
            row
            for key, value in card.items()
            for row in card_rows(value, f"{name}, {key}".lstrip(", ").replace("_", " "))
        ]
    if isinstance(card, (list, tuple)) and any(isinstance(each, Mapping) for each in card):
        return [row for place, each in enumerate(card, 1) for row in card_rows(each, f"{name} {place}")]
    if isinstance(card, (list, tuple)):
        return [(name, ", ".join(map(str, card)))]
    return [(name, str(card))] if card else []


_OF_MAPS = {
    EXTRACTION: "It reads the photo once, into patches of texture, and lays these out anew for every pose: "
    "so the person follows your hand at once.",
    CORRESPONDENCE: "For every place of the picture it looks for the place of the photo that fits it best.",
    FLOW: "For every place of the picture it says from where in the photo it is fetched.",
    PARSING: "It first draws which part of the body and which garment is where, and then dresses that.",
}


def in_words(facts: EngineFacts) -> list[str]:
    """What the network in use does, and what it does not, in sentences."""
    kinds = {each.kind for each in facts.maps}
    return [
        "This network draws the person of a photo in the pose that you give it. What has not moved is "
        "taken from the photo itself.",
        *(words for kind, words in _OF_MAPS.items() if kind in kinds),
        "It knows 18 joints, down to wrists and ankles: hands and feet move as they are in the photo.",
        "What the photo does not show is made up, the more the farther a pose is from the photo's own.",
        "The dots beside the picture's time say how familiar the photo is to it: how near its own drawing of "
        "the photo comes to it. With few dots faces and patterns drift more in other poses.",
        f"It runs on this machine alone ({facts.device}); no picture leaves it.",
    ]


OWN = (
    ("Program", "MIT"),
    ("Weights in the box", "CC0 1.0; trained on rendered people alone, see their cards"),
    ("People, clothes and poses in the box", "CC0 1.0; rendered from assets of MakeHuman, CC0 1.0"),
    (
        "Official weights, if imported",
        "CC BY-NC 4.0, or none is named: for research, not for commercial work",
    ),
    ("Model that finds people in photos", "Apache-2.0, of MediaPipe"),
)


def licences(parent: QWidget) -> QDialog:
    """Of the program, of what comes with it and can be imported, and of the libraries that are installed."""
    rows = [(f"{name} {version}", licence) for name, version, licence in guards.licences()]
    text = f"<b>Poseloom</b>{_table(OWN)}<br><b>Libraries</b>{_table(rows)}"
    return _show(parent, "Licences", text)


def about(parent: QWidget) -> QDialog:
    """Name, version, what it is."""
    text = (
        f"<h3>Poseloom {VERSION}</h3>"
        "<p>Pull a joint and the person in the photo follows.</p>"
        "<p>A reference is gathered once into neural textures; every pose hands them out again "
        "(neural texture extraction and distribution, CVPR 2022).</p>"
        "<p>Nothing leaves this machine: the program opens no network connection.</p>"
    )
    dialog = _show(parent, "About Poseloom", text)
    dialog.resize(440, 300)
    return dialog
