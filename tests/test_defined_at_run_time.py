"""A layer type, a join, a metric and a format that this file alone defines, through every command that shows them.

The network is `a: conv 3 -> 4, offset_channels by 2, mean_of [conv, identity]` on a map of 6 x 6; counts are by hand.
"""

from __future__ import annotations

import json
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app
from cnncost.layers import REGISTRY, Layer, Operations, Reach, Reads, Tensor
from cnncost.layers.base.counterpart import module_of, parameter
from cnncost.layers.base.specifiers import count
from cnncost.layers.joins.join import Broadcast
from cnncost.metrics.metric import METRICS, Unit, metric
from cnncost.render.cells import plain
from cnncost.render.format import REGISTERED, Format

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.metrics import Analysis
    from cnncost.render.document import Document

SPEC = """\
name: small
input: [3, 6, 6]
network:
  - conv: {out: 4, kernel: 3, padding: 1}
  - {offset_channels: 2, name: shifted}
  - {mean_of: [[{conv: 4}], []], name: mean}
"""
ELEMENTS = 4 * 6 * 6


@pytest.fixture(autouse=True)
def definitions() -> Iterator[None]:
    registries: tuple[dict[str, Any], ...] = (REGISTRY, METRICS, REGISTERED)
    before = [dict(registry) for registry in registries]
    define_a_layer()
    define_a_join()
    define_a_metric()
    define_a_format()
    yield
    for registry, known in zip(registries, before, strict=True):
        for name in registry.keys() - known.keys():
            del registry[name]


def define_a_layer() -> None:
    class Shift(Layer, keyword="offset_channels"):
        """A learned constant for each channel, so many times."""

        family = "regularisation"
        source = "by definition"

        times: int = count("how often it is added", symbol="n")

        def output(self, x: Tensor) -> Tensor:
            return x

        def parameters(self, x: Tensor) -> int:
            return x.channels

        def operations(self, x: Tensor, y: Tensor) -> Operations:
            """One addition per element, so many times."""
            return Operations(add=self.times * y.elements)

        def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
            return (Reads.POINT,)

        def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
            constant = tape.parameter(y.channels, "constant", (1, y.channels, *[1] * len(y.spatial)))
            return tape.add(x, tape.elementwise("mul", constant, "nothing"))

        def counterpart(self, nn: Any, x: Tensor) -> Any:
            def offset_channels(module: Any, inputs: Any) -> Any:
                return inputs + self.times * module.constant

            return module_of(nn, offset_channels, constant=parameter(nn, x.channels, *[1] * len(x.spatial)))


def define_a_join() -> None:
    class MeanOf(Broadcast, keyword="mean_of"):
        """The mean of all inputs, element by element."""

        source = "by definition"

        def operations(self, *xs: Tensor, y: Tensor) -> Operations:
            """One addition per element and further input, and one division."""
            return Operations(add=(len(xs) - 1) * y.elements, div=y.elements)

        def record(self, tape: Tape, *xs: Value, y: Tensor) -> Value:
            return tape.elementwise("div", reduce(tape.add, xs), "nothing")

        def counterpart(self, nn: Any, *xs: Tensor) -> Any:
            return lambda *inputs: reduce(add, inputs) / len(inputs)


def define_a_metric() -> None:
    @metric(
        "read_elements", Unit.NUMBERS, "Numbers that a layer reads, for the whole batch", heading="read", total="max"
    )
    def read_elements(analysis: Analysis) -> list[int]:
        return [analysis.batch * sum(x.elements for x in node.xs) for node in analysis.nodes]


def define_a_format() -> None:
    def render(document: Document, _raw: bool) -> str:
        table = document.records
        kinds = [column.kind for column in table.columns]
        rows = [[plain(kind, cell) for kind, cell in zip(kinds, line.cells, strict=True)] for line in table.lines]
        return "".join("\t".join(map(str, row)) + "\n" for row in [[column.name for column in table.columns], *rows])

    REGISTERED["tsv"] = Format("tsv", "for those who like tabs", ".tsv", "records", render)


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), prog_name="cnncost")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_analyze_shows_all_of_them(spec: str) -> None:
    data = json.loads(run("analyze", spec, "--batch", "2", "--format", "json"))
    layers = {layer["name"]: layer for layer in data["layers"]}
    assert (layers["shifted"]["params"], layers["shifted"]["ops"]["add"]) == (4, 2 * 2 * ELEMENTS)
    assert layers["mean"]["ops"] == {"mac": 0, "add": 2 * ELEMENTS, "mul": 0, "div": 2 * ELEMENTS, "cmp": 0, "exp": 0}
    assert layers["mean"]["receptive_field"]["size"] == [3, 3]
    assert (layers["mean"]["read_elements"], data["totals"]["read_elements"]) == (4 * ELEMENTS, 4 * ELEMENTS)
    assert "read_elements" in json.loads(run("schema", "analyze"))["properties"]["totals"]["required"]
    assert "offset_channels" in run("schema")
    table = run("analyze", spec, "--columns", "layer,type,read_elements")
    assert "mean_of" in table
    assert "read" in table.splitlines()[3]


def test_a_new_format_of_every_command(spec: str) -> None:
    header, *rows = run("analyze", spec, "--format", "tsv", "--columns", "layer,params,read_elements").splitlines()
    assert header == "layer\tparams\tread_elements"
    assert rows[1] == f"shifted\t4\t{ELEMENTS}"
    assert run("compare", spec, "lenet5", "--format", "tsv").startswith("network\t")


def test_compare_has_the_new_metric(spec: str) -> None:
    small, lenet = json.loads(run("compare", spec, "lenet5", "--format", "json"))["networks"]
    # LeNet-5's first convolution reads 32 x 32, the pool behind it 6 x 28 x 28, and everything after that less.
    assert (small["totals"]["read_elements"], lenet["totals"]["read_elements"]) == (2 * ELEMENTS, 6 * 28 * 28)


def test_explain_writes_the_formulas(spec: str) -> None:
    explained = json.loads(run("explain", spec, "shifted", "--format", "json"))
    figures = {figure["name"]: figure for figure in explained["figures"]}
    assert (figures["params"]["formula"], figures["params"]["value"]) == ("C", 4)
    assert (figures["flops"]["formula"], figures["flops"]["value"]) == ("B·n·C·H·W", 2 * ELEMENTS)
    assert figures["read_elements"]["value"] == ELEMENTS
    assert "2·4·6·6" in run("explain", spec, "shifted")


def test_verify_compares_them_with_pytorch(spec: str) -> None:
    (found,) = json.loads(run("verify", spec, "--device", "cpu", "--no-latency", "--format", "json"))["verifications"]
    assert found["passed"]
    checks = {(check["layer"], check["figure"]): check for check in found["checks"]}
    for layer in ("shifted", "mean"):
        for figure in ("params", "output_shape", "receptive_field"):
            assert checks[layer, figure]["verdict"] == "same", (layer, figure)
