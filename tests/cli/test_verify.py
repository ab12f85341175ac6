"""`cnncost verify`, run in this process: what it prints, what it keeps, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import cnncost
from cnncost.cli.app import app
from cnncost.cli.progress import progress_bar
from cnncost.errors import SpecError
from cnncost.language import library
from cnncost.language.limits import Limits
from cnncost.layers.contractions.contraction import Parametrised
from cnncost.render.format import format_names
from cnncost.verification import run as verification_run

if TYPE_CHECKING:
    from typer.testing import Result

    from cnncost.graph.graph import Graph

SPEC = """\
name: tiny
input: [3, 8, 8]
vars: {width: 4}
network:
  - conv: {out: width, kernel: 3, padding: 1}
  - relu
  - global_avgpool
  - flatten
  - linear: 10
"""
MODELS = """\
from torch import nn


def same(stride=1):
    layers = nn.Conv2d(3, 4, 3, stride, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10)
    return nn.Sequential(*layers)


def strided():
    return same(stride=2)


class unknown(nn.Module):
    def forward(self, x):
        return x.erfinv()


def interrupted():
    raise KeyboardInterrupt


def printing():
    import os

    print("the model speaks")
    os.system("echo the system speaks")


class printing_as_it_runs(nn.Module):
    def forward(self, x):
        printing()
        return x.relu()


print("the module speaks")
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.yaml").write_text(SPEC)
    (tmp_path / "own_models.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "own_models", raising=False)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["verify", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def forget_biases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parametrised, "parameters", lambda layer, x: layer.weights(x))


def test_what_is_right() -> None:
    result = run("tiny.yaml", "--device", "meta")
    assert result.stdout.startswith("tiny.yaml\nmeta: ")
    assert "figures are the same" in result.stdout
    assert result.stderr == ""


def test_what_is_wrong_is_named_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_biases(monkeypatch)
    lines = run("tiny.yaml", "--device", "meta", code=1).stdout.splitlines()
    # 4 * 3 * 9 weights, and 4 biases that are forgotten.
    assert ["conv", "params", "108", "112"] in [line.split() for line in lines]


def test_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_biases(monkeypatch)
    data = json.loads(run("tiny.yaml", "--device", "meta", "--format", "json", "--batch", "3", code=1).stdout)
    assert data["passed"] is False
    (found,) = data["verifications"]
    assert found["settings"]["batch"] == 3
    differing = {(check["layer"], check["figure"]) for check in found["checks"] if check["verdict"] == "different"}
    assert {("conv", "params"), ("linear", "params"), ("", "params")} <= differing


def test_as_csv_with_every_check() -> None:
    result = run("tiny.yaml", "--device", "meta", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {"conv", "relu", "linear", ""} <= {line["layer"] for line in lines}


@pytest.mark.parametrize("form", format_names())
def test_every_format(form: str) -> None:
    assert "tiny" in run("tiny.yaml", "--device", "meta", "--format", form).stdout


def test_latency_and_memory_on_the_processor() -> None:
    options = ("--device", "cpu", "--seconds", "0.01", "--memory", "--per-layer", "--mode", "train")
    text = run("tiny.yaml", *options).stdout
    for heading in ("a step of training", "slowest layers", "memory", "ceilings"):
        assert heading in text
    assert "a step" not in run("tiny.yaml", "--device", "cpu", "--no-latency").stdout


def test_several_networks() -> None:
    text = run("tiny.yaml", "tiny.yaml@width=8", "--device", "meta").stdout
    assert text.startswith("2 networks\n")
    assert "tiny.yaml@width=8" in text
    assert text.endswith("all networks passed\n")


def test_all_survives_one_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "architectures", lambda: ("lenet5", "missing", "lenet5_28"))
    text = run("--all", "--device", "meta", code=1).stdout
    assert "1 of 3 networks failed: missing" in text
    assert "there is no architecture and no file `missing`" in text


def test_all_are_all_and_each_is_there_once() -> None:
    names = library.architectures()
    assert len({library.names()[name] for name in names}) == len(names) == len(set(library.names().values()))
    assert "resnet50" in names
    assert "resnet" not in names  # the file of the family, which is resnet50


def test_networks_after_a_lost_device_are_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = verification_run.verify_graph
    asked = []

    def losing(graph: Graph, *arguments: Any) -> Any:
        asked.append(graph.name)
        return checked(graph, *arguments).replace(device_lost=graph.name == "lenet5")

    monkeypatch.setattr(verification_run, "verify_graph", losing)
    networks = ("tiny.yaml", "lenet5", "alexnet", "vgg11")
    data = json.loads(run(*networks, "--device", "meta", "--format", "json", code=1).stdout)
    assert asked == ["tiny", "lenet5"]
    reason = "not measured: `meta` was lost at lenet5"
    assert [found["failure"] for found in data["verifications"]] == ["", "", reason, reason]
    assert data["verifications"][3]["checks"] == []


def test_against_a_model_of_ones_own() -> None:
    text = run("tiny.yaml", "--device", "meta", "--against", "own_models:same").stdout
    assert "\ntiny.yaml and own_models:same\n" in text
    assert text.endswith("\nall 4 layers are the same\n")
    text = run("tiny.yaml", "--device", "meta", "--against", "own_models:strided", code=1).stdout
    assert "; one difference from own_models:strided\n" in text
    # A stride of two halves the map of 8 x 8, and a quarter of the multiply-accumulates is left: 4 x 27 x 16 + 40.
    assert ["MACs", "6,952", "1,768", "different"] in [line.split() for line in text.splitlines()]
    first = "first difference: `conv` (tiny.yaml:5:5) has stride 1, and `0` (in module `0`) stride 2"
    assert text.endswith(f"\n{first}\n1 layer that follows has another shape; 4 layers were compared\n")


def test_against_a_file_of_python_another_spec_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "wide.yaml").write_text(SPEC.replace("width: 4", "width: 5"))
    for other, code in (("own_models.py:same", 0), ("tiny.yaml", 0), ("wide.yaml", 1), ("lenet5@classes=3", 1)):
        run("tiny.yaml", "--device", "meta", "--against", other, code=code)
    assert (
        "there is no file `tidy.yaml`; did you mean `tiny.yaml`?"
        in run("tiny.yaml", "--device", "meta", "--against", "tidy.yaml", code=2).stderr
    )


