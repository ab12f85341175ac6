"""The commands, run in this process: what they print where, and how they end."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost import analyze
from cnncost.cli.app import app
from cnncost.cli.commands.catalogue.schema import COMMANDS as SCHEMAS
from cnncost.cli.options import MAX_BYTES, MAX_NODES, budget_of, depth_of, limits_of, settings_of, shapes_of, whole
from cnncost.errors import SpecError
from cnncost.language.limits import Limits
from cnncost.layers import REGISTRY, SPLITS
from cnncost.render.format import REGISTERED, Format, format_names
from cnncost.report import checks
from cnncost.report.analyze import analyze_graph

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from cnncost.graph.graph import Graph
    from cnncost.render.document import Document
    from cnncost.report.report import Report
    from cnncost.settings import Settings

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
expect: {params: 162, macs: 6952, source: by hand}
"""
# conv: 4 * 3 * 9 weights + 4 biases = 112; linear: 4 * 10 + 10 = 50. MACs: 108 * 64 + 40.
PARAMS, MACS = 162, 6952


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, code: int = 0, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, list(arguments), input=stdin, prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_analyze_shows_layers_and_totals() -> None:
    lines = run("analyze", "tiny.yaml").stdout.splitlines()
    assert lines[0] == "tiny"
    assert any(line.startswith("total") and "162" in line and "6.95 K" in line for line in lines)


def test_analyze_json_is_the_report_of_the_api() -> None:
    options = ("--batch", "3", "--mode", "train", "--optimizer", "sgd", "--dtype", "bfloat16", "--convention", "macs")
    printed = json.loads(run("analyze", "tiny.yaml", "--format", "json", *options).stdout)
    report = analyze("tiny.yaml", batch=3, mode="train", optimizer="sgd", dtype="bfloat16", convention="macs")
    assert printed == json.loads(report.to_json())
    assert printed["totals"]["macs"] == 3 * MACS


def test_analyze_csv_has_every_layer() -> None:
    lines = list(csv.DictReader(io.StringIO(run("analyze", "tiny.yaml", "-f", "csv").stdout)))
    assert [line["type"] for line in lines] == ["conv", "relu", "global_avgpool", "flatten", "linear"]
    assert sum(int(line["params"]) for line in lines) == PARAMS


@pytest.mark.parametrize("form", format_names())
def test_every_format(form: str) -> None:
    assert "conv" in run("analyze", "tiny.yaml", "--format", form).stdout


def test_set_and_input() -> None:
    result = run("analyze", "tiny.yaml", "--set", "width=8", "--input", "3x16x16", "--format", "json")
    layer = json.loads(result.stdout)["layers"][0]
    assert layer["output_shape"] == [1, 8, 16, 16]


def test_settings_behind_the_name() -> None:
    result = run("analyze", "tiny.yaml@width=8", "--format", "json")
    assert json.loads(result.stdout)["layers"][0]["output_shape"] == [1, 8, 8, 8]


def test_raw_numbers() -> None:
    assert "6,952" in run("analyze", "tiny.yaml", "--raw").stdout


def test_sorted_top_and_columns() -> None:
    result = run(
        "analyze", "tiny.yaml", "--sort", "params", "--top", "1", "--columns", "layer,flops_per_byte", "-f", "csv"
    )
    assert result.stdout.splitlines()[0] == "layer,flops_per_byte"
    assert [line.partition(",")[0] for line in result.stdout.splitlines()[1:]] == ["conv"]


def test_algorithms_when_asked_for_by_option_or_by_column() -> None:
    # 4 filters of 3 channels on 8 x 8: 4 x 4 tiles of 16, 2 x 2 tiles of 36, and 27 weights at 64 places.
    wanted = {"direct": 4 * 27 * 64, "winograd_2": 16 * 12 * 16, "winograd_4": 36 * 12 * 4}
    first = json.loads(run("analyze", "tiny.yaml", "--algorithms", "--format", "json").stdout)["layers"][0]
    assert {name: first[f"{name}_multiplications"] for name in wanted} == wanted
    assert first["cheapest_algorithm"] == "winograd_4"
    columns = ("--columns", "layer,cheapest_algorithm,winograd_4_multiplications", "--sort", "direct_multiplications")
    lines = list(csv.DictReader(io.StringIO(run("analyze", "tiny.yaml", "-f", "csv", *columns).stdout)))
    assert lines[0] == {"layer": "conv", "cheapest_algorithm": "winograd_4", "winograd_4_multiplications": "1728"}
    assert "Winograd 4×4" in run("analyze", "tiny.yaml", "--algorithms").stdout
    assert "winograd" not in run("analyze", "tiny.yaml", "--format", "json").stdout


