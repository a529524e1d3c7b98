"""What is offered to be inspected, by the kinds of an engine's maps."""

from __future__ import annotations

from engine.api import CORRESPONDENCE, DISTRIBUTION, EXTRACTION, FLOW, MAP_KINDS, MASK, PARSING, MapInfo
from engine.inspecting import choices
from engine.inspecting.choices import choices_of, first_shown

ATTENTION = tuple(
    MapInfo(kind, name, 16, (32, 22)) for kind in (EXTRACTION, DISTRIBUTION) for name in ("32a", "32b", "64a")
)
OTHER = (
    MapInfo(PARSING, "parsing", 8, (64, 44)),
    MapInfo(CORRESPONDENCE, "32", 32 * 22, (32, 22)),
    MapInfo(FLOW, "32", 2, (32, 22)),
    MapInfo(MASK, "32", 1, (32, 22)),
)


def test_a_pair_of_attention_is_one_entry_and_the_middle_one_comes_first():
    offered = choices_of(ATTENTION)
    assert [choice.title for choice in offered] == ["32a", "32b", "64a"]
    assert {choice.kind for choice in offered} == {DISTRIBUTION}
    assert first_shown(offered) == 1 and first_shown(choices_of(OTHER)) == 0
    assert first_shown(choices_of((*OTHER, *ATTENTION))) == 5


def test_several_maps_of_a_kind_tell_their_names():
    flows = (
        MapInfo(FLOW, "32", 2, (32, 22)),
        MapInfo(FLOW, "64", 2, (64, 44)),
        MapInfo(MASK, "64", 1, (64, 44)),
    )
    assert [choice.title for choice in choices_of(flows)] == ["Flow 32", "Flow 64", "Mask"]


def test_every_kind_has_views_and_differences_need_no_map():
    offered = choices_of((*ATTENTION, *OTHER))
    assert {choice.kind for choice in offered} == set(MAP_KINDS) - {EXTRACTION}
    for choice in offered:
        assert len(choice.views) > 2 and len(set(choice.views)) == len(choice.views)
        assert choice.views[-2:] == (choices.DIFFERENCE, choices.CHANGE)
