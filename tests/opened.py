"""Sessions of networks made in tests."""

from __future__ import annotations

from engine.models.nted import Nted
from engine.models.nted.adapter import NtedModel
from engine.plan import Plan, make_plan
from engine.session import Session


def opened(network: Nted, size: tuple[int, int] | None = None, plan: Plan | None = None) -> Session:
    plan = plan or make_plan("cpu")
    return Session(NtedModel(network, plan, size), plan)
