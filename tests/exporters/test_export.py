"""`cnncost export` and `cnncost.export`: what goes where, and what is refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost import SpecError, export
from cnncost.cli.app import app
from cnncost.exporters.exporter import EXPORTERS, find_exporter

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["export", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_result_goes_to_standard_output_and_nothing_else() -> None:
    result = run("lenet5", "--to", "dot")
    assert (result.stdout, result.stderr) == (export("lenet5", "dot"), "")
    assert run("lenet5", "--to", "dot", "-o", "-").stdout == result.stdout


@pytest.mark.parametrize("file", ["lenet.dot", "lenet.gv", "lenet.mmd", "lenet.mermaid"])
def test_the_suffix_of_the_file_says_what_it_holds(file: str, tmp_path: Path) -> None:
    form = "dot" if file.endswith(("dot", "gv")) else "mermaid"
    assert run("lenet5", "-o", file).output == ""
    assert (tmp_path / file).read_text() == export("lenet5", form)
    run("lenet5", "--to", "mermaid", "-o", file)
    assert (tmp_path / file).read_text() == export("lenet5", "mermaid")


def test_settings_and_inputs_are_those_of_every_command() -> None:
    text = run("lenet5", "--to", "dot", "--set", "classes=7", "--input", "1x40x40").stdout
    assert text == export("lenet5", "dot", set={"classes": 7}, input=[1, 40, 40])
    assert "1x40x40" in text


def test_warnings_go_to_standard_error() -> None:
    result = run("densenet201", "--to", "mermaid", "--depth", "all")
    assert result.stdout == export("densenet201", "mermaid", depth=None)
    assert result.stderr.startswith("warning: the diagram has 805 arrows, and ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet5"], "error: what is the network to be exported to?\n  = hint: give `--to`: "),
        (
            ["lenet5", "--to", "dott"],
            "error: nothing exports to `dott`; did you mean `dot`?\n  = hint: one of ",
        ),
        (["lenet5", "-o", "lenet.svg"], "error: the suffix of `lenet.svg` does not say what to export\n  = hint: give"),
        (["lenet5", "-o", "missing/lenet.dot"], "error: `--output missing/lenet.dot`: there is no folder `missing`"),
        (
            ["lenet5", "--to", "dot", "--depth", "auto"],
            "error: the depth of a diagram must be a number",
        ),
        (["lenet5", "--to", "dot", "--depth", "0"], "error: the depth must be a number from 1, `all`"),
        (["lenet6", "--to", "dot"], "error: "),
        (["lenet5", "--to", "onnx"], "error: what goes to onnx is not a text\n  = hint: give `-o model.onnx`\n"),
        (
            ["vgg16", "-o", "large.onnx", "--set", "classes=200000"],
            "error: `vgg16` has 3.55 GiB of weights, and an ONNX file holds less than 2 GiB\n  = hint: `--to pytorch`",
        ),
        (["lenet5", "--to", "dot", "--max-nodes", "3"], "error: more than 3 layers"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], message: str, tmp_path: Path) -> None:
    result = run(*arguments, code=2)
    assert result.stdout == ""
    assert result.stderr.startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_an_onnx_file_computes_what_the_spec_says(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    result = run("lenet5", "-o", "lenet.onnx", "--set", "classes=7")
    assert result.stdout == ""
    assert result.stderr.startswith("warning: the weights are random: 2")
    model = onnx.load(tmp_path / "lenet.onnx")
    onnx.checker.check_model(model)
    assert [value.name for value in model.graph.input] == ["input"]
    shapes = [[size.dim_value for size in value.type.tensor_type.shape.dim] for value in model.graph.output]
    assert shapes == [[1, 7]]
    # conv: 6 filters of 25 weights and a bias, 16 of 150; linear: 400 to 120, to 84, to 7.
    params = 6 * 26 + 16 * 151 + 401 * 120 + 121 * 84 + 85 * 7
    assert sum(math.prod(weights.dims) for weights in model.graph.initializer if weights.data_type == 1) == params


def test_arguments_of_a_wrong_type_are_refused() -> None:
    with pytest.raises(SpecError, match="what to export to must be a name such as `dot`"):
        export("lenet5", 3)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="`depth` must be a whole number"):
        export("lenet5", "dot", depth="all")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="nothing exports to `svg`"):
        export("lenet5", "svg")


def test_every_exporter_is_called_as_its_module_is_and_has_suffixes_of_its_own() -> None:
    exporters = [find_exporter(name) for name in EXPORTERS]
    assert [exporter.name for exporter in exporters] == list(EXPORTERS)
    suffixes = [suffix for exporter in exporters for suffix in exporter.suffixes]
    assert len(set(suffixes)) == len(suffixes)