def test_by_type_and_depth() -> None:
    assert run("analyze", "tiny.yaml", "--by", "type").stdout.splitlines()[3].startswith("type")
    assert "conv" in run("analyze", "tiny.yaml", "--depth", "1").stdout


def test_standard_input() -> None:
    assert "162" in run("analyze", "-", stdin=SPEC).stdout


def test_warnings_go_to_standard_error() -> None:
    result = run("analyze", "-", "--format", "json", stdin=SPEC.replace("vars: {", "vars: {unused: 1, "))
    json.loads(result.stdout)
    assert "warning:" in result.stderr
    assert "unused" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.yaml"], "there is no file `missing.yaml`"),
        (["resnet5O"], "did you mean `resnet50`?"),
        (["."], "`.`"),
        (["tiny.yaml", "--set", "widht=8"], "did you mean `width`?"),
        (["tiny.yaml", "--set", "width"], "write `--set NAME=VALUE`"),
        (["tiny.yaml", "--input", "3xbig"], "`3xbig` is not a valid shape"),
        (["tiny.yaml", "--input", "3x8x8", "--input", "3x9x9"], "write `--input NAME=3x224x224` for each"),
        (["tiny.yaml", "--batch", "many"], "`--batch` takes a whole number from 1, not `many`"),
        (["tiny.yaml", "--top", "0"], "`--top` takes a whole number from 1, not `0`"),
        (["tiny.yaml", "--dtype", "flaot32"], "did you mean `float32`?"),
        (["tiny.yaml", "--mode", "training"], "did you mean `train`?"),
        (["tiny.yaml", "--convention", "textbok"], "did you mean `textbook`?"),
        (["tiny.yaml", "--format", "jsn"], "unknown format `jsn`; did you mean `json`?"),
        (
            ["tiny.yaml", "--by", "tpye"],
            "rows are grouped by `block` or by `type`, not by `tpye`; did you mean `type`?",
        ),
        (["tiny.yaml", "--by", "type", "--depth", "2"], "it does not go with `--by type`"),
        (["tiny.yaml", "--depth", "deep"], "the depth must be a number from 1"),
        (["tiny.yaml", "--sort", "mcas"], "unknown metric `mcas`; did you mean `macs`?"),
        (["tiny.yaml", "--columns", "layer,mcas"], "unknown column `mcas`; did you mean `macs`?"),
        (["tiny.yaml", "--columns", "layer", "--format", "json"], "json holds every figure"),
        (["tiny.yaml", "--bacth", "2"], "--batch"),
        ([], "the argument `SPEC` is missing"),
    ],
)
def test_bad_input_is_explained_on_standard_error(arguments: list[str], message: str) -> None:
    result = run("analyze", *arguments, code=2)
    assert message in result.stderr
    assert result.stdout == ""


def test_errors_in_a_spec_show_their_place() -> None:
    result = run("analyze", "-", code=2, stdin=SPEC.replace("out: width", "out: widht"))
    assert "--> <stdin>:5:" in result.stderr
    assert "^^^^^" in result.stderr


def test_unknown_commands_get_a_suggestion() -> None:
    assert "did you mean `analyze`?" in run("analyse", code=2).stderr


def test_compare() -> None:
    result = run("compare", "tiny.yaml", "tiny.yaml@width=8", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(result.stdout)))
    # the convolution has 8 * 27 + 8 = 224, the linear layer 8 * 10 + 10 = 90
    assert [int(line["params"]) for line in lines] == [PARAMS, 314]
    assert float(lines[1]["params_ratio"]) == pytest.approx(314 / PARAMS, abs=1e-6)


