"""The last gesture counts, in whatever order photos are read and answer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.wishes import Wish, Wishes

WORDS = ("top", "trousers", "hair")


@settings(max_examples=300, deadline=None)
@given(
    asked=st.lists(st.tuples(st.sets(st.sampled_from(WORDS), min_size=1), st.booleans()), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_each_garment_is_of_the_photo_that_was_asked_for_it_last_however_late_photos_are(asked, order):
    """asked: garments, and whether of a photo that is read first; else of one on the shelf."""
    worn, known, wanted = {}, set(), {}

    def give(words, key):
        if key not in known:
            return False
        worn.update(dict.fromkeys(words, key))
        return True

    wishes, left = Wishes(give), []
    for number, (words, to_read) in enumerate(asked):
        key, words = f"photo {number}", tuple(words)
        wanted.update(dict.fromkeys(words, key))
        if to_read:
            wish = Wish()
            wishes.settle(wish, words)
            wishes.made(wish)  # told again by who reads it
            left.append((key, wish))
        else:
            wishes.take(words, key)
            left.append((key, None))
    order.shuffle(left)
    for key, wish in left:
        if wish is not None:
            wishes.read(wish, ("hair",), key)  # what is chosen by then is another matter
    order.shuffle(left)
    for key, _ in left:
        known.add(key)
        wishes.answered(key)
    assert worn == wanted and not wishes.waiting


def test_a_photo_that_is_added_gives_what_is_chosen_once_it_is_read_but_what_was_decided_since():
    given_away = []
    wishes = Wishes(lambda words, key: given_away.append((words, key)) or True)
    wish = Wish()
    wishes.made(wish)
    wishes.pass_by(("top",))
    wishes.read(wish, ("top", "hair"), "coat")
    assert given_away == [(("hair",), "coat")]
    wishes.forget()
    wishes.read(Wish(()), ("top",), "beside")
    assert len(given_away) == 1
