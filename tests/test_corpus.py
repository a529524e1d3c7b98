"""Hundreds of inputs of every kind: none ends in a trace, a wrong exit code, a second line, a hang or bloat.

`python tests/trust/attack.py --count 2500` reads more of them and prints a table; POSELOOM_CORPUS sets how
many are read here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from trust.attack import attack, table
from trust.corpus import EITHER, READ, REFUSED, Case
from trust.kinds import KINDS, cases

COUNT = int(os.environ.get("POSELOOM_CORPUS", "418"))


@pytest.mark.skipif(sys.platform != "linux", reason="measures by /proc, and makes pipes and devices")
def test_a_corpus_of_inputs_is_read_or_refused_in_one_sentence():
    outcomes = list(attack(cases(COUNT)))
    assert len(outcomes) == COUNT and len({each.case.kind for each in outcomes}) == len(KINDS)
    # How long one takes depends on the machine: only what has to be ended counts here.
    wrong = [(each, [fault for fault in each.faults if fault != "slow"]) for each in outcomes]
    told = [
        f"{each.case.kind} {each.case.name[:60]!r}: {faults} {each.lines}" for each, faults in wrong if faults
    ]
    assert not told, "\n".join([*told, table(outcomes)])


def test_the_corpus_is_the_same_every_time():
    def first(count):
        return [
            (case.kind, case.name, case.data if isinstance(case.data, bytes) else b"")
            for case in cases(count)
        ]

    assert first(70) == first(70) and first(140)[:70] == first(70)


TORTURE = Path(__file__).parent / "data" / "torture"
# What once broke something: which reader it is for, and what may come of it now.
CASES = {
    "badexif2.webp": ("photo", READ),
    "canvas_63451308.json": ("pose", EITHER),
    "clipboard-deep.txt": ("paste", EITHER),
    "cv1e-300.json": ("pose", EITHER),
    "d_convs_word.pt": ("checkpoint", REFUSED),
    "d_scalar.pt": ("checkpoint", REFUSED),
    "ex_deep.png": ("export", REFUSED),
    "ex_mix_amount.png": ("export", REFUSED),
    "ex_person_null.png": ("export", REFUSED),
    "flip08.lzw.tiff": ("photo", EITHER),
    "q_nchan_1e9_convs.pt": ("checkpoint", REFUSED),
    "scan_bomb3000.prog.jpg": ("photo", REFUSED),
    "script.pt": ("checkpoint", REFUSED),
    "window-segv-min.ini": ("settings", EITHER),
    "window-weights-long.ini": ("settings", EITHER),
}


@pytest.mark.skipif(sys.platform != "linux", reason="measures by /proc")
def test_every_case_that_broke_something_is_read_or_refused_in_one_sentence():
    assert CASES.keys() == {path.name for path in TORTURE.iterdir()}
    made = [Case(kind, name, (TORTURE / name).read_bytes(), come) for name, (kind, come) in CASES.items()]
    outcomes = list(attack(made))
    faults = {each.case.name: each.faults for each in outcomes}
    assert {name: [fault for fault in found if fault != "slow"] for name, found in faults.items()} == (
        dict.fromkeys(CASES, [])
    )
    assert max(each.mib for each in outcomes) < 600


def test_every_case_that_broke_something_is_a_test():
    """Beside the corpus, which holds them too: each is named by a test of its own."""
    tests = [path for path in Path(__file__).parent.rglob("test_*.py") if path != Path(__file__)]
    told = "".join(path.read_text(encoding="utf-8") for path in tests)
    for case in TORTURE.iterdir():
        assert case.name in told, case.name
