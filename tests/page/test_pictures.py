"""Plots and what notebooks show, as a browser draws them: words lie over no other words, and in the picture."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

import cnncost
from cnncost.render.svg.curve import curve_svg
from cnncost.render.svg.scatter import scatter_svg
from cnncost.render.views.catalogue.zoo import frontier_plot
from cnncost.render.views.costs.compare import comparison_plot
from cnncost.render.views.costs.memory import memory_curve
from tests.render.hostile import hostile_graph

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

BOXES = """[...document.querySelectorAll('text')].map(text => {
    const box = text.getBoundingClientRect();
    return [text.textContent, box.left, box.top, box.right, box.bottom];
})"""
NETWORKS = (
    "alexnet vgg11 vgg16 vgg19 resnet18 resnet34 resnet50 resnet101 densenet121 densenet201 googlenet mobilenet_v2"
)
PICTURES: dict[str, Callable[[], str]] = {
    "zoo": lambda: scatter_svg(frontier_plot(cnncost.zoo(frontier=True))),
    "zoo of few": lambda: scatter_svg(frontier_plot(cnncost.zoo("resnet*"))),
    "compare": lambda: scatter_svg(comparison_plot(cnncost.compare(NETWORKS.split()))),
    "memory": lambda: curve_svg(memory_curve(cnncost.memory("resnet18", batch=8, memory="1GiB"))),
    "memory that is too little": lambda: curve_svg(memory_curve(cnncost.memory("resnet50", memory="480MiB"))),
}


def opened(browser: Browser, path: Path, text: str) -> Page:
    path.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("name", PICTURES)
def test_words_lie_beside_each_other(name: str, browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path / "a.svg", PICTURES[name]())
    boxes = page.evaluate(BOXES)
    width, height = page.evaluate(
        "[document.documentElement.width.baseVal.value, document.documentElement.height.baseVal.value]"
    )
    page.close()
    assert len(boxes) > 10
    for text, left, top, right, bottom in boxes:
        assert 0 <= left < right <= width, text
        assert 0 <= top < bottom <= height, text
    # The boxes of letters hold room above and below them, which may be shared.
    for (one, left, top, right, bottom), (other, *place) in combinations(boxes, 2):
        apart = right <= place[0] or place[2] <= left or bottom - 2 <= place[1] or place[3] - 2 <= top
        assert apart, (one, other)


def test_nothing_in_a_notebook_runs_or_is_fetched(browser: Browser, tmp_path: Path) -> None:
    graph = hostile_graph()
    results = [cnncost.analyze(graph), cnncost.memory(graph), graph, cnncost.compare([graph, hostile_graph(3)])]
    path = tmp_path / "a.html"
    path.write_text("<meta charset='utf-8'>" + "".join(each._repr_html_() for each in results), encoding="utf-8")
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    found = page.evaluate("document.querySelectorAll('script, img, a, iframe, [onerror]').length")
    tables = page.evaluate("document.querySelectorAll('table').length")
    page.close()
    assert (said, asked, found) == ([], [path.as_uri()], 0)
    assert tables >= 4