def test_a_model_that_cannot_be_imported_is_a_failure_that_says_why() -> None:
    text = run("tiny.yaml", "--device", "meta", "--against", "own_models:unknown", code=1).stdout
    assert "broke off: the other model: the operator `erfinv` is not known" in text
    assert re.search(r"own_models\.py:\d+, in the model\)", text)


def test_differences_as_rows() -> None:
    text = run("tiny.yaml", "--device", "meta", "--against", "own_models:strided", "--format", "csv", code=1).stdout
    row = "tiny.yaml,conv,fields,stride 1,stride 2,different,"
    assert any(line.startswith(row) for line in text.splitlines())


def test_differences_as_data() -> None:
    options = ("--device", "meta", "--format", "json", "--against", "own_models:strided")
    (found,) = json.loads(run("tiny.yaml", *options, code=1).stdout)["verifications"]
    against = found["against"]
    assert (against["model"], against["compared"], against["following"]) == ("own_models:strided", 4, 1)
    (difference,) = against["differences"]
    assert (difference["what"], difference["layers"]) == ("fields", 1)
    assert difference["spec"] == {"layer": "conv", "where": "tiny.yaml:5:5"}
    assert difference["model"] == {"layer": "0", "where": "in module `0`"}
    assert difference["changes"] == [{"field": "stride", "spec": "1", "model": "2"}]
    assert not found["passed"]


def test_interrupted_in_the_first_network(tmp_path: Path) -> None:
    options = ("--device", "meta", "--format", "json", "--save", "found.json")
    result = run("tiny.yaml", *options, "--against", "own_models:interrupted", code=130)
    (found,) = json.loads(result.stdout)["verifications"]
    assert found["failure"] == "the other model: interrupted"
    assert {check["figure"] for check in found["checks"]} >= {"params", "macs", "output_shape"}
    assert "interrupted: 0 of 1 networks were verified" in result.stderr
    (kept,) = json.loads((tmp_path / "found.json").read_text())["networks"]
    assert kept["failure"] == "the other model: interrupted"


def test_an_interruption_before_anything_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification_run, "verify_graph", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert run("tiny.yaml", "--device", "meta", code=130).stdout == ""