def test_compare_to_a_baseline() -> None:
    result = run("compare", "tiny.yaml", "tiny.yaml@width=8", "--baseline", "tiny.yaml@width=8", "--format", "json")
    data = json.loads(result.stdout)
    assert data["baseline"] == "tiny.yaml@width=8"
    assert [network["ratios"]["params"] for network in data["networks"]] == [PARAMS / 314, 1]


def test_compare_stages() -> None:
    result = run("compare", "tiny.yaml", "tiny.yaml@width=8", "--stages", "--format", "json")
    assert [stage["change"]["params"] for stage in json.loads(result.stdout)["stages"]] == [112, 0, 0, 0, 40]


def test_compare_needs_two() -> None:
    assert "nothing to compare with" in run("compare", "tiny.yaml", code=2).stderr


def test_check_holds_what_the_spec_expects() -> None:
    assert "all 2 checks hold" in run("check", "tiny.yaml").stdout


def test_check_fails_on_another_figure() -> None:
    result = run("check", "-", code=1, stdin=SPEC.replace("params: 162", "params: 163"))
    assert "1 of 2 checks failed" in result.stdout
    assert result.stderr == ""


def test_expected_figures_are_of_one_sample_in_inference() -> None:
    assert "all 2 checks hold" in run("check", "tiny.yaml", "--batch", "64", "--mode", "train").stdout


@pytest.mark.parametrize(
    ("option", "limit", "code"),
    [
        ("--max-params", "162", 0),
        ("--max-params", "161", 1),
        ("--max-params", "0.162K", 0),
        ("--max-macs", "6951", 1),
        ("--max-flops", "1G", 0),
        ("--max-memory", "1KiB", 1),
        ("--max-memory", "1MB", 0),
        ("--max", "activation_bytes=3KiB", 0),  # 4 B * (256 + 256 + 4 + 4 + 10) = 2120 B
        ("--max", "activation_bytes=2KiB", 1),
    ],
)
def test_check_budgets(option: str, limit: str, code: int) -> None:
    run("check", "tiny.yaml", option, limit, code=code)


def test_check_as_json() -> None:
    data = json.loads(run("check", "tiny.yaml", "--max-params", "1", "--format", "json", code=1).stdout)
    assert data["ok"] is False
    assert data["checks"][-1] == {
        "network": "tiny.yaml", "figure": "params", "actual": PARAMS, "limit": 1, "exact": False, "source": "budget",
        "before": None, "holds": False,
    }  # fmt: skip


def test_a_check_of_nothing_is_bad_input() -> None:
    assert "there is nothing to check" in run("check", "tiny.yaml@width=8", code=2).stderr


def test_a_network_without_checks_beside_others_is_a_warning() -> None:
    result = run("check", "tiny.yaml", "tiny.yaml@width=8")
    assert "warning: `tiny.yaml@width=8` has nothing to check" in result.stderr


@pytest.mark.parametrize(
    "budget", [("--max-params", "lots"), ("--max-memory", "24G"), ("--max", "params"), ("--max", "x=1")]
)
def test_bad_budgets(budget: tuple[str, str]) -> None:
    assert run("check", "tiny.yaml", *budget, code=2).stderr.startswith("error: ")


def test_layers() -> None:
    assert "conv(out, kernel=1" in run("layers").stdout
    assert " ".join(run("layers", "conv").stdout.split()).startswith(REGISTRY["conv"].signature())
    assert "did you mean `conv`?" in run("layers", "covn", code=2).stderr


def test_schema() -> None:
    assert run("schema").stdout == run("schema", "spec").stdout
    assert json.loads(run("schema").stdout)["title"] == "cnncost spec"
    assert json.loads(run("schema", "analyze").stdout)["title"] == "cnncost report"
    for name in ("spec", *SCHEMAS):
        assert json.loads(run("schema", name).stdout)["$schema"].startswith("https://json-schema.org/")
        assert name in run("schema", "--help").stdout
    assert "there is no schema of `anlyze`; did you mean `analyze`?" in run("schema", "anlyze", code=2).stderr


def test_help() -> None:
    for command in ("analyze", "compare", "check", "schema", "layers"):
        assert command in run("--help").stdout
        assert "Usage: cnncost " + command in run(command, "--help").stdout


