"""Values by key, bounded in bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.cache import Cache

KEYS = st.sampled_from("abcdef")
STEPS = st.lists(st.tuples(st.sampled_from(["put", "get", "drop"]), KEYS, st.integers(0, 12)), max_size=40)


@given(steps=STEPS, room=st.integers(0, 30))
def test_those_used_last_stay_as_far_as_there_is_room(steps, room):
    """As a list would have it: used by being put or taken, thrown out from its beginning."""
    kept: Cache[str, int] = Cache()
    used: list[tuple[str, int, int]] = []  # key, value, bytes; the last used at the end
    for number, (what, key, size) in enumerate(steps):
        there = [each for each in used if each[0] == key]
        if what == "put":
            used = [each for each in used if each[0] != key] + [(key, number, size)]
            assert kept.put(key, number, size, room) == number
            while len(used) > 1 and sum(each[2] for each in used) > room:
                del used[0]
        elif what == "drop":
            used = [each for each in used if each[0] != key]
            assert kept.drop(key) == bool(there)
        elif there:
            used = [each for each in used if each[0] != key] + there
            assert kept[key] == there[0][1]
        assert [*kept] == [each[0] for each in used] and kept.values() == [each[1] for each in used]
        assert kept.bytes == sum(each[2] for each in used) and ((key in kept) == (key in [*kept]))
    kept.clear()
    assert not [*kept] and kept.bytes == 0
