"""Receptive fields of the shipped architectures against those measured on torchvision's definitions by gradients."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnncost.language.load import load
from cnncost.report.analyze import analyze_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnncost.report.report import Report
    from cnncost.report.rows import Row

REFERENCE = Path(__file__).parents[1] / "data" / "reference" / "receptive_field.csv"


def measured(model: str) -> dict[str, tuple[int, int, int]]:
    """Size, stride and padding of every measured layer of a torchvision model, in order."""
    with REFERENCE.open() as file:
        return {
            row["layer"]: (int(row["receptive_field"]), int(row["effective_stride"]), int(row["effective_padding"]))
            for row in csv.DictReader(file)
            if row["model"] == f"torchvision {model}"
        }


def of_type(rows: Iterable[Row], *types: str) -> list[Row]:
    return [row for row in rows if row.type in types]


def within(report: Report, prefix: str, depth: int = 1) -> list[Row]:
    """The blocks at a depth whose names start so, one row each."""
    return [row for row in report.grouped(depth).rows if row.name.startswith(prefix)]


def in_order(report: Report) -> list[Row]:
    """Every convolution and pool of the features, as torchvision's `features` holds them."""
    return of_type(report.rows, "conv", "maxpool")


def resnet(report: Report) -> list[Row]:
    return [in_order(report)[0], in_order(report)[1], *within(report, "stage[")]


def densenet(report: Report) -> list[Row]:
    rows = in_order(report)[:2]
    for block in within(report, "dense_block["):
        rows.append(of_type((row for row in report.rows if row.name.startswith(block.name)), "concat")[-1])
        if block.name != "dense_block[3]":
            rows.append(block)
    return rows


def googlenet(report: Report) -> list[Row]:
    convs, joins = of_type(report.rows, "conv"), of_type(report.rows, "concat")
    pools = of_type(within(report, "maxpool"), "maxpool")
    return [
        convs[0], pools[0], convs[2], pools[1], *joins[:2], pools[2], joins[2], joins[6], pools[3], *joins[7:],
    ]  # fmt: skip


def mobilenet(report: Report) -> list[Row]:
    blocks, convs = within(report, "stage[", depth=2), of_type(report.rows, "conv")
    features = [convs[0], *blocks, convs[-1]]
    return [features[i] for i in (0, 1, 2, 4, 7, 11, 14, 17, 18)]


MODELS: dict[str, tuple[str, Callable[[Report], list[Row]]]] = {
    "alexnet": ("alexnet_torchvision", in_order),
    "vgg16": ("vgg16", in_order),
    "resnet18": ("resnet18", resnet),
    "resnet50": ("resnet50", resnet),
    "densenet121": ("densenet121", densenet),
    "googlenet": ("googlenet", googlenet),
    "mobilenet_v2": ("mobilenet_v2", mobilenet),
}


@pytest.mark.parametrize("model", MODELS)
def test_fields_are_those_that_gradients_show(model: str) -> None:
    spec, layers = MODELS[model]
    rows, expected = layers(analyze_graph(load(spec))), measured(model)
    assert len(expected) > 5
    ours = {}
    for layer, row in zip(expected, rows, strict=True):
        field = row.receptive_field
        assert field is not None
        assert field.jump is not None
        assert field.start_padding is not None
        assert field.aligned
        assert not field.is_global
        assert len(set(field.size)) == len(set(field.jump)) == len(set(field.start_padding)) == 1
        ours[layer] = (field.size[0], field.jump[0], field.start_padding[0])
    assert ours == expected
