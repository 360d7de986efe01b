"""A store with an account that costs the same every day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from fakes.budgets import ASSETS, NOW, ORDERS, VISITS, Account

from assay.model.time import to_ms
from assay.store.assets import save_assets

if TYPE_CHECKING:
    from pathlib import Path

    from assay.store.engine import Store


@pytest.fixture
def account(store: Store, tmp_path: Path) -> Account:
    """Two assets of two owners are known; nothing is spent yet."""
    with store.write() as session:
        save_assets(session, ASSETS, to_ms(NOW))
    return Account(store, tmp_path)


@pytest.fixture
def steady(account: Account) -> Account:
    """Since August orders cost 3 a day, visits 2, what is nobody's 1; 20 days of November are metered."""
    account.price = 2
    account.steadily({str(ORDERS): 3, str(VISITS): 2, "": 1}, date(2026, 8, 1), date(2026, 11, 20))
    return account
