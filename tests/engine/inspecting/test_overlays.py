"""What every view lays over the pictures, against the official network's maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.api import (
    CORRESPONDENCE,
    DISTRIBUTION,
    EXTRACTION,
    FLOW,
    MASK,
    PARSING,
    MapInfo,
    Maps,
    NamedMap,
    PhotoMaps,
)
from engine.inspecting import choices as views
from engine.inspecting.choices import choices_of
from engine.inspecting.inspection import first_texture, followed, glanced, inspected, parts_at, words_of
from engine.inspecting.order import AREA
from engine.inspecting.overlays import Aim, painting
from engine.inspecting.values import RESULT

PALETTE = np.array([[20 * k, 255 - 20 * k, 7 * k, 180] for k in range(12)], np.uint8)
HERE = Aim(RESULT, (0.3, 0.6), channel=3)


def test_a_texture_is_shown_as_its_share_and_relative_to_its_peak(golden, layers, alone):
    painted = painting(views.TEXTURE, layers["32a"], alone, HERE, PALETTE)
    np.testing.assert_array_equal(painted.result.pixels, golden.of(DISTRIBUTION)["32a"][3])
    read_hw = golden.of(EXTRACTION)["32a"][3]
    [over] = painted.photos
    np.testing.assert_allclose(over.pixels * over.peak, read_hw, rtol=1e-5)
    assert over.pixels.max() == 1 and over.peak == pytest.approx(float(read_hw.max()))
    assert painted.result.top == "1" and over.top == f"{read_hw.max():.1%}"
    share = golden.of(DISTRIBUTION)["32a"][3, 9, 3]
    assert painted.result.read(0.3, 0.6) == f"{share:.2f}"
    assert over.read(0.3, 0.6) == f"{read_hw[9, 3]:.2%}"


def test_a_trace_is_the_product_of_both_attentions(golden, layers, alone):
    painted = painting(views.TRACE, layers["32b"], alone, HERE, PALETTE)
    share_K = golden.of(DISTRIBUTION)["32b"][:, int(0.6 * 16), int(0.3 * 12)]
    expected_hw = np.einsum("k,khw->hw", share_K, golden.of(EXTRACTION)["32b"])
    [over] = painted.photos
    assert painted.result is None
    np.testing.assert_allclose(over.pixels * over.peak, expected_hw, atol=1e-6)
    whole = painting(views.TRACE_ALL, layers["32b"], alone, HERE, PALETTE).photos[0]
    assert whole.pixels.shape == (16, 12) and (whole.pixels * whole.peak).sum() == pytest.approx(1, abs=1e-4)


def test_a_trace_backwards_is_where_the_result_reads_a_place(golden, layers, alone):
    aim = replace(HERE, picture=0)
    over = painting(views.TRACE, layers["32b"], alone, aim, PALETTE).result
    read_K = golden.of(EXTRACTION)["32b"][:, int(0.6 * 16), int(0.3 * 12)]
    expected_hw = np.einsum("k,khw->hw", read_K, golden.of(DISTRIBUTION)["32b"])
    np.testing.assert_allclose(over.pixels, expected_hw / expected_hw.max(), atol=1e-5)


def test_traces_of_several_photos_share_one_scale_and_keep_to_their_parts(layers, mixed):
    left = painting(views.TRACE, layers["32a"], mixed, HERE, PALETTE).photos
    assert left[2] is None, "the coat gives nothing there"
    assert max(over.pixels.max() for over in left[:2]) == pytest.approx(1.0)
    assert left[0].peak == left[1].peak
    right = painting(views.TRACE, layers["32a"], mixed, replace(HERE, at=(0.8, 0.6)), PALETTE).photos
    assert right[:2] == (None, None) and right[2].pixels.max() == 1


def test_a_texture_lies_on_the_photos_that_have_a_part_of_it(layers, mixed):
    both = painting(views.TEXTURE, layers["32a"], mixed, replace(HERE, channel=4), PALETTE).photos
    assert both[0].pixels.max() == both[1].pixels.max() == 0.5 and both[2] is None
    own = painting(views.TEXTURE, layers["32a"], mixed, replace(HERE, channel=5), PALETTE).photos
    assert own[0].pixels.max() == 1 and own[1:] == (None, None)
    coat = painting(views.TEXTURE, layers["32a"], mixed, replace(HERE, photo=2, channel=5), PALETTE)
    assert coat.photos[:2] == (None, None) and coat.photos[2].pixels.max() == 1
    assert (coat.result.pixels[:, :6] == 0).all() and coat.result.pixels[:, 6:].max() > 0


def test_segments_are_the_arg_max_in_at_most_twelve_colours_on_both_pictures(golden, layers, alone):
    painted = painting(views.SEGMENTS, layers["32a"], alone, HERE, PALETTE)
    label_hw = golden.of(DISTRIBUTION)["32a"].argmax(0)
    by_label = {int(label): painted.result.pixels[label_hw == label] for label in np.unique(label_hw)}
    assert all((pixels == pixels[0]).all() for pixels in by_label.values())
    used = {tuple(pixels[0].tolist()) for pixels in by_label.values()}
    assert len(used) == min(len(by_label), 13), "the rest in one grey"
    read_hw = golden.of(EXTRACTION)["32a"].argmax(0)
    for row, column in np.argwhere(read_hw < 99)[:40]:
        label = int(read_hw[row, column])
        if label in by_label and tuple(by_label[label][0].tolist()) in map(tuple, PALETTE.tolist()):
            assert (painted.photos[0].pixels[row, column] == by_label[label][0]).all()
    assert painted.result.top == "" and painted.result.read(0.5, 0.5) == ""


def test_the_warp_has_the_photos_colours_and_what_it_explains_is_not_invented(layers, alone):
    flat = replace(
        alone, images=(np.full((128, 96, 3), 90, np.uint8),), result=np.full((128, 96, 3), 90, np.uint8)
    )
    over = painting(views.WARP, layers["32a"], flat, HERE, PALETTE).result
    assert over.pixels.shape == (16, 12, 4) and np.abs(over.pixels[..., :3].astype(int) - 90).max() <= 1
    assert painting(views.EVIDENCE, layers["32a"], flat, HERE, PALETTE).result.pixels.max() == 0
    other = replace(flat, result=np.full((128, 96, 3), 240, np.uint8))
    assert painting(views.EVIDENCE, layers["32a"], other, HERE, PALETTE).result.pixels.min() == 1


def test_what_is_as_in_the_photo_is_copied_whatever_explains_it_and_elsewhere_is_not(layers, alone):
    """A bright spot on grey, that is in the result at its place and once more."""
    photo = np.full((128, 96, 3), 90, np.uint8)
    photo[40:80, 10:40] = 255
    result = photo ^ 1  # rounding
    result[40:80, 56:86] = 255
    seen = replace(alone, images=(photo,), result=result)
    over = painting(views.EVIDENCE, layers["32a"], seen, HERE, PALETTE).result
    assert over.pixels[:, :48].max() == 0 and over.pixels[56:64, 68:74].min() > 0.9
    half = replace(seen, photo_HW=np.full((128, 96), 0.75, np.float32))
    assert painting(views.EVIDENCE, layers["32a"], half, HERE, PALETTE).result.pixels.max() == 0.25


def test_differences_are_of_the_photo_and_of_the_picture_that_was_kept(layers, alone):
    darker = replace(alone, result=alone.images[0] // 2)
    over = painting(views.DIFFERENCE, layers["32a"], darker, HERE, PALETTE).result
    expected_HW = np.abs(darker.result.astype(float) - alone.images[0]).mean(2) / 255
    np.testing.assert_allclose(over.pixels, expected_HW, atol=1e-6)
    assert painting(views.CHANGE, layers["32a"], darker, HERE, PALETTE).result is None
    kept = replace(darker, kept=darker.result)
    assert painting(views.CHANGE, layers["32a"], kept, HERE, PALETTE).result.pixels.max() == 0


def subject_of(kind: str, values: np.ndarray, alone, source=None):
    info = MapInfo(kind, "8", len(values), values.shape[1:], tuple(f"region {k}" for k in range(len(values))))
    photos = (PhotoMaps("me", Maps((NamedMap(kind, "8", values, source),))),)
    return replace(alone, photos=photos), choices_of([info])[0]


def test_other_kinds_appear_by_the_same_views(alone):
    parsing = np.zeros((3, 2, 2), np.float32)
    parsing[1] = 1.0
    subject, choice = subject_of(PARSING, parsing, alone)
    assert (painting(views.PLAIN, choice, subject, HERE, PALETTE).result.pixels == PALETTE[1]).all()
    subject, choice = subject_of(MASK, np.full((1, 2, 2), 0.25, np.float32), alone)
    assert painting(views.PLAIN, choice, subject, HERE, PALETTE).result.read(0.1, 0.1) == "0.25"
    reads = np.zeros((4, 2, 2), np.float32)
    reads[3, 1, 0] = 0.5
    subject, choice = subject_of(CORRESPONDENCE, reads, alone, (2, 2))
    over = painting(views.TRACE, choice, subject, HERE, PALETTE).photos[0]
    assert over.pixels.tolist() == [[0, 0], [0, 1]] and over.peak == 0.5
    back = painting(views.TRACE, choice, subject, Aim(0, (0.9, 0.9)), PALETTE).result
    assert back.pixels.tolist() == [[0, 0], [1, 0]] and back.peak == 0.5
    flow = np.full((2, 2, 2), 10.0, np.float32)
    subject, choice = subject_of(FLOW, flow, alone)
    over = painting(views.TRACE, choice, subject, HERE, PALETTE).photos[0]
    assert over.pixels.tolist() == [[1, 0], [0, 0]]
    assert painting(views.PLAIN, choice, subject, HERE, PALETTE).result.pixels.shape == (2, 2, 4)


@pytest.mark.parametrize(
    "view", [views.TEXTURE, views.TRACE, views.TRACE_ALL, views.SEGMENTS, views.EVIDENCE]
)
def test_an_early_stop_and_a_hand_that_does_not_point_are_no_error(view, layers, alone, golden):
    early = Maps(each for each in golden if each.kind == EXTRACTION or each.name.startswith("16"))
    subject = replace(alone, photos=(PhotoMaps("me", early),))
    shown = inspected(subject, layers["32a"], view, Aim(), False, AREA, PALETTE)
    assert shown.parts == () and shown.maps_Khw is None and len(shown.painting.photos) == 1


def test_the_texture_follows_the_pointer_and_the_first_one_tells_most(layers, alone, golden):
    aim = followed(alone, layers["32a"], replace(HERE, channel=0))
    assert aim.channel == golden.of(DISTRIBUTION)["32a"][:, 9, 3].argmax()
    assert first_texture(alone, layers["32a"]) in range(32)
    assert followed(alone, layers["32a"], Aim()) == Aim()
    assert parts_at(alone, layers["32a"], Aim(picture=4, at=(0.1, 0.1))) == []


def test_a_choice_beyond_what_there_is_now_is_brought_back(layers, alone):
    shown = inspected(alone, layers["16a"], views.TEXTURE, Aim(photo=2, channel=99), False, AREA, PALETTE)
    assert (shown.aim.photo, shown.aim.channel) == (0, 15)


@pytest.mark.parametrize("view", views.WHOLE)
def test_a_pointer_that_moves_on_keeps_what_is_still_true(view, layers, mixed):
    kept = replace(mixed, kept=mixed.images[0])
    arguments = (layers["32a"], view)
    first = inspected(kept, *arguments, HERE, False, AREA, PALETTE)
    aim = replace(HERE, at=(0.8, 0.2))
    moved, anew = (inspected(kept, *arguments, aim, False, AREA, PALETTE, before) for before in (first, None))
    assert moved.painting is first.painting and moved.parts == anew.parts != first.parts
    np.testing.assert_array_equal(moved.painting.result.pixels, anew.painting.result.pixels)
    np.testing.assert_array_equal(moved.area_K, anew.area_K)
    other = inspected(mixed, *arguments, aim, False, AREA, PALETTE, first)
    assert other.painting is not first.painting, "another picture"


def test_parts_in_words(layers, alone, mixed):
    [first, *_] = parts_at(alone, layers["32a"], HERE)
    assert words_of(first, layers["32a"]) == f"Texture {first.channel + 1}"
    assert words_of(first, layers["32a"], "linen.jpg") == f"Texture {first.channel + 1} (linen.jpg)"
    subject, choice = subject_of(PARSING, np.ones((2, 1, 1), np.float32), alone)
    assert words_of(parts_at(subject, choice, HERE)[0], choice).startswith("Region ")


def test_a_glance_needs_no_place_and_no_kept_picture(layers):
    assert glanced(views.TRACE, layers["16a"]) == views.TEXTURE
    assert glanced(views.SEGMENTS, layers["16a"]) == views.SEGMENTS
    assert glanced(views.CHANGE, layers["16a"]) == views.TEXTURE
