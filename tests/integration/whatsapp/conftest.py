"""An account per test: what one test does to it, the next must not see."""

from collections.abc import Iterator

import pytest

from tests.integration.whatsapp.managed_account import ManagedAccount, managed_account


@pytest.fixture
def account() -> Iterator[ManagedAccount]:
    with managed_account() as managed:
        yield managed
