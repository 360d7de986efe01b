"""A page in a real browser, and all it complains of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

WATCH = (
    "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective, e.sample))"
)


@contextmanager
def looking(browser: Browser, **how: Any) -> Iterator[tuple[Page, list[str]]]:  # noqa: ANN401 - a context's options
    """A page and all it complains of."""
    context = browser.new_context(**how)
    page, complaints = context.new_page(), list[str]()
    page.add_init_script(WATCH)
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda asked: complaints.append(f"{asked.url} failed"))
    yield page, complaints
    context.close()
