"""Whatever names and texts say, every format of every view shows them as text."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pytest

import cnncost
from cnncost.conventions.file import read_convention
from cnncost.graph.graph import Expectation, Published
from cnncost.measurement.devices import Machine
from cnncost.published.catalogue import METRIC, Entry, Zoo
from cnncost.render import render
from cnncost.render.cells import line_texts, plain
from cnncost.render.format import format_names
from cnncost.render.notebook import document_of
from cnncost.render.svg.curve import curve_svg
from cnncost.render.svg.roofline import roofline_svg
from cnncost.render.svg.scatter import scatter_svg
from cnncost.render.terminal.screen import printable
from cnncost.render.views.catalogue.conventions import convention_document
from cnncost.render.views.catalogue.zoo import frontier_document
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.render.views.costs.sweep import sweep_document
from cnncost.report.comparison import StageComparison
from cnncost.settings import Settings
from cnncost.spaces.results.objectives import objectives
from cnncost.spaces.results.selection import Choice, select
from cnncost.spaces.results.sweep import Sweep
from cnncost.verification.result import Check, RunSettings, Verification
from tests.render.hostile import HOSTILE, hostile_graph
from tests.render.read_back import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.render.document import Document, Table


def documents() -> dict[str, Document]:
    """A document of every view."""
    graph, other = hostile_graph(), hostile_graph(5)
    printed = [Published(text, params="5.3K", accuracy=70.0, metric=text, note=text) for text in HOSTILE]
    claimed = graph._replace(published=tuple(printed), expect=Expectation(1, 2, HOSTILE[0]))
    names, others = [*HOSTILE[:6]], [*HOSTILE[6:12]]
    few, many = cnncost.compare([graph, other]), cnncost.compare([hostile_graph(turn) for turn in range(6)])
    results: dict[str, Any] = {
        "compare": few,
        "compare many": many,
        "stages": StageComparison.of(few),
        "memory": cnncost.memory(graph, memory="1KiB"),
        "fit": cnncost.fit(graph, memory="10MiB"),
        "latency": cnncost.latency(graph, "rtx4090"),
        "check": cnncost.check(claimed, max_params=10),
        "explain": cnncost.explain(graph),
        "explain a layer": cnncost.explain(graph, HOSTILE[1]),
        "published": cnncost.compare_published([claimed]),
        "sweep": hostile_sweep(),
        "zoo": Zoo(tuple(map(entry, names, others))),
        "verify": verification(),
    }
    report = cnncost.analyze(graph, convention=["textbook", "fvcore"])
    assert few.reports[0].rows[0].name == HOSTILE[1]
    found = {name: document_of(result) for name, result in results.items()}
    return found | {
        "analyze": report_document(few.reports[0]),
        "analyze types": report_document(few.reports[0], View(by_type=True)),
        "analyze conventions": report_document(report, View(depth=None)),
        "sweep frontier": sweep_document(select([hostile_sweep()], Choice(objectives=objectives("params,macs"))), None),
        "frontier": frontier_document(Zoo(tuple(map(entry, names, others))).frontier()),
        "convention": convention_document(hostile_convention()),
    }


def hostile_sweep() -> Sweep:
    texts = np.array(HOSTILE, dtype=object)
    numbers = np.arange(1, len(HOSTILE) + 1)
    errors = np.array([None] * (len(HOSTILE) - 1) + [HOSTILE[0]], dtype=object)
    columns = {"<b>=1": texts, "params": numbers * 100, "macs": 10**4 // numbers, "error": errors}
    return Sweep(HOSTILE[4], ["<b>=1"], ["params", "macs"], columns)


def entry(name: str, text: str) -> Entry:
    claim = Published(text, accuracy=60.0 + len(name), metric=METRIC, note=name)
    bare = Entry(name, text, 2020, "classification", 1000, 10**6 * len(name), None, None, None, text, (claim,))
    return bare.measured_by(METRIC)


def verification() -> Verification:
    machine = Machine(device="cpu", name=HOSTILE[0], driver=HOSTILE[4], torch="2", date="")
    checks = [Check.of(text, "params", 1, 1 + len(text) % 2, text) for text in HOSTILE]
    return Verification(
        network=HOSTILE[8],
        settings=RunSettings.of(Settings()),
        machine=machine,
        checks=tuple(checks),
        failure=HOSTILE[2],
    )


def hostile_convention() -> Any:
    quirks = json.dumps([f"{text}." for text in HOSTILE if text.isprintable()])
    return read_convention(
        f"{{name: mine, unit: MACs, source: {json.dumps(HOSTILE[0])}, about: {json.dumps(HOSTILE[8])}, "
        f"rules: {{conv: mac}}, free: relu, quirks: {quirks}}}"
    )


DOCUMENTS = documents()
EVERY = pytest.mark.parametrize("name", DOCUMENTS)


def expected_rows(table: Table) -> list[list[str]]:
    """The texts of a table as people read them, in one line each."""
    heading = [f"{column.heading} {column.detail}".strip() for column in table.columns]
    lines = [*table.lines, *([table.totals] if table.totals else [])]
    rows = [heading, *(line_texts(line, table.columns, False) for line in lines)]
    return [[" ".join(printable(" ".join(cell.split())).split()) for cell in row] for row in rows]


@EVERY
@pytest.mark.parametrize("form", READERS)
def test_tables_for_people_hold_the_texts(name: str, form: str) -> None:
    document = DOCUMENTS[name]
    read = READERS[form](render(document, form))
    assert len(read) == len(document.tables)
    for rows, table in zip(read, document.tables, strict=True):
        expected = expected_rows(table)
        if form == "html":  # the title of a block is one cell as wide as the table
            titles = [place for place, line in enumerate(table.lines, 1) if line.title]
            expected = [row[:1] if place in titles else row for place, row in enumerate(expected)]
        assert [[" ".join(cell.split()) for cell in row] for row in rows] == expected


@EVERY
def test_a_spreadsheet_computes_nothing(name: str) -> None:
    table = DOCUMENTS[name].records
    head, *rows = csv.reader(io.StringIO(render(DOCUMENTS[name], "csv")))
    assert len(head) == len(table.columns)
    lines = [line for line in table.lines if not line.title]
    for row, line in zip(rows, lines, strict=True):
        for cell, column, value in zip(row, table.columns, line.cells, strict=True):
            is_number = re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?%?", cell)
            assert is_number or not re.match(r"\s*[=+\-@\t\r]", cell)
            assert cell.removeprefix("'") == _lines_as_one(str(plain(column.kind, value))).removeprefix("'")


def _lines_as_one(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@EVERY
def test_json_holds_the_texts(name: str) -> None:
    assert [text for text in _texts(json.loads(render(DOCUMENTS[name], "json"))) if text in HOSTILE]


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from chain.from_iterable(map(_texts, [*data, *data.values()]))
    elif isinstance(data, list):
        yield from chain.from_iterable(map(_texts, data))


@EVERY
@pytest.mark.parametrize("colours", [False, True])
def test_terminals_show_what_pipes_get(name: str, colours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    document = DOCUMENTS[name]
    plain_text = render(document, "table")
    assert "\x1b" not in plain_text
    assert printable(plain_text.replace("\n", "")) == plain_text.replace("\n", "")
    if colours:
        monkeypatch.setenv("FORCE_COLOR", "1")
        coloured = re.sub("\x1b\\[[0-9;]*m", "", render(document, "table"))
        assert "\x1b" not in coloured
        assert coloured.split() == plain_text.split()


def test_pictures_hold_the_texts() -> None:
    drawn = 0
    for document in DOCUMENTS.values():
        pictures = (scatter_svg, document.figures), (curve_svg, document.curves), (roofline_svg, document.rooflines)
        for svg in chain.from_iterable(map(draw, parts) for draw, parts in pictures):
            root = ElementTree.fromstring(svg)
            names = {element.tag.partition("}")[2] for element in root.iter()}
            assert names <= {"svg", "title", "desc", "rect", "line", "path", "circle", "text", "polygon", "g"}
            attributes = {attribute for each in root.iter() for attribute in each.attrib}
            assert not any(attribute.startswith("on") or "href" in attribute for attribute in attributes)
            drawn += 1
    assert drawn == 4  # the memory of a step, a roofline, and two frontiers


def test_every_format_is_among_those() -> None:
    assert {*format_names()} == {*READERS, "csv", "json", "table"}


def test_diagrams_for_graphviz_hold_the_texts() -> None:
    """Strings of DOT as its grammar has them; in labels there are escapes, and entities of HTML."""
    graph = hostile_graph()
    text = cnncost.export(graph, "dot", depth=None)
    string = r'"((?:[^"\\]|\\.)*)"'
    between = re.sub(string, "", text)
    assert between.isascii()
    assert '"' not in between
    labels = [
        re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], label)
        for label in re.findall(f"label={string}", text)
    ]
    shown = [html.unescape(label.partition("\n")[0]) for label in labels]
    for node in graph.nodes:
        name = "".join(filter(str.isprintable, " ".join(node.name.split())))
        if "." not in name:  # which parts a path
            assert {name, f"{name}: {node.type}"} & {*shown}
    boxes = re.findall(rf"^ *{string} \[", text, re.MULTILINE)
    assert len({*boxes}) == len(graph.nodes)


def test_diagrams_for_mermaid_hold_the_texts() -> None:
    text = cnncost.export(hostile_graph(), "mermaid", depth=None)
    labels = re.findall(r'\["(.*?)"\]', text)
    assert len(labels) >= len(HOSTILE)
    for label in labels:
        assert not re.search(r"[<>`\\]", label.replace("<br/>", ""))
    script = [label for label in labels if "script" in label]
    assert script[0].startswith("#lt;script#gt;alert(1)#lt;/script#gt;")