@pytest.mark.parametrize("printing", ["printing", "printing_as_it_runs"])
def test_what_a_model_prints_is_no_result(printing: str, capfd: pytest.CaptureFixture[str]) -> None:
    result = run("tiny.yaml", "--device", "meta", "--format", "json", "--against", f"own_models:{printing}", code=1)
    assert json.loads(result.stdout)
    for words in ("the module speaks", "the model speaks"):
        assert words in result.stderr
    system = capfd.readouterr()
    assert "the system speaks" not in system.out
    assert "the system speaks" in system.err


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("missing/found.json", "`--save missing/found.json`: there is no folder `missing`"),
        ("tiny.yaml/found.json", "`tiny.yaml` is a file, not a folder"),
        (".", "`--save .` is a folder"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_first(file: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def verified(*_: Any) -> Any:
        raise AssertionError("it begins")

    monkeypatch.setattr(verification_run, "verify_graph", verified)
    result = run("tiny.yaml", "--device", "meta", "--save", file, code=2)
    assert message in result.stderr
    assert not (Path("missing")).exists()


def test_interrupted_with_something_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = verification_run.verify_graph

    def interrupted(graph: Graph, *arguments: Any) -> Any:
        if graph.name == "alexnet":
            raise KeyboardInterrupt
        return checked(graph, *arguments)

    monkeypatch.setattr(verification_run, "verify_graph", interrupted)
    networks = ("tiny.yaml", "lenet5", "alexnet", "vgg11")
    result = run(*networks, "--device", "meta", "--save", "found.json", code=130)
    assert result.stdout.startswith("2 networks\n")
    assert "interrupted: 2 of 4 networks were verified" in result.stderr
    kept = json.loads((tmp_path / "found.json").read_text())
    assert [network["network"] for network in kept["networks"]] == ["tiny.yaml", "lenet5"]


def test_flags_raise_the_limits_on_networks_and_files() -> None:
    assert "hint: `--max-nodes` raises the limit" in run("tiny.yaml", "--max-nodes", "4", code=2).stderr
    assert "hint: `--max-bytes` raises the limit" in run("tiny.yaml", "--max-bytes", "9", code=2).stderr
    run("tiny.yaml", "--device", "meta", "--max-nodes", "5")


def test_the_function_has_limits_too() -> None:
    with pytest.raises(SpecError, match="more than 4 layers"):
        cnncost.verify("tiny.yaml", device="meta", limits=Limits(nodes=4))


def test_what_was_found_is_kept(tmp_path: Path) -> None:
    run("tiny.yaml", "--device", "meta", "--save", "found.json")
    assert json.loads((tmp_path / "found.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is nothing to verify"),
        (["missing.yaml"], "there is no file `missing.yaml`"),
        (["lenet6"], "did you mean `lenet`?"),
        (["tiny.yaml", "--all"], "`--all` takes no names"),
        (["tiny.yaml", "lenet5", "--against", "own_models:same"], "compares one network with one model"),
        (["tiny.yaml", "--against", "own_models:sane"], "sane"),
        (["tiny.yaml", "--device", "meta", "--latency"], "nothing can be timed on `meta`"),
        (["tiny.yaml", "--device", "cpv"], "did you mean `cpu`?"),
        (["tiny.yaml", "--dtype", "float61"], "did you mean `float16`?"),
        (["tiny.yaml", "--seconds", "long"], "`--seconds` takes seconds, such as `0.5`, not `long`"),
        (["tiny.yaml", "--seconds", "-1"], "time budget"),
        (["tiny.yaml", "--batch", "0"], "`--batch` takes a whole number"),
        (["tiny.yaml", "--format", "jsn"], "did you mean `json`?"),
    ],
)
def test_bad_input_is_explained_on_standard_error(arguments: list[str], message: str) -> None:
    result = run(*arguments, code=2)
    assert message in result.stderr
    assert result.stdout == ""


def test_without_pytorch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "pip install torch" in run("tiny.yaml", code=2).stderr


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_progress_is_shown_on_a_terminal_only(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar() as progress:
        progress("tiny: counts", 1, 2)
    assert ("tiny: counts" in stream.getvalue()) is stream.isatty()


def test_a_progress_bar_is_gone_when_it_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> Any:
        with progress_bar() as progress:
            progress("tiny: counts", 1, 2)
            raise KeyboardInterrupt

    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stream.getvalue().endswith("\x1b[2K")  # the line is erased
