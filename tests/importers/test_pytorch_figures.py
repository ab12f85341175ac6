"""Imported models and what they cost, as another tool counts it or by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cnncost import analyze, load, verify
from cnncost.errors import SpecError
from cnncost.importers.sources import load as load_network

MODELS = "tests.importers.models"

# Parameters, buffers and multiply-accumulates of one sample: counted in PyTorch 2.13 on meta tensors, in evaluation
# mode, with torchvision's and timm's definitions; the latter are half of what FlopCounterMode reports.
with (Path(__file__).parent.parent / "data" / "imported_models.csv").open(newline="") as _table:
    ROWS = list(csv.DictReader(_table))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['library']}-{row['name']}")
def test_models_of_libraries(row: dict[str, str]) -> None:
    graph = load(f"{row['library']}:{row['name']}")
    assert [1, *graph.nodes[0].y.dims] == [int(size) for size in row["input"].split("x")]
    totals = analyze(graph).totals
    assert [str(figure) for figure in (totals.params, totals.buffers, totals.macs)] == [
        row["params"],
        row["buffers"],
        row["macs"],
    ]


def test_weights_that_are_computed() -> None:
    """Each parameter is counted once, and preparing weights takes no multiply-accumulates."""
    graph = load(f"{MODELS}:Prepared", input=[3, 8, 8])
    totals = analyze(graph).totals
    weight_norm, spectral_norm = 8 * 27 + 8 + 8, 8 * 72 + 8
    assert totals.params == weight_norm + spectral_norm + 4 * 72 + 4 + 5
    assert totals.buffers == 8 + 72 + 9  # the singular vectors, and the filter
    assert totals.macs == 64 * 8 * 27 + 64 * 8 * 72 + 64 * 4 * 72 + 36 * 4 * 9
    layers = {node.name: node.layer for node in graph.layers}
    assert layers["a"].weight_norm
    assert layers["b"].spectral_norm
    assert layers["conv"].computed_from == (4 * 72 + 4, 0)
    assert layers["conv_2"].computed_from == (0, 9)
    assert graph.warnings == ("`unused` is stored and not used: 5 parameters",)
    assert verify(graph, device="meta").passed


def test_weights_that_are_tied() -> None:
    graph = load(f"{MODELS}:Tied", input={"ids": "7:int64"})
    totals = analyze(graph).totals
    assert totals.params == 50 * 12 + 7 * 12 + 24
    assert totals.macs == 7 * 12 * 50
    assert graph.nodes[-1].y.dims == (7, 50)


def test_windows_beside_the_batch() -> None:
    """Four windows of 16 positions, with 4 heads of 4 numbers."""
    totals = analyze(f"{MODELS}:Heads", input=[16, 8, 8]).totals
    assert totals.params == 17 * 48 + 17 * 16
    assert totals.macs == 64 * 16 * 48 + 2 * 4 * 4 * 16 * 16 * 4 + 64 * 16 * 16


def test_what_is_overwritten_is_read_as_it_is_then() -> None:
    graph = load(f"{MODELS}:InPlace", input=[3, 8, 8])
    assert [(node.name, node.inputs) for node in graph.layers] == [
        *[("a", (0,)), ("relu", (1,)), ("b", (2,)), ("add", (3, 2))],
    ]


def test_a_part_that_is_overwritten_stands_in_a_new_tensor() -> None:
    types = [node.type for node in load(f"{MODELS}:PartInPlace", input=[3, 8, 8]).layers]
    assert types == ["scale", "select", "relu", "reshape", "slice", "concat"]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("Mixing", "`mean` cannot be imported: it works along the batch, and mixes the samples"),
    ],
)
def test_what_cannot_be_said_in_layers(model: str, says: str) -> None:
    with pytest.raises(SpecError) as refused:
        load(f"{MODELS}:{model}", input=[3, 8, 8])
    assert refused.value.message == says
    assert "models.py:" in str(refused.value)


def test_a_gap_makes_totals_lower_bounds() -> None:
    report = analyze(f"{MODELS}:Unknown", input=[3, 8, 8], partial=True)
    assert report.totals.params == 16
    assert report.to_dict()["totals"]["macs"] is None
    assert report.totals.at_least["macs"] == 64 * 12
    assert "is a gap: what it computes is not known" in report.warnings[0]
    with pytest.raises(SpecError, match="`partial` is for models that are imported"):
        load_network("lenet5", partial=True)


KINDS = {
    "cnn": "convolutional",
    "hybrid": "convolutions and attention",
    "transformer": "transformers",
    "mlp": "multilayer perceptrons",
}


def test_the_page_has_what_the_table_of_imports_says() -> None:
    docs = Path(__file__).parent.parent.parent / "docs"
    with (docs / "measurements" / "imports.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    page = (docs / "importing.md").read_text()
    for kind, words in KINDS.items():
        verdicts = [row["verdict"] == "right" for row in rows if row["kind"] == kind]
        assert f"| {words} | {len(verdicts)} | {sum(verdicts)} |" in page
