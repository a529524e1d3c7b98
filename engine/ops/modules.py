"""Modules that say more of themselves than `nn.Module` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from torch import nn

Kind = TypeVar("Kind", bound=nn.Module)


class ModuleListOf(nn.ModuleList, Generic[Kind]):
    """`nn.ModuleList` of one kind: whoever goes through it may use what that kind has."""

    if TYPE_CHECKING:

        def __init__(self, modules: Iterable[Kind]) -> None: ...

        def __iter__(self) -> Iterator[Kind]: ...


class TwoForms(nn.Module):
    """An operator in its textbook form and in a fast one, the same function; `textbook` says which runs."""

    textbook = False


def in_textbook_form(network: Kind) -> Kind:
    """Switch every operator of a network to its textbook form, in place."""
    for module in network.modules():
        if isinstance(module, TwoForms):
            module.textbook = True
    return network