def test_last_setting_wins() -> None:
    assert settings_of(["a=1", "b=x==y", "a=2"]) == {"a": "2", "b": "x==y"}


@pytest.mark.parametrize("text", ["3x8x8", "3,8,8", "[3, 8, 8]", "3 × 8 × 8", "(3,8,8)"])
def test_shapes(text: str) -> None:
    assert shapes_of([text]) == (3, 8, 8)
    assert shapes_of([f"slow={text}"]) == {"slow": (3, 8, 8)}


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "²", "9" * 13])
def test_no_whole_number(text: str) -> None:
    with pytest.raises(SpecError, match="takes a whole number from 1"):
        whole("--batch", text)


def test_named_budgets_and_others() -> None:
    assert budget_of({"params": "1K", "macs": None}, ["flops=2K"]) == {"params": 1000, "flops": 2000}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--max-params", "lots"), "error: the limit of params: `lots` is not a valid amount\n  = hint: write"),
        (
            ("--max-memory", "24G"),
            "the limit of peak_bytes: unknown unit `G` in `24G`\n  = hint: write `24GB`",
        ),
        (
            ("--max-params", "25.6"),
            "the limit of params: `25.6` has decimals and no unit\n  = hint: say in what",
        ),
        (
            ("--max-params", "25.6MB"),
            "an amount of bytes, and parameters are counted\n  = hint: the memory that they take",
        ),
        (("--max", "peak_byte=1GB"), "unknown figure `peak_byte`; did you mean `peak_bytes`?"),
        (("--max", "buffers=-1"), "error: the limit of buffers: `-1` is not a valid amount\n"),
    ],
)
def test_an_amount_that_is_none_is_told_with_what_it_was_meant_for(options: tuple[str, ...], message: str) -> None:
    assert message in run("check", "lenet5", *options, code=2).stderr


@pytest.mark.parametrize("command", [("analyze",), ("check", "--max-params", "1G"), ("compare", "resnet18")])
def test_flags_set_the_limits_on_networks_and_files(command: tuple[str, ...]) -> None:
    refused = run(*command, "tiny.yaml", "--max-nodes", "3", code=2)
    assert "error: more than 3 layers" in refused.stderr
    assert "hint: `--max-nodes` raises the limit" in refused.stderr
    run(*command, "lenet5", "--max-nodes", "400")
    assert "hint: `--max-bytes` raises the limit" in run(*command, "tiny.yaml", "--max-bytes", "9", code=2).stderr


