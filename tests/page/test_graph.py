"""The graph of the page: what is in it, how it is opened, moved and zoomed, and that little of it is there at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cnncost
from cnncost.graph.builder import GraphBuilder
from cnncost.layers import REGISTRY, Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    Open = Callable[..., Page]


def plate(page: Page, name: str) -> Locator:
    return page.locator(f'.graph .plate[data-name="{name}"]')


def names(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...document.querySelectorAll('.graph .plate')].map((each) => each.dataset.name)")
    return found


def test_blocks_open_and_close(opened: Open) -> None:
    page = opened("resnet18")
    page.get_by_role("button", name="Close every block").click()
    layers = cnncost.analyze("resnet18")
    expected = {"input", *[row.name for row in layers.grouped(1).rows]}
    assert {*names(page)} <= expected
    assert plate(page, "stage[0]").get_attribute("aria-expanded") == "false"
    plate(page, "stage[0]").click()
    assert plate(page, "stage[0]").get_attribute("aria-expanded") == "true"
    assert any(name.startswith("stage[0].") for name in names(page))
    plate(page, "stage[0]").focus()
    page.keyboard.press("Escape")
    assert plate(page, "stage[0]").get_attribute("aria-expanded") == "false"


def test_boxes_have_their_costs_and_lines_their_shapes(opened: Open) -> None:
    page = opened("lenet5")
    row = cnncost.analyze("lenet5").rows[0]
    assert row.figures["macs"] == 117_600
    assert plate(page, "conv").text_content() == "conv 5×5 118 K MACs, 28 %"  # of 416,520
    labels = page.locator(".graph .labels text").all_text_contents()
    assert labels[:3] == ["1 × 32 × 32", "6 × 28 × 28", "6 × 28 × 28"]


def test_the_figure_that_is_chosen_makes_boxes_dark(opened: Open) -> None:
    page = opened("lenet5")
    page.locator('header label:has(> span:text-is("By")) select').select_option("params")
    page.get_by_role("button", name="Fit", exact=True).click()
    shares = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.graph .plate:not(.open)')].map((each) => "
        "[each.dataset.name, each.querySelector('rect').style.getPropertyValue('--share')]))"
    )
    assert float(shares["linear"]) == 1  # 48,120 of 61,706
    assert float(shares["conv"]) == pytest.approx(156 / 48_120, abs=1e-4)
    assert float(shares["tanh"]) == 0


def test_the_keyboard_goes_from_box_to_box_and_selects(opened: Open) -> None:
    page = opened("lenet5")
    plate(page, "conv").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.name") == "tanh"
    page.keyboard.press("Enter")
    assert plate(page, "tanh").get_attribute("aria-pressed") == "true"
    plate(page, "tanh").focus()
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.name") == cnncost.load("lenet5").nodes[-1].name


def test_the_wheel_with_ctrl_zooms_about_the_pointer(opened: Open) -> None:
    page = opened("resnet18")
    frame = page.locator(".zoom-window")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    before = page.locator(".graph").get_attribute("width")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_function(f"document.querySelector('.graph').getAttribute('width') > {before}")


def test_a_mouse_drags(opened: Open) -> None:
    page = opened("resnet18")
    frame = page.locator(".zoom-window")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    opened_before = names(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 120, steps=4)
    page.mouse.up()
    assert frame.evaluate("(each) => each.scrollTop") == 180
    assert {*opened_before} & {*names(page)}


def test_little_of_a_flat_network_is_in_the_page(opened: Open) -> None:
    builder = GraphBuilder("flat")
    at = before = builder.add_input("input", Tensor(8, (8, 8)))
    for number in range(4000):
        reads, kind = ([at, before], "add") if number % 4 == 3 else ([at], "relu")
        before = at if number % 4 == 0 else before
        at = builder.add(REGISTRY[kind](), reads)
    page = opened(builder.finish([at]))
    page.get_by_role("button", name="Open every block").click()
    assert page.locator(".graph *").count() < 1500
    frame = page.locator(".zoom-window")
    frame.evaluate("(each) => each.scrollTo(0, each.scrollHeight / 2)")
    page.wait_for_function("document.querySelectorAll('.graph .plate').length > 5")
    page.wait_for_timeout(100)
    assert "input" not in names(page)[1:]
    page.get_by_role("button", name="Fit", exact=True).click()
    assert page.locator(".graph *").count() < 4000


def test_a_layer_that_is_selected_elsewhere_is_shown(opened: Open) -> None:
    page = opened("resnet18")
    page.get_by_role("button", name="Close every block").click()
    last = cnncost.load("resnet18").layers[-3].name
    page.get_by_role("searchbox").fill(last)
    page.locator("table.layers").get_by_role("button", name=last, exact=False).first.click()
    assert plate(page, last).get_attribute("aria-pressed") == "true"
