"""A document is data: made once, and only what is read; formats take from it what they can show."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from cnncost.render import render
from cnncost.render.document import Column, Document, Line, Table
from cnncost.render.format import REGISTERED, Format, find_format, format_names
from cnncost.render.formats.table import render as render_table
from cnncost.render.passages import Entry, Items, Paragraph, Terms
from cnncost.render.terminal.arrangement import arrangements

if TYPE_CHECKING:
    from collections.abc import Callable

NAME, SIZE = Column("name", "layer"), Column("size", "size", "count")
SHORT = Table((NAME, SIZE), (Line(("conv", 2_000)),))
LONG = Table((NAME, SIZE), (Line(("stage[0].conv", 2_000)), Line(("stage[1].conv", 30))))


def watched(made: list[str]) -> Document:
    """A document that writes down which of its parts were made."""

    def part(name: str, value: Any) -> Callable[[], Any]:
        def make() -> Any:
            made.append(name)
            return value

        return make

    return Document(
        "a network",
        tables=part("tables", [SHORT]),
        records=part("records", LONG),
        figures=part("figures", ()),
        data=part("data", {"layers": 2}),
    )


@pytest.mark.parametrize(("form", "parts"), [("json", ["data"]), ("csv", ["records"]), ("markdown", ["tables"])])
def test_a_format_makes_the_part_that_it_shows_and_no_other(form: str, parts: list[str]) -> None:
    made: list[str] = []
    render(watched(made), form)
    assert made == parts
    assert find_format(form).part == parts[0]


def test_a_part_is_made_once() -> None:
    made: list[str] = []
    document = watched(made)
    for form in ("latex", "markdown", "csv", "latex", "json", "csv", "json"):
        render(document, form)
    assert made == ["tables", "records", "data"]


def test_each_format_shows_its_part() -> None:
    document = watched([])
    assert json.loads(render(document, "json")) == {"layers": 2}
    assert [row["name"] for row in csv.DictReader(io.StringIO(render(document, "csv")))] == [
        "stage[0].conv",
        "stage[1].conv",
    ]
    assert "stage" not in render(document, "markdown")


def test_records_are_the_first_table_where_there_are_no_others() -> None:
    assert Document(tables=lambda: [SHORT, LONG], data=dict).records is SHORT


def test_title_and_facts_stand_above_all_tables_and_notes_below() -> None:
    document = Document(
        "net", ("batch 1",), tables=lambda: [SHORT, LONG._replace(title="more")], notes=("a note",), data=dict
    )
    text = render(document, "markdown")
    places = [text.index(part) for part in ("**net**", "batch 1", "| conv |", "**more**", "| stage")]
    assert places == sorted(places)
    assert text.endswith("\n\na note\n")
    assert text.count("batch 1") == text.count("a note") == 1


ROUNDED = Table(
    (NAME, SIZE, Column("about", "about", "count", rounded=True)),
    (Line(("block",), title=True), Line(("conv", 2_345, 2_345), level=1)),
)


def test_a_column_that_rounds_another_is_not_for_those_who_want_all_digits() -> None:
    document = Document(tables=lambda: [ROUNDED], data=dict)
    assert "about" in render(document, "markdown")
    for form in ("table", "markdown", "latex"):
        exact = render(document, form, raw=True)
        assert "about" not in exact
        assert "2,345" in exact
        assert "block" in exact


FORMULAS = Table(
    (
        NAME,
        SIZE,
        Column("about", "about", "count", rounded=True),
        Column("formula", "formula", overflow="below"),
        Column("note", "note", overflow="below"),
    ),
    (Line(("conv", 2_345, 2_345, "C_o·" * 9 + "C_i", "as the paper counts")),),
)


def test_texts_for_which_there_is_no_room_beside_figures_stand_below_them() -> None:
    wide, below, *narrow = arrangements(FORMULAS)
    assert wide is FORMULAS
    assert [column.name for column in below.columns] == ["name", "size", "about"]
    assert [line.cells[0] for line in below.lines] == ["conv", "C_o·" * 9 + "C_i", "as the paper counts"]
    assert [line.level for line in below.lines] == [0, 1, 1]
    assert [column.name for column in narrow[-1].columns] == ["name", "size"]
    assert [line.cells[0] for line in narrow[-1].lines[1:4]] == ["C_o·" * 4, "C_o·" * 4, "C_o·C_i"]


def test_long_texts_go_on_in_further_lines() -> None:
    meaning = Column("meaning", "meaning", overflow="wrap")
    wide, *_, narrowest = arrangements(Table((NAME, meaning), (Line(("C_o", "output channels of a group")),)))
    assert len(wide.lines) == 1
    assert [line.cells for line in narrowest.lines] == [("C_o", "output channels of"), ("", "a group")]


def on_console(document: Document, width: int) -> str:
    return render_table(document, console=Console(file=io.StringIO(), width=width, color_system=None))


def test_another_arrangement_takes_the_place_of_a_table_that_does_not_fit() -> None:
    wide = Table(tuple([NAME] * 9), (Line(tuple(["conv"] * 9)),), alternative=SHORT)
    document = Document(tables=lambda: [wide], data=dict)
    # The heading has 5 characters: 9 times 5, and 8 times 2 between them, is 61.
    assert on_console(document, 61).split().count("conv") == 9
    assert on_console(document, 60).split().count("conv") == 1


def test_passages_are_read_on_a_terminal_and_tables_elsewhere() -> None:
    document = Document(
        tables=lambda: [SHORT],
        passages=lambda: [
            Entry("torch, in FLOPs", ("two for each MAC",)),
            Terms((("conv", "2·macs"), ("relu", "0"))),
            Items(("attention is forgotten", "twice")),
            Paragraph("source: its code"),
        ],
        data=dict,
    )
    assert on_console(document, 80) == (
        "torch, in FLOPs\n  two for each MAC\n\n  conv  2·macs\n  relu  0\n\n"
        "- attention is forgotten\n- twice\n\nsource: its code\n"
    )
    assert "torch" not in render(document, "markdown")


def titles(document: Document, raw: bool) -> str:
    """A format that shows nothing but names."""
    return f"{document.title}: {', '.join(str(line.cells[0]) for line in document.records.lines)}, raw {raw}\n"


def test_a_format_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGISTERED, "titles", Format("titles", "for a test", ".txt", "records", titles))
    assert format_names()[-1] == "titles"
    assert render(watched([]), "titles", raw=True) == "a network: stage[0].conv, stage[1].conv, raw True\n"


@pytest.mark.parametrize("name", format_names())
def test_a_format_says_all_of_itself(name: str) -> None:
    form = find_format(name)
    assert form.name == name
    assert form.about
    assert form.suffix.startswith(".")
