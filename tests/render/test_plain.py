"""What goes to a pipe is what rich would write there, though rich is not imported for it."""

from __future__ import annotations

import io
import itertools
import sys
from typing import TYPE_CHECKING

import pytest

from cnncost import analyze, compare, zoo
from cnncost.render.formats.table import render
from cnncost.render.terminal import console, plain
from cnncost.render.views.catalogue.zoo import frontier_document
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.render.views.costs.compare import comparison_document
from tests.render.sample import sample_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.render.document import Document

DOCUMENTS: dict[str, Callable[[], Document]] = {
    "layers": lambda: report_document(sample_report("卷积\x1b[31m")),
    "every layer": lambda: report_document(analyze("resnet18"), View(depth=None)),
    "algorithms": lambda: report_document(analyze("lenet5", algorithms=True)),
    "comparison": lambda: comparison_document(compare(["resnet18", "resnet50", "alexnet"])),
    "a figure and a table": lambda: frontier_document(zoo(frontier=True)),
}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written_to(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_text_is_the_same(name: str, raw: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    document = DOCUMENTS[name]()
    for encoding, columns in itertools.product(["utf-8", "UTF-16", "ascii"], ["", "40", "120", "wide"]):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setattr(sys, "stdout", written_to(encoding))
        assert plain.plain_tables(document, raw) == console.print_tables(document, raw) != ""


@pytest.mark.parametrize(
    ("variables", "terminal", "escapes"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"TTY_COMPATIBLE": "1"}, False, True),
        ({"TTY_COMPATIBLE": "0"}, True, False),
        ({"FORCE_COLOR": "1", "TTY_COMPATIBLE": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb"}, False, False),
    ],
)
def test_who_gets_colours_is_left_to_rich(
    variables: dict[str, str], terminal: bool, escapes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal() if terminal else written_to("utf-8"))
    assert ("\x1b[" in render(report_document(sample_report()))) is escapes


def test_an_output_that_is_missing_or_closed_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = written_to("utf-8")
    closed.close()
    for stream in (None, closed):
        monkeypatch.setattr(sys, "stdout", stream)
        assert "stage" in render(report_document(sample_report()))
