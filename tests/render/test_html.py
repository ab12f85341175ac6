"""HTML, as a page and in notebooks: tables that say what their cells are of, and text that stays text."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

import cnncost
from cnncost.language.load import loads
from cnncost.measurement.devices import Machine
from cnncost.render import render
from cnncost.render.document import Column, Document, Line, Share, Table
from cnncost.render.formats.html import fragment
from cnncost.render.notebook import document_of
from cnncost.render.views.costs.analyze import View, report_document
from cnncost.report.checks import Checks
from cnncost.report.comparison import StageComparison
from cnncost.settings import Settings
from cnncost.verification.result import Check, RunSettings, Verification
from tests.render.parsed_html import Element, parsed
from tests.render.sample import sample_report

HOSTILE = """<script>alert("1")</script> & 'it' </td> <!-- [red] =1+1 \\input{x} \u202e"""


def sample(view: View = View(), *, raw: bool = False) -> Element:  # noqa: B008 - immutable
    return parsed(render(report_document(sample_report(), view), "html", raw=raw))


def of_lines(number: int, **more: Any) -> Document:
    columns = (Column("name", "name"), Column("bytes", "bytes", "bytes"))
    lines = tuple([Line((f"line {place}", 1024 * place)) for place in range(number)])
    return Document(tables=lambda: [Table(columns, lines, **more)], data=dict)


def cells(row: Element) -> list[str]:
    return [cell.text for cell in row.all("th", "td")]


def test_a_page_is_whole_and_asks_nothing_of_anybody() -> None:
    text = render(report_document(sample_report()), "html")
    page = parsed(text)
    assert text.startswith("<!DOCTYPE html>\n<html lang=")
    assert [title.text for title in page.all("title")] == ["sample"]
    assert [meta.attributes["charset"] for meta in page.all("meta") if "charset" in meta.attributes] == ["utf-8"]
    assert page.names.isdisjoint({"script", "link", "img", "iframe", "a"})
    assert "@import" not in text
    assert "url(" not in text


def test_every_cell_has_its_headings() -> None:
    layers, figures = sample().all("table")
    for table in (layers, figures):
        (head,) = table.all("thead")
        headings = [*head.all("th")]
        assert {heading.attributes["scope"] for heading in headings} == {"col"}
        for row in next(table.all("tbody")).all("tr"):
            first, *others = row.all("th", "td")
            assert (first.name, first.attributes["scope"]) == ("th", "row")
            assert {cell.name for cell in others} <= {"td"}
            spanned = int(first.attributes.get("colspan") or 1)
            assert spanned + len(others) == len(headings)


def test_the_caption_says_what_the_table_is_of() -> None:
    (caption,) = sample().all("caption")
    assert caption.text.startswith("sample")
    assert "input 3 × 32 × 32 · batch 2 · float32" in caption.text


def test_rows_hold_the_figures() -> None:
    layers = next(sample(raw=True).all("table"))
    rows = {row[0]: row for row in map(cells, layers.all("tr"))}
    assert rows["stem"][1:6] == ["conv", "16 × 32 × 32", "432", "442,368", "884,736"]
    assert rows["stage[0]"] == ["stage[0]"]
    assert rows["total"][4] == "2,802,304"  # 442,368 + 2 x 1,179,648 + 640


def test_blocks_hold_their_layers_to_the_right_of_their_names() -> None:
    layers = next(sample().all("table"))
    indents = {row.text: row.attributes.get("style") for row in layers.all("th") if row.attributes["scope"] == "row"}
    assert indents["stage[0]"] is None
    assert re.fullmatch(r"padding-left:[\d.]+em", indents["conv"] or "")


def test_rounded_numbers_have_their_digits_in_a_title() -> None:
    (row,) = [row for row in next(sample().all("table")).all("tr") if cells(row)[0] == "stem"]
    (macs,) = [cell for cell in row.all("td") if cell.text == "442 K"]
    assert macs.attributes["title"] == "442,368"
    (params,) = [cell for cell in row.all("td") if cell.text == "432"]
    assert "title" not in params.attributes


def test_texts_are_on_the_left_and_numbers_are_not() -> None:
    document = Document(
        tables=lambda: [Table((Column("n", "n"), Column("t", "t"), Column("c", "c", "count")), (Line(("a", "b", 1)),))],
        data=dict,
    )
    classes = [cell.attributes.get("class") for cell in parsed(fragment(document)).all("td")]
    assert classes == ["text", None]


def test_a_share_is_a_bar_that_is_no_wider_than_its_cell() -> None:
    columns = (Column("n", "n"), Column("s", "s", "share"))
    lines = (Line(("a", Share(1, 4))), Line(("b", Share(5, 4))), Line(("c", Share(0, 0))), Line(("d", None)))
    shown = parsed(fragment(Document(tables=lambda: [Table(columns, lines)], data=dict)))
    quarter, more, nothing, unknown = shown.all("td")
    assert (quarter.text, more.text, nothing.text, unknown.text) == ("25 %", "125 %", "0 %", "–")
    assert "25.0%" in (quarter.attributes["style"] or "")
    assert "100.0%" in (more.attributes["style"] or "")
    assert nothing.attributes == unknown.attributes == {}


def test_long_tables_fold_and_are_open_on_a_page_of_their_own() -> None:
    short, long = of_lines(60), of_lines(61, title="all of it")
    assert "details" not in parsed(fragment(short)).names
    (folded,) = parsed(fragment(long)).all("details")
    (opened,) = parsed(render(long, "html")).all("details")
    assert (folded.attributes, opened.attributes) == ({}, {"open": None})
    (summary,) = folded.all("summary")
    assert summary.text == "all of it: 61 lines"
    assert len([*folded.all("tr")]) == 62


def test_whatever_anybody_calls_things_stays_text() -> None:
    columns = (Column(HOSTILE, HOSTILE, detail=HOSTILE), Column("t", HOSTILE), Column("n", HOSTILE, "count"))
    lines = (Line((HOSTILE, HOSTILE, 1)), Line((HOSTILE,), title=True))
    table = Table(columns, lines, Line((HOSTILE, HOSTILE, 2)), HOSTILE, (HOSTILE,), (HOSTILE,))
    document = Document(HOSTILE, (HOSTILE,), tables=lambda: [table], notes=(HOSTILE,), data=dict)
    shown = HOSTILE.replace("\u202e", "?")
    for text in (render(document, "html"), fragment(document, warnings=(HOSTILE,))):
        whole = parsed(text)
        assert "script" not in whole.names
        assert whole.text.count(shown) >= 13
        assert {cell.text for cell in whole.all("td")} == {shown, "1", "2"}


def test_an_output_in_ascii_has_references(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = render(report_document(sample_report()), "html")
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    written = render(report_document(sample_report()), "html")
    assert not plain.isascii()
    assert written.isascii()
    assert parsed(written).text == parsed(plain).text


SPEC = "{name: tiny, input: [3, 8, 8], network: [{conv: [4, 3]}, flatten, {linear: 10}], expect: {params: 1562}}"


def results() -> list[Any]:
    """One of everything that notebooks show."""
    graph = loads(SPEC)
    printed = graph._replace(published=loads(SPEC[:-1] + ", published: {source: a book, params: 1.6K}}").published)
    machine = Machine(device="meta", name="", driver="", torch="", date="")
    settings = RunSettings.of(Settings())
    check = Check.of("conv", "params", 112, 112)
    comparison = cnncost.compare([graph, "lenet5"])
    return [
        cnncost.analyze(graph),
        comparison,
        StageComparison.of(comparison),
        cnncost.memory(graph),
        cnncost.fit(graph, memory="1GiB"),
        cnncost.check(graph),
        cnncost.latency(graph, "h200"),
        Checks((), ("broken.yaml",)),
        cnncost.sweep("lenet5", vary={"batch": [1, 2]}),
        cnncost.zoo("lenet*"),
        cnncost.zoo(frontier=True),
        cnncost.explain("lenet5", "conv"),
        cnncost.explain("lenet5"),
        cnncost.closed_forms("lenet5", ["batch"]),
        cnncost.compare_published([printed]),
        *cnncost.reconcile("lenet5", "61.7K"),
        Verification(network="tiny", settings=settings, machine=machine, checks=(check,)),
    ]


@pytest.fixture(scope="module")
def shown() -> list[Any]:
    return results()


def test_notebooks_show_the_view_of_the_command(shown: list[Any]) -> None:
    for result in shown:
        whole = parsed(result._repr_html_())
        document = document_of(result)
        tables = [*whole.all("table")]
        assert len(tables) == len(document.tables) > 0
        for table, made in zip(tables, document.tables, strict=True):
            (body,) = table.all("tbody")
            assert len([*body.all("tr")]) == len(made.lines)
        assert len([*whole.all("svg")]) == len(
            [*document.figures, *document.pictures, *document.curves, *document.rooflines]
        )


def test_results_are_one_line(shown: list[Any]) -> None:
    for result in shown:
        assert re.fullmatch(rf"<{type(result).__name__}\b.{{5,250}}>", repr(result)), repr(result)


def test_a_graph_is_drawn() -> None:
    graph = loads(SPEC)._replace(name=HOSTILE, warnings=("<b> is odd",))
    whole = parsed(graph._repr_html_())
    assert {"script", "table"}.isdisjoint(whole.names)
    assert [each.text for each in whole.all("p")] == ["warning: <b> is odd"]
    drawn = [each.text for each in whole.all("text")]
    assert "conv" in drawn
    assert "112 params · 3.89 K MACs" in drawn  # 4 · (3 · 9 + 1), and 36 · 4 · 27
    assert HOSTILE.replace("\u202e", "?") in next(whole.all("title")).text


def test_what_is_odd_about_a_network_stands_above() -> None:
    report = cnncost.analyze(loads(SPEC))._replace(warnings=("<b> is odd",))
    first = next(parsed(report._repr_html_()).all("p"))
    assert first.text == "warning: <b> is odd"


def test_memory_and_fit_say_in_a_line_whether_it_fits() -> None:
    net = loads("{name: net, input: [4], network: [{linear: 10}]}")
    peak = cnncost.memory(net, mode="infer", device="cpu", memory="1GiB")
    # The input, 50 parameters and 10 outputs: 64 numbers of 4 bytes.
    assert repr(peak) == "<MemoryReport of 'net': batch 1, infer, peak_bytes=256 in 'forward of linear', fits in 1GiB>"
    too_little = cnncost.memory(net, mode="infer", device="cpu", memory="255B")
    assert repr(too_little).endswith("in 'forward of linear', does not fit in 255B>")
    found = cnncost.fit(net, mode="infer", device="cpu", memory="256B")
    assert repr(found) == "<FitReport of 'net' in 256B: largest batch 1, for certain 1>"


def test_a_class_without_a_view_is_an_error() -> None:
    with pytest.raises(KeyError, match="Settings"):
        document_of(Settings())


def test_commands_in_a_sentence_are_code() -> None:
    page = parsed(render(report_document(cnncost.analyze("lenet5"), View(by_type=True)), "html"))
    assert "cnncost memory" in {code.text for code in page.all("code")}
    assert "`" not in page.text


def test_long_formulas_have_room_for_some_words() -> None:
    page = render(document_of(cnncost.explain("resnet18", "conv_bn.conv")), "html")
    cells = re.findall(r'<td class="text([^"]*)">([^<]*)</td>', page)
    assert {len(text) > 24 for kind, text in cells if kind == " long"} == {True}
    assert not [text for kind, text in cells if kind == "" and len(text) > 60]
    assert ".cnncost td.long{min-width:12em" in page
