"""What many unit tests stand on: a small company on embedded servers, and certificates of an authority of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.project import MigrationProject
from tests.unit.small_company import SmallCompany


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SmallCompany]:
    with SmallCompany(tmp_path) as running:
        yield running


@pytest.fixture
def project(company: SmallCompany) -> Iterator[MigrationProject]:
    made = company.project()
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Certificate:
    return authority.issue()
