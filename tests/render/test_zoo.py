"""Architectures as tables, the frontier as a plot, and claims beside exact figures."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from cnncost import compare_published
from cnncost.graph.graph import Published
from cnncost.language.load import loads
from cnncost.published.catalogue import METRIC, Entry, Zoo
from cnncost.render import render
from cnncost.render.format import format_names
from cnncost.render.formats.table import render as render_table
from cnncost.render.plot import Plot, Point
from cnncost.render.terminal.plot import draw_plot
from cnncost.render.views.catalogue.published import claims_document
from cnncost.render.views.catalogue.zoo import frontier_document, zoo_document
from tests.render.goldens import check_golden

if TYPE_CHECKING:
    from cnncost.published.claims import PublishedComparison
    from cnncost.render.document import Document

# Round figures, so that places on the axes can be told by hand.
FIGURES = (
    ("tiny", 1998, 60_000, 1_000_000, 50.0),
    ("small", 2012, 600_000, 10_000_000, 70.0),
    ("wide", 2013, 9_000_000, 30_000_000, 60.0),
    ("middling", 2014, 6_000_000, 100_000_000, 80.0),
    ("large", 2020, 60_000_000, 1_000_000_000, 85.0),
)


def entry(name: str, year: int, params: int, macs: int, accuracy: float) -> Entry:
    claim = Published("the paper", accuracy=accuracy)
    bare = Entry(name, "family", year, "classification", params, macs, None, None, None, "a URL", (claim,))
    return bare.measured_by(METRIC)


SILENT = Entry("silent", "family", None, "classification", None, None, None, None, None, None, ())
ZOO = Zoo((*(entry(*figures) for figures in FIGURES), SILENT))
MIXED = Zoo(
    (
        SILENT._replace(name="listener", task="audio"),
        entry(*FIGURES[1]),
        SILENT._replace(name="seer", task="detection"),
        entry(*FIGURES[0]),
        SILENT._replace(name="drifter", task=None),
    )
)
"""Of several tasks, in no order of theirs."""

CLAIMED = """\
name: claimed
year: 1998
input: [68]
network: [{linear: 10}]
published:
  - {source: a book, params: 0.7K, flops: 1.4K, accuracy: 99.05, metric: MNIST top-1}
  - {source: a paper, params: 800, flops: 0.68K, note: with a second layer}
  - {source: a blog, params: 690.5, accuracy: 98}
