"""The terminal table: laid out for the width, coloured for the terminal, plain for a pipe."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from cnncost.render.document import Column, Document, Line, Table
from cnncost.render.formats.table import render
from cnncost.render.terminal import column_text
from cnncost.render.terminal.screen import cut, width_of
from cnncost.render.views.costs.analyze import View, report_document, viewed
from cnncost.report.report import Report
from tests.effort import steps
from tests.render.goldens import check_golden
from tests.render.sample import deep_report, sample_report

ANSI = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-9]|9[0-7]|38;[0-9;]+)m")


def console(width: int, *, terminal: bool = False, encoding: str = "utf-8", **options: object) -> Console:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    settings: dict[str, object] = {"color_system": "standard" if terminal else None, "legacy_windows": False} | options
    return Console(file=file, width=width, force_terminal=terminal, **settings)  # type: ignore[arg-type]


def table(width: int, view: View = View(), **options: object) -> str:  # noqa: B008 - immutable
    raw = bool(options.pop("raw", False))
    return render(report_document(sample_report(), view), raw, console(width, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [120, 80, 50])
def test_layers_at_widths(width: int) -> None:
    check_golden(f"layers-{width}.txt", table(width))


def test_blocks() -> None:
    check_golden("blocks.txt", table(120, View(depth=1)))


def test_types_by_parameters() -> None:
    check_golden("types.txt", table(120, View(by_type=True, sort="params")))


def test_raw_and_chosen_columns() -> None:
    columns = ("layer", "macs", "flops_per_byte", "share", "jump", "activation_bytes")
    check_golden("raw.txt", table(120, View(top=3, columns=columns), raw=True))


def test_ascii_terminal() -> None:
    text = table(120, encoding="ascii")
    assert text.isascii()
    check_golden("ascii.txt", text)


def test_terminal_with_colours() -> None:
    text = table(80, terminal=True)
    assert COLOUR.search(text)
    assert ANSI.sub("", text) == table(80)


def test_no_color_leaves_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = table(80, terminal=True)
    assert not COLOUR.search(text)
    assert ANSI.sub("", text) == table(80)


def test_pipe_gets_no_escapes() -> None:
    assert "\x1b" not in table(80)


@pytest.mark.parametrize("width", range(40, 140, 7))
def test_lines_fit_and_end_without_blanks(width: int) -> None:
    for line in table(width).splitlines():
        assert width_of(line) <= width
        assert line == line.rstrip()


def test_what_is_left_out_is_said() -> None:
    assert "not shown at this width: type, receptive_field (`--columns` chooses)\n" in table(80)
    assert "not shown" not in table(140)


def test_legends_go_with_their_column() -> None:
    assert "receptive field:" in table(140)
    assert "receptive field:" not in table(60)


def test_columns_asked_for_stay_however_narrow() -> None:
    text = table(30, View(columns=("layer", "params", "macs", "flops", "activation_bytes")))
    assert "activations" in text


def test_long_names_are_cut() -> None:
    names = Table((Column("name", "name"), Column("n", "n", "count")), (Line(("a" * 100, 1)),), fixed=True)
    lines = render(Document(tables=lambda: [names], data=dict), console=console(20)).splitlines()
    assert lines[-1] == "a" * 16 + "…  1"


def test_long_names_are_cut_in_one_pass() -> None:
    name = "卷" * 3000
    assert cut(name, 2001) == "卷" * 1000 + "…"
    assert steps(lambda: cut(name, 2001)) < 12 * len(name)


def test_decimal_points_are_aligned_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = 0

    def counted(*values: Any, **options: Any) -> Any:
        nonlocal seen
        items = list(values[0]) if len(values) == 1 else list(values)
        seen += len(items)
        return max(items, **options)

    monkeypatch.setattr(column_text, "max", counted, raising=False)
    lines = tuple([Line(("a", "76.1" if number else "76.130")) for number in range(500)])
    points = Table((Column("name", "name"), Column("n", "n", "points")), lines)
    shown = render(Document(tables=lambda: [points], data=dict), console=console(40)).splitlines()
    assert (shown[2], shown[3]) == ("a     76.130", "a     76.1")
    assert 500 <= seen < 20 * 500


def test_wide_characters_keep_the_columns_straight() -> None:
    lines = (Line(("卷积", 1)), Line(("conv", 22)))
    names = Table((Column("name", "name"), Column("n", "n", "count")), lines)
    shown = render(Document(tables=lambda: [names], data=dict), console=console(40)).splitlines()[2:]
    assert shown == ["卷积   1", "conv  22"]


def test_names_cannot_move_the_cursor() -> None:
    report = sample_report(name="evil\x1b[2Jname\x07")
    assert "evil?[2Jname?" in render(report_document(report), console=console(80))


def test_an_empty_report() -> None:
    empty = sample_report()._replace(rows=())
    assert "total" in render(report_document(empty), console=console(80))


def test_effort_is_linear_in_the_lines() -> None:
    # Catches a layout that looks at all lines for each of them: ten times the lines, a hundred times the steps.
    shown: list[str] = []

    def effort(blocks: int) -> int:
        report = deep_report(blocks, layers=10)
        return steps(lambda: shown.append(render(report_document(report, View(depth=None)), console=console(120))))

    assert effort(200) < 12 * effort(20)
    assert shown[0].count("\n") > 2_200


def test_figures_are_added_up_for_the_depth_that_is_shown_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    depths: list[int] = []
    grouped = Report.grouped
    monkeypatch.setattr(Report, "grouped", lambda report, depth: depths.append(depth) or grouped(report, depth))
    # 60 layers, in 30 blocks, in 2 halves: the blocks fit a screen of 40 lines, the layers do not.
    shown, _ = viewed(deep_report(30, layers=2), View())
    assert [row.count for row in shown.rows] == [2] * 30
    assert depths == [2]
