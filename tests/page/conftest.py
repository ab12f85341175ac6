"""Pages in a browser: Chromium, driven by Playwright, opens them from files.

The tests are skipped where either is missing, unless CNNCOST_REQUIRE_BROWSER is set.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import cnncost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

REQUIRED = "CNNCOST_REQUIRE_BROWSER" in os.environ
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not REQUIRED:
        pytest.importorskip("playwright.sync_api")
        if CHROMIUM is None:
            pytest.skip("there is no Chromium")
    from playwright.sync_api import sync_playwright

    # Of a module, and no longer: while it runs, nothing else in this thread can have an event loop.
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The file of a page, which is written once."""
    folder = tmp_path_factory.mktemp("pages")
    known: dict[str, Path] = {}

    def page_of(*specs: Any, **settings: Any) -> Path:
        key = repr((specs, settings))
        if key not in known:
            known[key] = folder / f"{len(known)}.html"
            known[key].write_text(cnncost.page(list(specs), **settings), encoding="utf-8")
        return known[key]

    return page_of


@pytest.fixture
def opened(browser: Browser, written: Callable[..., Path]) -> Iterator[Callable[..., Page]]:
    """A page of some networks, as it is when it has been opened.

    Whatever a test does with it, nothing may be written to the console, and no network may be asked for anything.
    """
    said: list[str] = []
    asked: list[str] = []
    contexts = []

    def open_page(*specs: Any, context: dict[str, Any] | None = None, **settings: Any) -> Page:
        file = written(*specs, **settings)
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}, **(context or {})))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == len(contexts)
