"""Forms sent as a browser sends them: with the token of a page, and where they come from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.testing import FlaskClient

HERE = {"Host": "127.0.0.1", "Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}


def token_of(client: FlaskClient) -> str:
    """The token of a page."""
    found = re.search(r'name="token" value="([^"]+)"', client.get("/checks/new?kind=volume").text)
    assert found
    return found[1]


def sent(client: FlaskClient, path: str, said: Mapping[str, Any], status: int = 303) -> Any:  # noqa: ANN401 - the test client's answer
    """Send a form and expect the status."""
    answer = client.post(path, data={**said, "token": token_of(client)}, headers=HERE)
    assert answer.status_code == status, answer.text
    return answer
