"""Servers for parts of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Authority, Certificate
from tests.servers.hostile import Tricks
from tests.unit.engine.two_ends import TwoEnds


@pytest.fixture(scope="session")
def any_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Authority(tmp_path_factory.mktemp("tls")).issue()


@pytest.fixture
def make_ends(tmp_path: Path, any_certificate: Certificate) -> Iterator[Callable[..., TwoEnds]]:
    """``make_ends(source=Tricks(...), destination=Tricks(...))``: gone after the test."""
    with ExitStack() as stack:

        def make(source: Tricks | None = None, destination: Tricks | None = None) -> TwoEnds:
            return stack.enter_context(TwoEnds(tmp_path, any_certificate, source, destination))

        yield make


@pytest.fixture
def ends(make_ends: Callable[..., TwoEnds]) -> TwoEnds:
    """Both servers behave."""
    return make_ends()