def test_a_flag_raises_the_limit_on_networks(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text("input: [3, 8, 8]\nnetwork: [{relu, repeat: 20001}]\n")
    assert "error: more than 20,000 layers" in run("check", "long.yaml", "--max-params", "1", code=2).stderr
    run("check", "long.yaml", "--max-params", "1", "--max-nodes", "20001")


def test_one_check_is_called_one() -> None:
    assert "the check holds" in run("check", "resnet18@classes=10", "--max-params", "1G").stdout
    assert "the check failed" in run("check", "resnet18@classes=10", "--max-params", "1", code=1).stdout


def test_limits_are_those_of_the_loader_unless_flags_raise_them() -> None:
    assert limits_of(MAX_NODES, MAX_BYTES) == Limits()


@pytest.mark.parametrize(
    "budget",
    [
        ("--max", "params=30M", "--max-params", "20M"),
        ("--max", "params=1G", "--max", "params =100G"),
        ("--max-memory", "1GB", "--max", "peak_bytes=2GB"),
    ],
)
def test_a_figure_has_one_limit(budget: tuple[str, ...]) -> None:
    assert "is limited twice" in run("check", "tiny.yaml", *budget, code=2).stderr


def test_an_input_has_one_shape() -> None:
    shapes = ("--input", "x=3x8x8", "-i", "x=3x16x16")
    assert "`--input x` is given twice" in run("analyze", "tiny.yaml", *shapes, code=2).stderr


@pytest.mark.parametrize(
    ("spec", "options", "times"),
    [
        ("tiny.yaml", (), 1),
        ("tiny.yaml", ("--batch", "2"), 1),
        ("tiny.yaml", ("--max-params", "1K"), 1),
        ("tiny.yaml", ("--max-params", "1K", "--batch", "2"), 2),
        ("tiny.yaml@width=8", ("--max-params", "1K"), 1),
    ],
)
def test_check_analyzes_no_more_than_it_needs(
    spec: str, options: tuple[str, ...], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Settings] = []

    def counted(graph: Graph, settings: Settings) -> Report:
        calls.append(settings)
        return analyze_graph(graph, settings)

    monkeypatch.setattr(checks, "analyze_graph", counted)
    run("check", spec, *options)
    assert len(calls) == times


def test_what_fails_looks_like_it() -> None:
    # 6,952 MACs and 6.95 K are the same when rounded.
    line = run("check", "tiny.yaml@width=4", "--max-macs", "6951", code=1).stdout.splitlines()[-3]
    assert line.split() == ["tiny.yaml@width=4", "MACs", "6,952", "at", "most", "6,951", "FAILED", "budget"]


def test_multiply_accumulates_are_not_called_flops() -> None:
    shown = [
        run("analyze", "tiny.yaml", "--convention", "macs", "--sort", "flops", "--top", "1").stdout,
        run("compare", "tiny.yaml", "tiny.yaml@width=8", "--convention", "macs").stdout,
        run("compare", "tiny.yaml", "tiny.yaml@width=8", "--stages", "--convention", "macs").stdout,
        run("check", "tiny.yaml", "--max-flops", "1G", "--convention", "macs").stdout,
    ]
    for text in shown:
        assert "FLOPs" not in text
        assert "MACs" in text
    assert "MACs (macs)" in shown[1]
    assert "the first 1 of 5 by MACs" in shown[0]


def test_stages_say_how_the_networks_run() -> None:
    options = ("--batch", "3", "--dtype", "bfloat16", "--mode", "train", "--optimizer", "sgd")
    text = run("compare", "tiny.yaml", "tiny.yaml@width=8", "--stages", *options).stdout
    assert "batch 3 · bfloat16 · training with sgd · FLOPs: textbook convention" in text


def test_steps_that_stand_for_several_layers_are_listed_too() -> None:
    listed = run("layers").stdout
    for name, split in SPLITS.items():
        assert f"\n  {split.signature()}\n" in listed
        assert run("layers", name).stdout.startswith(split.signature())
    assert "did you mean `chunk`?" in run("layers", "chunck", code=2).stderr


def test_notes_that_a_source_names_are_explained_once() -> None:
    assert run("layers", "maxpool").stdout.count("Convolutional Neural Networks: Complete Dissection") == 1
    assert "Dissection" not in run("layers", "relu").stdout  # by PyTorch's definition


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("analyze", "SPEC"),
        ("compare", "SPEC..."),
        ("check", "[SPEC...]"),
        ("verify", "[SPEC...]"),
        ("layers", "[TYPE]"),
    ],
)
def test_help_calls_arguments_by_their_name_alone(command: str, arguments: str) -> None:
    text = run(command, "--help").stdout
    assert text.splitlines()[0] == f"Usage: cnncost {command} [OPTIONS] {arguments}"
    assert f"\nArguments:\n  {arguments.strip('[]')}  " in text
    assert "<" not in text


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1.5", "²"])
def test_no_depth(text: str) -> None:
    with pytest.raises(SpecError, match="the depth must be a number from 1"):
        depth_of(text)


def test_a_format_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def names(document: Document, raw: bool) -> str:
        return " ".join(str(line.cells[0]) for line in document.records.lines) + f", raw {raw}\n"

    monkeypatch.setitem(REGISTERED, "names", Format("names", "for this test", ".txt", "records", names))
    assert (
        run("analyze", "tiny.yaml", "--format", "names").stdout
        == "conv relu global_avgpool flatten linear, raw False\n"
    )
    assert run("compare", "tiny.yaml", "lenet5", "-f", "names", "--raw").stdout == "tiny.yaml lenet5, raw True\n"
    assert run("explain", "tiny.yaml", "conv", "-f", "names").stdout.startswith("H_o W_o output_shape params")
    assert "one of table, json, csv, markdown, latex, html, names" in run("zoo", "-f", "nmes", code=2).stderr