"""
# 68 * 10 + 10 = 690 parameters, 680 multiply-accumulates, 1360 FLOPs


def claimed() -> PublishedComparison:
    silent = loads("{name: silent, input: 8, network: relu}")
    return compare_published([loads(CLAIMED), silent])


def table(document: Document, width: int = 120) -> str:
    return render_table(document, console=Console(file=io.StringIO(), width=width, color_system=None))


def plotted(zoo: Zoo = ZOO, width: int = 80, *, ascii_only: bool = False) -> list[str]:
    document = frontier_document(zoo.frontier())
    [plot] = document.figures
    return ["".join(text for _, text in line) for line in draw_plot(plot, width, ascii_only=ascii_only)]


def test_the_title_of_a_plot_goes_on_in_a_further_line() -> None:
    assert plotted(width=40)[:2] == ["what no cheaper network matches in", "ImageNet top-1"]


def test_architectures_as_a_table() -> None:
    check_golden("zoo.txt", table(zoo_document(ZOO)))


def test_architectures_for_several_tasks_stand_below_their_tasks() -> None:
    text = table(zoo_document(MIXED))
    check_golden("zoo-by-task.txt", text)
    words = [line.split()[0] for line in text.splitlines() if line]
    assert words[3:11] == ["classification", "small", "tiny", "detection", "seer", "audio", "listener", "for"]


def test_tasks_in_other_formats() -> None:
    lines = list(csv.DictReader(io.StringIO(render(zoo_document(MIXED), "csv"))))
    assert [(line["name"], line["task"]) for line in lines] == [
        ("listener", "audio"),
        ("small", "classification"),
        ("seer", "detection"),
        ("tiny", "classification"),
        ("drifter", ""),
    ]
    assert json.loads(render(zoo_document(MIXED), "json")) == MIXED.to_dict()
    markdown = render(zoo_document(MIXED), "markdown").splitlines()
    assert markdown.index("| detection |  |  |  |  |  |  |  |  |") < markdown.index("| audio |  |  |  |  |  |  |  |  |")
    assert any(line.startswith("| &emsp;seer |") for line in markdown)
    assert r"\quad seer &" in render(zoo_document(MIXED), "latex")


def heading(width: int, zoo: Zoo) -> str:
    return table(zoo_document(zoo), width).splitlines()[0]


LONG_SOURCE = "the paper" + ", table" * 10
LONG = ZOO._replace(
    entries=tuple(
        each._replace(
            name=f"{each.name}_with_a_long_name",
            accuracy_source=each.accuracy_source and LONG_SOURCE,
            published=tuple(claim._replace(source=LONG_SOURCE) for claim in each.published),
        )
        for each in ZOO.entries
    )
)


def test_a_long_text_is_cut_and_does_not_drive_its_column_away() -> None:
    lines = table(zoo_document(LONG), 100).splitlines()
    assert lines[0].split() == ["name", "year", "params", "MACs", "accuracy", "of", "printed", "in"]
    assert all(len(line) <= 100 for line in lines)
    assert lines[3].endswith("…")
    assert "ImageNet top-1  the paper, table" in lines[3]
    assert LONG_SOURCE in table(zoo_document(LONG), 160)
    assert "task" not in heading(160, LONG)  # what is worth less goes before a text is cut


@pytest.mark.parametrize("width", [60, 80, 100])
def test_what_matters_most_is_there_at_every_width(width: int) -> None:
    assert heading(width, LONG).split()[:5] == ["name", "year", "params", "MACs", "accuracy"]


def test_a_metric_that_is_the_same_for_all_leaves_its_room() -> None:
    chosen = LONG.measured_by(METRIC)
    text = table(zoo_document(chosen), 75)
    assert text.splitlines()[0].split() == ["name", "year", "params", "MACs", "accuracy", "printed", "in"]
    assert f"5 architectures; accuracies are of {METRIC}" in text


def test_decimal_points_are_below_each_other() -> None:
    mixed = ZOO._replace(entries=tuple(entry._replace(accuracy=76.123) for entry in ZOO.entries[:1]) + ZOO.entries[1:])
    lines = table(zoo_document(mixed)).splitlines()[3:8]
    assert {line.index(".", line.index("ImageNet") - 10) for line in lines} == {lines[0].index("76.123") + 2}


def test_the_frontier_as_a_plot_and_a_table() -> None:
    check_golden("zoo-frontier.txt", table(frontier_document(ZOO.frontier()), 80))


def test_the_plot_in_ascii() -> None:
    text = "\n".join(plotted(width=60, ascii_only=True)) + "\n"
    assert text.isascii()
    check_golden("zoo-frontier-ascii.txt", text)


def test_what_is_on_the_frontier_is_marked_and_named_and_all_else_is_a_dot() -> None:
    text = "\n".join(plotted())
    assert text.count("●") == 4
    assert text.count("·") == 1  # wide, which small beats
    assert all(name in text for name in ("tiny", "small", "middling", "large"))
    assert "wide" not in text


def test_points_lie_where_their_figures_say() -> None:
    lines = plotted(width=100)
    marks = [(row, line.index("●")) for row, line in enumerate(lines) if "●" in line]
    assert marks == sorted(marks, key=lambda mark: -mark[1])  # the cheapest is lowest, and on the left
    columns = sorted(column for _, column in marks)
    distances = [after - before for before, after in pairwise(columns)]
    assert max(distances) - min(distances) <= 1  # ten times the MACs, every time
    rows = [row for row, _ in marks]  # 85, 80, 70 and 50 percent
    assert abs((rows[3] - rows[2]) - 2 * (rows[2] - rows[1])) <= 2
    labels = {line.split()[0]: line.index("│") for line in lines if line.strip()[:2].isdigit()}
    assert {"60", "80"} <= labels.keys()


@pytest.mark.parametrize("width", [1, 30, 41, 60, 80, 110, 100_000])
def test_the_plot_keeps_to_the_width(width: int) -> None:
    lines = plotted(width=width)
    assert max(map(len, lines[1:])) <= max(30, min(width, 110))
    assert "".join(lines).count("●") == 4


@pytest.mark.parametrize("width", [30, 50, 100])
def test_names_never_hide_a_mark_or_each_other(width: int) -> None:
    crowd = tuple(Point(1e9 * 1.2**index, 70 + 0.8 * index, f"network_{index}") for index in range(12))
    dots = tuple(Point(1e9 * 1.1**index, 69 + 0.1 * index) for index in range(30))
    pieces = [piece for line in draw_plot(Plot("", "x", "y", (*crowd, *dots)), width) for piece in line]
    labels = [text for role, text in pieces if role == "label"]
    assert len(labels) == len(set(labels))
    assert set(labels) <= {point.name for point in crowd}  # whole, so none is under another
    without_names = tuple(point._replace(name="x") for point in crowd)
    marks = [text for line in draw_plot(Plot("", "x", "y", (*without_names, *dots)), width) for _, text in line]
    assert "".join(text for role, text in pieces if role == "mark").count("●") == "".join(marks).count("●")


@pytest.mark.parametrize("width", [40, 70, 110])
def test_every_name_touches_its_mark(width: int) -> None:
    crowd = tuple(Point(1e9 * 1.3**index, 70 + index, f"network_{index}") for index in range(12))
    lines = list(draw_plot(Plot("", "x", "y", crowd), width))
    at: dict[str, tuple[int, int, int]] = {}
    marks: list[tuple[int, int]] = []
    for row, line in enumerate(lines):
        column = 0
        for role, text in line:
            if role == "label":
                at[text] = (row, column, column + len(text))
            if role == "mark":
                marks += [(row, column + offset) for offset in range(len(text))]
            column += len(text)
    places = dict(zip([point.name for point in crowd], sorted(marks, key=lambda mark: mark[1]), strict=True))
    assert len(at) > 3
    for name, (row, start, end) in at.items():
        mark_row, column = places[name]
        assert abs(row - mark_row) <= 1
        assert start - 2 <= column <= end + 1


def test_one_point_is_a_plot_too() -> None:
    [*_, rule, ticks, heading] = draw_plot(Plot("alone", "MACs", "%", (Point(4e9, 76.1, "resnet50"),)), 60)
    assert "┬" in rule[0][1]
    assert "5 G" in ticks[0][1]
    assert heading[0][1].endswith("MACs")


@pytest.mark.parametrize("form", format_names())
def test_architectures_in_every_format(form: str) -> None:
    text = render(zoo_document(ZOO), form)
    assert "middling" in text
    assert "60" in text


def test_architectures_for_programs() -> None:
    assert json.loads(render(zoo_document(ZOO), "json")) == ZOO.to_dict()
    lines = list(csv.DictReader(io.StringIO(render(zoo_document(ZOO), "csv"))))
    assert (lines[1]["name"], lines[1]["params"], lines[1]["macs"], lines[1]["accuracy"]) == (
        "small",
        "600000",
        "10000000",
        "70.0",
    )
    assert (lines[-1]["name"], lines[-1]["params"]) == ("silent", "")
    best = json.loads(render(frontier_document(ZOO.frontier()), "json"))
    assert [each["name"] for each in best["architectures"]] == ["tiny", "small", "middling", "large"]


def test_claims_as_tables() -> None:
    check_golden("claims.txt", table(claims_document(claimed())))


def test_claims_in_a_narrow_terminal() -> None:
    check_golden("claims-narrow.txt", table(claims_document(claimed()), 76))


@pytest.mark.parametrize("form", format_names())
def test_claims_in_every_format(form: str) -> None:
    text = render(claims_document(claimed()), form)
    assert "a book" in text
    assert "0.68K" in text


def test_claims_for_programs() -> None:
    document = claims_document(claimed())
    assert json.loads(render(document, "json")) == claimed().to_dict()
    first, second, third = csv.DictReader(io.StringIO(render(document, "csv")))
    assert (first["network"], first["year"], first["params"], first["flops"]) == ("claimed", "1998", "690", "1360")
    assert (first["params_verdict"], first["flops_verdict"]) == ("rounded", "2 × MACs, rounded")
    assert (second["params_verdict"], second["flops_verdict"]) == ("off by +16 %", "MACs, exact")
    assert (third["flops_printed"], third["flops_verdict"], third["accuracy"]) == ("", "", "98.0")
    assert (second["note"], third["note"]) == ("with a second layer", "")


def test_a_figure_without_auxiliary_heads_says_so() -> None:
    headed = loads(
        "{input: 10, network: [{linear: 4, name: out}, {linear: 6, name: aux, from: input}], outputs: [out],"
        " auxiliary: [aux], published: {source: a book, params: 45}}"
    )  # 44 parameters, and 66 in the head
    comparison = compare_published([headed])
    text = table(claims_document(comparison))
    assert "off by +2.3 % *" in text
    assert "*: of the parameters without auxiliary heads, 44 of" in text
    assert "without heads, off by +2.3 %" in render(claims_document(comparison), "csv")
    assert "*" not in table(claims_document(claimed()))


def test_claims_of_counts_alone_are_one_table() -> None:
    counts = loads("{input: 68, network: [{linear: 10}], published: {source: a, params: 690}}")
    assert len(claims_document(compare_published([counts])).tables) == 1
    accuracy = loads("{input: 68, network: [{linear: 10}], published: {source: a, accuracy: 90}}")
    [only] = claims_document(compare_published([accuracy])).tables
    assert only.title == "accuracy, and operations per parameter"


@pytest.mark.parametrize("figure", ["params: 700", "accuracy: 90"])
def test_a_note_is_said_below_the_first_table(figure: str) -> None:
    noted = loads(f"{{name: x, input: 68, network: [{{linear: 10}}], published: {{source: a, {figure}, note: b}}}}")
    first, *others = claims_document(compare_published([noted])).tables
    assert "x in a: b" in first.notes
    assert all("x in a: b" not in other.notes for other in others)
    assert "x in a: b" in render(claims_document(compare_published([noted])), "markdown")
