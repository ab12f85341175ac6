"""What axe-core finds in the page, in each of its views, light and dark.

Skipped where axe-core is not installed (`npm ci --prefix tests/page`), unless CNNCOST_REQUIRE_BROWSER is set.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Open = Callable[..., Page]

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = pytest.mark.skipif(
    not AXE.exists() and "CNNCOST_REQUIRE_BROWSER" not in os.environ, reason="axe-core is not installed"
)


def faults(page: Page) -> list[str]:
    """What is serious, or worse, with the elements that have it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("specs", [("resnet18",), ("resnet18", "mobilenet_v2", "vgg16")], ids=["one", "several"])
def test_a_page_as_it_opens(opened: Open, scheme: str, specs: tuple[str, ...]) -> None:
    assert faults(opened(*specs, mode="train", context={"color_scheme": scheme})) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_in_which_much_is_chosen(opened: Open, scheme: str) -> None:
    page = opened("resnet18", "mobilenet_v2", "vgg16", mode="train", context={"color_scheme": scheme})
    page.locator('.icicle .cell[data-name="stage[1]"]').click()
    page.locator(".icicle .cell:not(.of-block)").first.click()
    page.get_by_role("button", name="Open all").click()
    page.get_by_text("All figures").click()
    page.get_by_text("Columns", exact=True).click()
    page.locator("#memory").get_by_role("slider").fill("40")
    assert faults(page) == []


def test_a_narrow_page(opened: Open) -> None:
    page = opened("resnet18", "mobilenet_v2", mode="train")
    page.set_viewport_size({"width": 360, "height": 700})
    assert faults(page) == []


def test_faults_are_found(opened: Open) -> None:
    page = opened("lenet5")
    page.evaluate("document.querySelector('select').parentElement.replaceWith(document.querySelector('select'))")
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    found = "\n".join(faults(page))
    assert "select-name" in found
    assert "color-contrast" in found
