"""Maps that follow a photo's edges."""

from __future__ import annotations

import torch
from flat_scene import SHIRT, SIZE, TROUSERS, WALL, classes, seen
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.edges_told import along_edges
from engine.ops.resample import running_mean

BODY = slice(20, 110), slice(30, 66)
COLOURS = {WALL: (0.8, 0.8, 0.7), SHIRT: (-0.5, 0.1, 0.4), TROUSERS: (-0.6, -0.6, -0.5)}


def photo(classes_hw: Tensor, times: int = 1) -> Tensor:
    """[1, 3, H, W], each class of its colour, with noise."""
    made = torch.zeros(1, 3, *SIZE)
    for number, colour in COLOURS.items():
        made += (classes_hw == number).float() * torch.tensor(colour)[:, None, None]
    made = made.repeat_interleave(times, 2).repeat_interleave(times, 3)
    return made + 0.02 * torch.randn(made.shape, generator=torch.Generator().manual_seed(2))


def soft(classes_hw: Tensor) -> Tensor:
    """What a network is not sure about near an edge."""
    surface = seen(classes_hw)
    likely = running_mean(running_mean(surface[:, :CLASSES].softmax(1), 5), 5)
    surface[:, :CLASSES] = likely.clamp_min(1e-6).log()
    return surface


def dressed(waist: int = 66) -> Tensor:
    rows, columns = BODY
    shirt, trousers = (slice(rows.start, waist), columns), (slice(waist, rows.stop), columns)
    return classes((SHIRT, shirt), (TROUSERS, trousers))


def test_a_hem_of_a_map_is_where_a_photo_has_it_though_it_was_told_three_px_beside():
    truth = dressed()
    for times, waist in ((1, 63), (2, 69)):
        given = soft(dressed(waist))
        made = along_edges(given, photo(truth, times))
        wrong = (made[0, :CLASSES].argmax(0) != truth)[BODY].float().mean()
        assert wrong < 0.2 * (given[0, :CLASSES].argmax(0) != truth)[BODY].float().mean()
        assert torch.equal(made[:, CLASSES:], given[:, CLASSES:]), "where on the body that is"


def test_where_nobody_is_the_network_says_alone():
    """Whatever edges a photo has."""
    given = soft(dressed())
    made = along_edges(given, photo(classes((SHIRT, (slice(30, 100), slice(20, 80))))))
    told, as_given = (each[:, :CLASSES].float().softmax(1)[:, WALL] for each in (made, given))
    assert (told - as_given).abs().max() < 1e-4


def test_probabilities_sum_to_one_and_a_photo_of_one_colour_changes_no_sure_class():
    given = soft(dressed())
    made = along_edges(given, torch.zeros(1, 3, *SIZE))
    assert (made[:, :CLASSES].exp().sum(1) - 1.0).abs().max() < 0.02
    likely = given[0, :CLASSES].softmax(0).amax(0)
    sure = likely > 0.99
    assert torch.equal(made[0, :CLASSES].argmax(0)[sure], given[0, :CLASSES].argmax(0)[sure])