def test_memory_has_one_name() -> None:
    # In blocks of 512 bytes: conv's weights 1 and bias 1, linear's 1 and 1, the input 2; then the outputs that the
    # largest layer reads and writes, 256 numbers each.
    memory = 512 * (4 + 2 + 2 + 2)
    assert analyze("tiny.yaml").totals.peak_bytes == memory
    report = json.loads(run("analyze", "tiny.yaml", "--format", "json").stdout)
    assert report["totals"]["peak_bytes"] == memory
    compared = run("compare", "tiny.yaml", "tiny.yaml", "--format", "csv").stdout
    assert [row["peak_bytes"] for row in csv.DictReader(io.StringIO(compared))] == [str(memory)] * 2
    checked = json.loads(run("check", "tiny.yaml", "--max-memory", "1MB", "--format", "json").stdout)["checks"]
    assert (checked[-1]["figure"], checked[-1]["actual"]) == ("peak_bytes", memory)
    stepped = json.loads(run("memory", "tiny.yaml", "--mode", "infer", "--format", "json").stdout)
    assert stepped["peak_bytes"] == memory


def test_the_textbooks_sum_has_one_name() -> None:
    # conv: 112 parameters, linear: 50; the outputs hold 256 + 256 + 4 + 4 + 10 numbers of 4 bytes.
    memory = 4 * (162 + 530)
    assert analyze("tiny.yaml").totals.textbook_bytes == memory
    report = json.loads(run("analyze", "tiny.yaml", "--format", "json").stdout)
    assert report["totals"]["textbook_bytes"] == memory
    assert sum(layer["textbook_bytes"] for layer in report["layers"]) == memory
    rows = csv.DictReader(io.StringIO(run("analyze", "tiny.yaml", "--format", "csv").stdout))
    assert sum(int(row["textbook_bytes"]) for row in rows) == memory
    chosen = ("--columns", "layer,textbook_bytes", "--sort", "textbook_bytes", "--raw")
    assert f"{memory:,} B" in run("analyze", "tiny.yaml", *chosen).stdout
    compared = run("compare", "tiny.yaml", "tiny.yaml", "--format", "csv").stdout
    assert [row["textbook_bytes"] for row in csv.DictReader(io.StringIO(compared))] == [str(memory)] * 2
    assert (
        f"textbook memory (sum) of tiny: {memory:,}" in run("explain", "tiny.yaml", "--total", "textbook_bytes").stdout
    )


def test_training_adds_gradients_and_the_optimizer_to_memory() -> None:
    # Adam keeps two numbers for each of the 162 parameters, and the gradients one.
    assert analyze("tiny.yaml", mode="train").totals.textbook_bytes == 4 * (162 + 530 + 3 * 162)


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("check", "tiny.yaml", "--max", "textbook memory=1MB"), "did you mean `textbook_bytes`?"),
        (("analyze", "tiny.yaml", "--columns", "layer,memory"), "`peak_bytes` is one figure of the whole network"),
        (("analyze", "tiny.yaml", "--sort", "memory"), "`peak_bytes` is one figure of the whole network"),
        (("explain", "tiny.yaml", "--total", "memory"), "`peak_bytes` is one figure of the whole network"),
        (("explain", "tiny.yaml", "--total", "peak_bytes"), "`peak_bytes` is estimated for the network as a whole"),
        (("explain", "tiny.yaml", "--total", "kept_bytes"), "hint: `cnncost memory` shows which layers keep it"),
        (("analyze", "tiny.yaml", "--sort", "textbook memory"), "did you mean `textbook_bytes`?"),
    ],
)
def test_what_tables_call_a_figure_is_answered_by_its_name(arguments: tuple[str, ...], answer: str) -> None:
    assert answer in run(*arguments, code=2).stderr


def test_the_memory_of_parameters_is_not_called_as_their_number() -> None:
    heading = run("analyze", "tiny.yaml", "--columns", "layer,params,param_bytes").stdout.splitlines()[3]
    assert heading.split("  ")[1:] == ["params", "parameter memory"] or "params  parameter memory" in heading
    figures = [line.split("  ")[0] for line in run("compare", "tiny.yaml", "tiny.yaml").stdout.splitlines()]
    assert {"params", "parameter memory"} <= {*figures}
    assert "parameters" not in figures


