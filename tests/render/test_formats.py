"""The other formats: what a program reads back is what the report holds, and what a person pastes is well formed."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from cnncost.render import render
from cnncost.render.document import Column, Document, Line, Table
from cnncost.render.format import format_names
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.report.report import Report
from tests.render.goldens import check_golden
from tests.render.sample import BATCH, sample_report

NASTY = r"a_b|c & 100% of $x$ {y} \z ~ ^ # <b> [1] `*` "


def shown(form: str, view: View = View(), *, raw: bool = False) -> str:  # noqa: B008 - immutable
    return render(report_document(sample_report(), view), form, raw=raw)


@pytest.mark.parametrize("form", format_names())
def test_every_format_is_text_that_ends_its_last_line(form: str) -> None:
    text = shown(form)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "stem" in text


def test_json_is_the_report() -> None:
    assert Report.from_dict(json.loads(shown("json"))) == sample_report()


def test_json_of_blocks_has_their_sums() -> None:
    layers = json.loads(shown("json", View(depth=1)))["layers"]
    assert [layer["name"] for layer in layers] == ["stem", "stage[0]", "stage[1]", "pool", "head"]
    assert layers[1]["macs"] == 1_179_648


@pytest.mark.parametrize("raw", [False, True])
def test_csv_reads_back_as_whole_numbers(raw: bool) -> None:
    lines = list(csv.DictReader(io.StringIO(shown("csv", raw=raw))))
    report = sample_report()
    assert [line["layer"] for line in lines] == [row.name for row in report.rows]
    for metric in report.metrics:
        assert [int(line[metric]) for line in lines] == [row.figures[metric] for row in report.rows]
        assert sum(int(line[metric]) for line in lines) == report.totals[metric]


def test_csv_cells_that_are_no_number() -> None:
    stem, *_, head = csv.DictReader(io.StringIO(shown("csv")))
    assert (stem["output_shape"], stem["receptive_field"], stem["jump"]) == ("16x32x32", "3x3", "1x1")
    assert (head["output_shape"], head["receptive_field"], head["jump"]) == ("10", "", "")
    assert float(stem["share"]) == pytest.approx(442_368 / (442_368 + 2 * 1_179_648 + 640), abs=1e-6)


def test_csv_of_chosen_columns() -> None:
    assert shown("csv", View(columns=("macs", "layer"), top=1)) == "macs,layer\n1179648,stage[0].conv\n"


def test_csv_quotes_what_needs_it() -> None:
    table = Table((Column("name", "name"),), (Line(('a,"b"\nc',)),))
    text = render(Document(tables=lambda: [table], data=dict), "csv")
    assert list(csv.reader(io.StringIO(text))) == [["name"], ['a,"b"\nc']]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+SUM(A1)", "'+SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\n=1"),
        (" =1", "' =1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("-inf", "'-inf"),
        ("-", "'-"),
        ("a\r=1", "a\n=1"),  # some readers take the return for the end of the line
        ("-1", "-1"),
        ("+5.25", "+5.25"),
        ("-1e-05", "-1e-05"),
        ("-16%", "-16%"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
    ],
)
def test_csv_holds_no_formulas(text: str, cell: str) -> None:
    table = Table((Column(text, "name"), Column("n", "n", "count")), (Line((text, -3)),))
    written = render(Document(tables=lambda: [table], data=dict), "csv")
    assert "\r" not in written
    assert list(csv.reader(io.StringIO(written))) == [[cell, "n"], [cell, "-3"]]


def test_markdown() -> None:
    check_golden("layers.md", shown("markdown"))


def test_markdown_rows_have_as_many_cells_as_the_header() -> None:
    document = nasty_document()
    rows = [line for line in render(document, "markdown").splitlines() if line.startswith("|")]
    cells = [len(re.split(r"(?<!\\)\|", row)) for row in rows]
    assert len(rows) == 3
    assert set(cells) == {4}  # two cells, and what lies outside of the borders


@pytest.mark.parametrize(
    "text",
    ["# a", "> a", "- a", "+ a", "=== a", "1. a", "12) a", "*a*", "**a", "[a](b)", "<b>a", "~~a~~", "`a`", "$a$"],
)
def test_markdown_shows_what_it_is_given(text: str) -> None:
    """Whatever has a meaning in Markdown stands behind a backslash, which takes the meaning away (CommonMark, 2.4)."""
    table = Table((Column("n", "n", "count"),), (Line((1,)),), title=text, notes=(text,))
    written = render(Document(tables=lambda: [table], data=dict), "markdown").splitlines()
    note = written[-1]
    assert note.replace("\\", "") == text
    assert re.match(r"\d*\\", note) or not re.match(r"\d|\W", note)
    assert re.search(r"(?<!\\)[*_`\[\]<~$]", note) is None


def test_markdown_of_an_ascii_output(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = shown("markdown")
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert not plain.isascii()
    assert shown("markdown").isascii()
    assert "16 x 32 x 32" in shown("markdown")


def test_names_are_no_markup_of_the_terminal() -> None:
    table = Table((Column("name", "[bold]name[/bold]"),), (Line(("[red]conv[/red] [/] :smile: [link=x]",)),))
    written = render(Document(tables=lambda: [table], data=dict), "table")
    assert "[bold]name[/bold]" in written
    assert "[red]conv[/red] [/] :smile: [link=x]" in written


def test_latex() -> None:
    check_golden("layers.tex", shown("latex"))


def test_latex_is_escaped_and_balanced() -> None:
    text = render(nasty_document(), "latex")
    body = text.partition(r"\midrule")[2].partition(r"\bottomrule")[0]
    assert re.search(r"(?<!\\)[_%#]", body) is None
    assert len(re.findall(r"(?<!\\)&", body)) == 1
    assert body.count("$") == body.count(r"\$")
    unescaped = re.sub(r"\\[{}]", "", text)
    assert unescaped.count("{") == unescaped.count("}")
    for command in ("begin{tabular}", "toprule", "midrule", "bottomrule", "end{tabular}"):
        assert text.count("\\" + command) == 1


def test_latex_rows_end_as_rows() -> None:
    body = shown("latex").partition(r"\midrule")[2].partition(r"\midrule")[0]
    columns = shown("latex").partition(r"\begin{tabular}{")[2].partition("}")[0]
    for line in body.strip().splitlines():
        assert line.endswith(r" \\")
        assert line.count(" & ") == len(columns) - 1


def nasty_document() -> Document:
    table = Table((Column("name", "na|me"), Column("n", "n", "count")), (Line((NASTY, 12)),))
    return Document(tables=lambda: [table], data=dict)


def test_flops_name_their_convention_everywhere() -> None:
    assert "FLOPs (textbook)" in shown("markdown")
    assert "FLOPs (textbook)" in shown("latex")
    assert "textbook convention" in shown("table")
    assert json.loads(shown("json"))["convention"] == "textbook"


def test_shapes_are_of_one_sample() -> None:
    assert BATCH > 1
    assert "16 × 32 × 32" in shown("table")
    assert f"batch {BATCH}" in shown("table")
