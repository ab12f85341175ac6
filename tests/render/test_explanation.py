"""Explanations as text: golden files, and every format at every width."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from cnncost import explain
from cnncost.explanation import LayerExplanation
from cnncost.render import render
from cnncost.render.format import format_names
from cnncost.render.formats.table import render as render_table
from cnncost.render.terminal.arrangement import broken
from cnncost.render.views.costs.explain import explanation_document
from tests.render.goldens import check_golden

if TYPE_CHECKING:
    from cnncost.render.document import Document

WORKED_EXAMPLE: dict[str, Any] = {
    "spec": "conv", "input": [64, 56, 56], "set": {"out": 128, "kernel": 3, "padding": 1}, "batch": 32,
}  # fmt: skip
LAYERS: dict[str, dict[str, Any]] = {
    "conv": WORKED_EXAMPLE,
    "maxpool": {"spec": "maxpool", "input": [64, 112, 112], "set": {"kernel": 3, "stride": 2, "padding": 1}},
    "batchnorm": {"spec": "batchnorm", "input": [64, 56, 56], "mode": "train"},
    "linear": {"spec": "lenet5", "layer": "linear", "batch": 8, "mode": "train"},
    "add": {"spec": "small_resnet", "layer": "stage[0].residual_block[0].residual"},
    "transposed": {"spec": "conv_transpose", "input": [128, 28, 28], "set": {"out": 64, "kernel": 2, "stride": 2}},
    "attention": {"spec": "attention", "input": [197, 768], "set": {"heads": 12}},
    "preset": {"spec": "lenet5", "layer": "conv", "convention": "calflops"},
    "totals": {"spec": "small_resnet"},
    "block": {"spec": "small_resnet", "layer": "stage[1]", "total": "params"},
    "largest": {"spec": "lenet5", "total": "im2col_bytes"},
}


def document(name: str) -> Document:
    return explanation_document(explain(**LAYERS[name]))


def table(document: Document, width: int = 100, raw: bool = False) -> str:
    return render_table(document, raw=raw, console=Console(file=io.StringIO(), width=width, color_system=None))


@pytest.mark.parametrize("name", LAYERS)
def test_explanations(name: str) -> None:
    check_golden(f"explain-{name}.txt", table(document(name)))


def test_a_wide_table_has_a_line_for_each_figure() -> None:
    check_golden("explain-wide.txt", table(document("maxpool"), width=240))


def test_without_rounded_numbers() -> None:
    text = table(document("conv"), raw=True)
    assert "14,797,504,512" in text
    assert "14.8 G" not in text
    assert "14.8 G" in table(document("conv"))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140, 240])
@pytest.mark.parametrize("name", LAYERS)
def test_explanations_fit_every_width(name: str, width: int) -> None:
    assert max(map(len, table(document(name), width).splitlines())) <= width


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("name", ["conv", "attention", "transposed", "preset"])
def test_nothing_of_a_formula_or_a_meaning_is_lost_on_a_narrow_terminal(name: str, width: int) -> None:
    """Every character of them is there, in order, however the lines are broken."""
    layer = explain(**LAYERS[name])
    assert isinstance(layer, LayerExplanation)
    figures = [*layer.figures, *(figure for each in layer.algorithms for figure in each.figures)]
    text = "".join(table(document(name), width).split())
    for figure in figures:
        if figure.value and figure.formula and figure.substituted:
            assert "".join(figure.formula.split()) in text
            assert "".join(figure.substituted.split()) in text
    words = table(document(name), width).split()
    for meaning in layer.symbols:
        assert {*meaning.meaning.split()} <= {*words}


def test_formulas_say_the_same_in_ascii() -> None:
    console = Console(file=io.TextIOWrapper(io.BytesIO(), "ascii"), width=100, color_system=None)
    text = render_table(document("conv"), console=console)
    assert text.isascii()
    assert "floor((H + 2*p - d*(k - 1) - 1)/s) + 1" in text
    assert "= 32*128*(64/1)*3^2*56*56" in text
    assert "2^ceil(log2(H + 2*p))*2^ceil(log2(W + 2*p))" in text
    assert "batch 32 - float32" in text


def test_lines_are_broken_where_it_is_least_in_the_way() -> None:
    text = "= b·(B·C_i·H·W + C_o·(C_i/g)·k²) + 1"
    for room in (12, 20, 44):
        lines = broken(text, room)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert max(map(len, lines)) <= room
        assert lines[0].startswith("= b·")
    assert broken(text, 44) == [text]


@pytest.mark.parametrize("form", sorted({*format_names()} - {"table"}))
@pytest.mark.parametrize("name", ["conv", "totals"])
def test_other_formats(name: str, form: str) -> None:
    text = render(document(name), form)
    assert "C_o" in text.replace("\\_", "_")


def test_csv_has_every_figure_and_every_part() -> None:
    lines = list(csv.DictReader(io.StringIO(render(document("conv"), "csv"))))
    by_name = {line["figure"]: line for line in lines}
    assert by_name["flops"]["value"] == "14797504512"
    assert by_name["winograd_4_bytes"]["unit"] == "bytes"
    assert by_name["output_shape"]["value"] == "32x128x56x56"
    parts = list(csv.DictReader(io.StringIO(render(document("block"), "csv"))))
    for by in ("type", "block"):
        assert sum(int(part["value"]) for part in parts if part["by"] == by) == 525_568


def test_json_is_the_data_of_the_explanation() -> None:
    explanation = explain(**WORKED_EXAMPLE)
    assert json.loads(render(explanation_document(explanation), "json")) == json.loads(
        json.dumps(explanation.to_dict())
    )
