"""`cnncost explain` as it is typed: what it prints, and how it ends."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cnncost import analyze
from cnncost.cli.app import app


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["explain", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


def test_the_worked_example_of_the_notes() -> None:
    """Notes 004, 9.1, with all of its digits."""
    text = run("conv", "--input", "64,56,56", "--set", "out=128,kernel=3,padding=1", "--batch", "32")
    for figure in ("73,856", "295,424", "14,797,504,512", "51,380,224", "25,690,112", "32 × 128 × 56 × 56"):
        assert figure in text
    assert "= 128·(64/1)·3² + 128" in text or "128·(64/1)·3² + 128" in text


def test_settings_are_those_of_analyze() -> None:
    options = ["--batch", "3", "--mode", "train", "--optimizer", "sgd", "--dtype", "bfloat16", "--convention", "macs"]
    printed = json.loads(run("resnet50@classes=10", "linear", "--input", "3x64x64", "--format", "json", *options))
    report = analyze(
        "resnet50@classes=10", input=[3, 64, 64], batch=3, mode="train", optimizer="sgd", dtype="bfloat16",
        convention="macs",
    )  # fmt: skip
    row = report.rows[-1]
    found = {figure["name"]: figure["value"] for figure in printed["figures"]}
    assert {name: found[name] for name in row.figures} == dict(row.figures)
    assert printed["convention"] == "macs"


def test_several_parameters_in_one_option_and_in_several() -> None:
    one = run("conv", "-i", "3,8,8", "--set", "out=4,kernel=[1,3],bias=false", "-f", "json")
    several = run("conv", "-i", "3,8,8", "-s", "out=4", "-s", "kernel=[1,3]", "-s", "bias=false", "-f", "json")
    assert one == several


def test_totals_by_name() -> None:
    printed = json.loads(run("lenet5", "--total", "params", "--format", "json"))
    assert [total["name"] for total in printed["totals"]] == ["params"]
    assert printed["totals"][0]["value"] == 61_706  # torch: 156 + 2416 + 48120 + 10164 + 850


@pytest.mark.parametrize("form", ["table", "markdown", "latex", "csv", "json"])
def test_one_figure_of_one_layer(form: str) -> None:
    text = run("lenet5", "conv", "--total", "macs", "--format", form).replace("{,}", "").replace(",", "")
    assert "117600" in text  # 6·1·25·28·28
    assert "18816" not in text  # the output's bytes
    assert "Winograd" not in text
    alone = run("conv", "--input", "1,32,32", "--set", "out=6,kernel=5", "--total", "macs", "--format", form)
    assert "117600" in alone.replace("{,}", "").replace(",", "")


def test_a_figure_that_is_zero_is_shown_where_it_is_asked_for() -> None:
    lines = run("lenet5", "conv", "--total", "buffers").splitlines()
    assert any(line.split()[:2] == ["buffers", "0"] for line in lines)


def test_the_formulas_of_latex_are_in_latex() -> None:
    lines = run("lenet5", "conv", "--format", "latex").splitlines()
    assert all(line.isascii() for line in lines if not line.startswith("%"))
    assert any(r"$\lfloor$(H + 2$\cdot$p $-$ d" in line for line in lines)


@pytest.mark.parametrize(
    ("form", "formula"),
    [
        ("table", "2^ceil(log2(H + 2*p))*2^ceil(log2(W + 2*p))"),
        ("csv", r"2^\u2308log\u2082(H + 2\u00b7p)\u2309"),
        ("markdown", r"2^ceil(log2(H + 2\*p))\*2^ceil(log2(W + 2\*p))"),
        ("latex", r"2\textasciicircum{}$\lceil$log$_2$(H + 2$\cdot$p)$\rceil$"),
        ("json", r"2^\u2308log\u2082(H + 2\u00b7p)\u2309"),
    ],
)
def test_formulas_where_standard_output_is_in_ascii(form: str, formula: str) -> None:
    result = CliRunner(charset="ascii").invoke(app, ["explain", "lenet5", "conv", "--format", form])
    assert result.stdout.isascii()
    assert formula in result.stdout
    assert form in ("json", "csv") or "\\u0" not in result.stdout


def test_the_cost_of_one_algorithm() -> None:
    text = run("conv", "-i", "3,8,8", "-s", "out=4,kernel=3,padding=1", "--total", "winograd_2_multiplications")
    assert "3,072" in text  # 16 tiles of 2×2 outputs, 16 products each, for 3·4 pairs of channels
    assert "Winograd F(2×2, 3×3)" in text
    assert "FFT" not in text
    assert "0:" not in text


def test_warnings_go_to_standard_error() -> None:
    spec = "{input: 64, vars: {unused: 1}, network: [{linear: 10}]}"
    for arguments in (["-"], ["-", "linear"]):
        result = CliRunner().invoke(app, ["explain", *arguments], input=spec, prog_name="cnncost")
        assert result.exit_code == 0
        assert "warning:" in result.stderr
        assert "unused" in result.stderr


@pytest.mark.parametrize("form", ["table", "markdown", "latex", "csv", "json"])
def test_every_format(form: str) -> None:
    total = run("lenet5", "--total", "params", "--format", form).replace("{,}", "").replace(",", "")
    for figure in ("59134", "2572", *(["61706"] if form != "csv" else [])):  # csv has the parts, and no totals
        assert figure in total
    assert "156" in run("lenet5", "conv", "--format", form)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet5", "cnov"], "did you mean `conv`?"),
        (["lenet5", "conv", "--total", "parms"], "`conv` has no figure `parms`; did you mean `params`?"),
        (["lenet5", "--total", "mcas"], "did you mean `macs`?"),
        (["conv"], "`cnncost explain conv --input 64,56,56`"),
        (["conv", "--input", "3,8,8", "--set", "out=4,kernal=3"], "did you mean `kernel`?"),
        (["conv", "--input", "3,8,8", "--set", "out"], "write `--set NAME=VALUE`"),
        (["alexnett"], "did you mean `alexnet`?"),
        (["lenet5", "--format", "jsn"], "unknown format `jsn`; did you mean `json`?"),
        (["lenet5", "--convention", "textbok"], "did you mean `textbook`?"),
    ],
)
def test_bad_input(arguments: list[str], message: str) -> None:
    assert message in run(*arguments, code=2)