@pytest.mark.parametrize("width", [24, 40, 60])
def test_what_fails_is_seen_on_a_narrow_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = run("check", "tiny.yaml", "tiny.yaml@width=8", "--max-macs", "6000", "--max-memory", "1KiB", code=1).stdout
    assert max(map(len, text.splitlines())) <= width
    assert text.count("FAILED") == 4
    if width >= 40:
        # 6,952 MACs and ten blocks of 512 bytes with 4 filters; with 8 of them 8 * 27 * 64 + 80 MACs.
        for number in ("6.95 K", "13.9 K", "6.00 K", "5.00 KiB", "1.00 KiB"):
            assert number in text


def test_names_that_would_look_alike_are_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = run("check", "resnet18@classes=10", "resnet18@classes=100", "--max-macs", "1G", code=1).stdout
    assert {"resnet18@classes=10", "resnet18@classes=100"} <= {*text.splitlines()}


KERNELS = """\
input: [1, 40, 60]
network: [{conv: {out: 4, kernel: [3, 1], stride: [2, 1]}}, {maxpool: 2}, relu, flatten, {linear: 3}]
"""


def test_kernel_and_stride_are_columns() -> None:
    chosen = ("--columns", "layer,kernel,stride")
    assert run("analyze", "-", *chosen, "--format", "csv", stdin=KERNELS).stdout.splitlines() == [
        "layer,kernel,stride", "conv,3x1,2x1", "maxpool,2x2,2x2", "relu,,", "flatten,,", "linear,,",
    ]  # fmt: skip
    lines = [line.split() for line in run("analyze", "-", *chosen, stdin=KERNELS).stdout.splitlines()]
    assert ["layer", "kernel", "stride"] in lines
    assert ["conv", "3×1", "2×1"] in lines
    assert ["maxpool", "2", "2"] in lines
    assert ["relu"] in lines
    assert "kernel" not in run("analyze", "-", stdin=KERNELS).stdout


def test_kernel_and_stride_are_in_the_json() -> None:
    layers = json.loads(run("analyze", "-", "--format", "json", stdin=KERNELS).stdout)["layers"]
    assert [layer["kernel"] for layer in layers[:3]] == [[3, 1], [2, 2], None]
    assert [layer["stride"] for layer in layers[:3]] == [[2, 1], [2, 2], None]
    by_type = json.loads(run("analyze", "-", "--by", "type", "--format", "json", stdin=KERNELS).stdout)["layers"]
    assert by_type[0]["kernel"] is None


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        ("resnet18", "224x224x3"),
        ("resnet18", "480x640x3"),
        ("c3d", "16x112x112x3"),  # of three channels, 16 frames, and 112 rows and columns
    ],
)
def test_channels_that_come_last_are_warned_of(spec: str, shape: str) -> None:
    result = run("analyze", spec, "--input", shape, "--depth", "1")
    first, *others = shape.removesuffix("x3").split("x")
    assert f"has {first} channels: they come first, as in [3, {', '.join([first, *others])}]" in result.stderr


def test_what_does_not_fit_is_said_to_have_its_channels_last() -> None:
    stderr = run("analyze", "lenet5", "--input", "32x32x1", code=2).stderr
    assert "= hint: the input is [32, 32, 1]; the input `input`, [32, 32, 1], has 32 channels" in stderr


@pytest.mark.parametrize("shape", ["3x224x3", "3x480x640", "4x224x224", "224x224x224", "12x96x96"])
def test_channels_that_come_first_are_not_warned_of(shape: str) -> None:
    assert "warning" not in run("analyze", "resnet18", "--input", shape).stderr


def test_a_spec_with_its_channels_last_is_warned_of_too() -> None:
    network = "\nnetwork: [{conv: {out: 4, kernel: 3}}]\n"
    assert "they come first, as in [3, 32, 32]" in run("analyze", "-", stdin="input: [32, 32, 3]" + network).stderr
    for shape in ("[3, 32, 32]", "[8, 8, 3]", "[64, 32, 3]", "[32, 32, 4]", "[3, 3, 3]"):
        assert "warning" not in run("analyze", "-", stdin=f"input: {shape}" + network).stderr
