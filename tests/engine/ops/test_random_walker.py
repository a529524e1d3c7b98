"""The random walker with priors, against the system of equations that it solves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.ops.random_walker import edges, random_walker

SIZE = (12, 9)
NOISE = 0.3


def scene(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """A picture of two halves, priors of three labels that sum to 1, and weights of four orders."""
    made = torch.Generator().manual_seed(seed)
    picture = 0.1 * torch.randn(3, *SIZE, generator=made)
    picture[:, :, 5:] += 1.0
    prior = torch.rand(3, *SIZE, generator=made)
    return picture, prior / prior.sum(0), 10.0 ** (4 * torch.rand(SIZE, generator=made) - 3)


def solved(picture: Tensor, prior: Tensor, weight: Tensor) -> np.ndarray:
    """The same by the textbook: Laplacian and weights as one sparse matrix."""
    sparse = pytest.importorskip("scipy.sparse")
    across, down = (each.double().numpy() for each in edges(picture, NOISE))
    number = np.arange(across.size).reshape(SIZE)
    pairs = [
        (number[:, :-1], number[:, 1:], across[:, :-1]),
        (number[:-1], number[1:], down[:-1]),
    ]
    one, other, strength = (np.concatenate([each[k].ravel() for each in pairs]) for k in range(3))
    beside = sparse.coo_matrix((strength, (one, other)), (across.size, across.size))
    beside = (beside + beside.T).tocsr()
    whole = sparse.diags(weight.double().numpy().ravel() + np.asarray(beside.sum(1)).ravel()) - beside
    right = (weight * prior).double().numpy().reshape(len(prior), -1).T
    return sparse.linalg.spsolve(whole.tocsc(), right).T.reshape(prior.shape)


@pytest.mark.parametrize("seed", range(3))
def test_labels_solve_the_equations(seed):
    pytest.importorskip("scipy.sparse.linalg")
    picture, prior, weight = scene(seed)
    made = random_walker(picture, prior, weight, NOISE)
    assert np.abs(made.numpy() - solved(picture, prior, weight)).max() < 0.01
    assert made.sum(0).numpy() == pytest.approx(np.ones(SIZE), abs=0.01)


def test_where_labels_begin_changes_nothing():
    picture, prior, weight = scene()
    first = torch.rand(prior.shape, generator=torch.Generator().manual_seed(7))
    made, other = (random_walker(picture, prior, weight, NOISE, each) for each in (None, first))
    assert (made - other).abs().max() < 0.02


def test_labels_change_where_colours_do_however_far_seeds_are_from_there():
    """One px in each half is told; what is between neighbours of one colour goes on."""
    picture = torch.zeros(3, *SIZE)
    picture[:, :, 5:] = 1.0
    weight, prior = torch.full(SIZE, 1e-6), torch.full((2, *SIZE), 0.5)
    for label, column in ((0, 1), (1, 8)):
        weight[6, column] = 100.0
        prior[:, 6, column] = 0.0
        prior[label, 6, column] = 1.0
    made = random_walker(picture, prior, weight, 0.1)
    assert made[0, :, :5].min() > 0.9 and made[1, :, 5:].min() > 0.9
