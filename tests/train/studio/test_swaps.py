"""One person in a garment of another: everything else of the picture stays."""

from __future__ import annotations

import numpy as np
import pytest

from engine.regions import REGIONS
from train import swaps
from train.data.people import HELD_OUT, People
from train.studio.garments import Top, Trousers
from train.studio.swaps import swapped
from train.swaps import GIVER, LAID, POSED, POSED_TRUTH, STANDING, STANDING_TRUTH, WORDS, word_of


@pytest.fixture(scope="module", params=[HELD_OUT, HELD_OUT + 1], ids=WORDS)
def taken(studio, request):
    return word_of(request.param), studio.swap(request.param)


def shares(view) -> dict[str, float]:
    return {name: float((view.parsing_HW == label).mean()) for label, name in enumerate(REGIONS)}


def test_the_truth_is_the_same_picture_but_for_the_garment(taken):
    word, views = taken
    for before, after in ((STANDING, STANDING_TRUTH), (POSED, POSED_TRUTH)):
        one, other = views[before], views[after]
        assert np.allclose(one.keypoints_18x3[:, :2], other.keypoints_18x3[:, :2], atol=1e-3)
        face = (one.parsing_HW == REGIONS.index("face")) & (other.parsing_HW == REGIONS.index("face"))
        apart = np.abs(one.image_HWC.astype(int) - other.image_HWC).max(2)
        garment = REGIONS.index({"top": "upper clothes", "trousers": "pants"}[word])
        assert face.sum() > 100 and np.median(apart[face]) <= 4
        assert np.median(apart[(one.parsing_HW == garment) & (other.parsing_HW == garment)]) > 12


def test_the_garment_is_the_givers(taken):
    word, views = taken
    label = REGIONS.index({"top": "upper clothes", "trousers": "pants"}[word])

    def colour(view):
        return view.image_HWC[view.parsing_HW == label].mean(0)

    truth, giver, wearer, laid = (colour(views[each]) for each in (STANDING_TRUTH, GIVER, STANDING, LAID))
    assert np.abs(truth - giver).sum() < np.abs(truth - wearer).sum()
    assert np.abs(truth - laid).sum() < np.abs(truth - wearer).sum()
    assert set(np.unique(views[LAID].parsing_HW)) == {0, label}


def test_no_two_people_of_the_data_share_anybody(studio):
    wearers = [studio._fitting(index)[:2] for index in range(HELD_OUT, HELD_OUT + 4)]
    everybody = [person for pair in wearers for person in pair]
    assert len(set(everybody)) == len(everybody) and min(everybody) >= HELD_OUT


def test_what_is_sewn_in_one_piece_is_not_swapped(studio):
    outfits = [studio.drawn(index)[2] for index in range(40)]
    for wearer in outfits:
        for giver in outfits:
            made = swapped(wearer, giver, "trousers")
            if made is not None:
                assert isinstance(made.bottom, Trousers) and made.top is wearer.top and not wearer.top.dress
            made = swapped(wearer, giver, "top")
            if made is not None:
                assert isinstance(made.top, Top) and made.top is giver.top and made.jacket is giver.jacket
                assert type(made.bottom) is type(wearer.bottom)


def test_the_command_writes_them_and_says_of_which_studio_they_are(rendered, tmp_path):
    folder = tmp_path / "swaps"
    options = ["--swaps", "--range", f"{HELD_OUT}:{HELD_OUT + 1}", "--output", str(folder)]
    assert rendered(*options) == 0
    people = People(folder, range(HELD_OUT, HELD_OUT + 1))
    assert swaps.of_studio(people.studio) and people.views(HELD_OUT) == len(swaps.VIEWS)
