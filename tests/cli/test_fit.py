"""`cnncost fit`: the answer first, and the exit code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

SMALL = """
name: small
input: [1, 4, 4]
network:
  - conv: {out: 2, kernel: 1, bias: false}
  - relu
  - conv: {out: 2, kernel: 1, bias: false}
"""
OWN = "name: own\ninput: [4, 8, 8]\nlayers: {mystery: {output: input}}\nnetwork: [mystery]\n"
# A batch of n takes 24 + 320 * n bytes in inference on a processor.


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "own.yaml").write_text(OWN)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "lines"),
    [
        (
            "small.yaml --memory 1000 --device cpu",
            0,
            ["small: a batch of 3 runs in 1000", "1000: 1,000 bytes, 1.00 KB or 1000 B", "compared are live tensors"],
        ),
        (
            "small.yaml --memory 343 --device cpu",
            1,
            ["small: not even one sample runs in 343", "one sample needs 344 B"],
        ),
        ("small.yaml --memory 1000 --device cpu --batch 4", 1, ["small: a batch of 3 runs in 1000"]),
        (
            "small.yaml --memory 1TB --device cpu",
            0,
            ["small: any batch runs in 1TB, up to 1,000,000,000, the largest that there is"],
        ),
        (
            "own.yaml --memory 1MB --device cpu",
            1,
            ["of `mystery` it is not known what is kept or stored: less may fit"],
        ),
    ],
)
def test_the_first_line_is_the_answer_and_the_exit_code_too(arguments: str, code: int, lines: list[str]) -> None:
    result = CliRunner().invoke(app, ["fit", *arguments.split(), "--mode", "infer"])
    assert result.exit_code == code, result.output
    printed = result.stdout.splitlines()
    if "own" not in arguments:
        assert printed[0] == lines[0]
    for line in lines:
        assert line in printed


def test_what_is_of_no_certain_size_is_told() -> None:
    result = CliRunner().invoke(app, ["fit", "own.yaml", "--memory", "1MB", "--device", "cpu"])
    assert result.stdout.startswith("own: at most a batch of ")


def test_the_resolution_is_said_as_the_batch_is_certain_to_possible() -> None:
    row = _row("resnet18 --memory 8GiB", "input at batch 1 ")
    shape = r"3 × (\d+) × \1"
    both = re.search(f"{shape} to {shape.replace('1', '2')} ", row)
    assert both is not None, row
    assert int(both[1]) < int(both[2])
    assert " to " not in _row("resnet18 --memory 8GiB --device cpu", "input at batch 1 ")
    assert " <= 4 × " in _row("own.yaml --memory 1MB --device cpu", "input at batch 1 ")


def test_where_the_batch_fits_what_would_help_is_about_the_largest_one() -> None:
    asked = ["fit", "small.yaml", "--memory", "10000", "--device", "cpu"]
    out = CliRunner().invoke(app, asked).stdout
    assert re.search(r"^what would help +largest batch$", out, re.MULTILINE)
    assert "needs, saves and fits" not in out
    out = (
        CliRunner().invoke(app, ["fit", "small.yaml", "--memory", "10000", "--device", "cpu", "--batch", "999"]).stdout
    )
    assert re.search(r"^what would help +needs +saves +fits +largest batch$", out, re.MULTILINE)
    assert "needs, saves and fits are of a batch of 999" in out


@pytest.mark.parametrize("command", ["fit", "memory"])
@pytest.mark.parametrize(
    ("memory", "warning"),
    [
        ("2", "warning: `--memory 2` is 2 bytes; did you mean `2GiB`?\n"),
        ("24576", "warning: `--memory 24576` is 24,576 bytes; did you mean `24576MiB`?\n"),
        ("2B", ""),
        ("2KB", ""),
        ("8589934592", ""),
    ],
)
def test_an_amount_whose_unit_was_probably_left_out_is_warned_of(command: str, memory: str, warning: str) -> None:
    result = CliRunner().invoke(app, [command, "small.yaml", "--memory", memory, "--device", "cpu"])
    assert result.stderr == warning


def test_where_any_batch_fits_nothing_would_help() -> None:
    out = CliRunner().invoke(app, ["fit", "small.yaml", "--memory", "9999TB", "--device", "cpu"]).stdout
    assert "any batch trains" in out
    assert "what would help" not in out


def _row(arguments: str, start: str) -> str:
    """The line of the table of `fit` that begins so."""
    result = CliRunner().invoke(app, ["fit", *arguments.split()])
    return next(line for line in result.stdout.splitlines() if line.startswith(start))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "small.yaml",
            "error: there is no memory to fit into\n"
            "  = hint: give the memory as an amount, such as `24GiB`, or name a known card as the device, such as "
            "`rtx4090`\n",
        ),
        ("small.yaml --memory 24G", "error: `--memory`: unknown unit `G` in `24G`\n"),
        ("small.yaml --memory 1GB --batch x", "error: `--batch` takes a whole number from 1, not `x`\n"),
        ("smal.yaml --memory 1GB", "error: "),
    ],
)
def test_what_is_refused(arguments: str, message: str) -> None:
    result = CliRunner().invoke(app, ["fit", *arguments.split()])
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith(message)


def test_csv_has_a_line_for_each_change() -> None:
    result = CliRunner().invoke(app, ["fit", "resnet18", "--memory", "2GiB", "--device", "cpu", "--format", "csv"])
    header, first, *others = result.stdout.splitlines()
    assert header == "change,batch,needed_bytes,saved_bytes,fits,largest_batch,certain_batch"
    assert first.startswith("as it is,1,")
    assert any(line.startswith("autocast to bf16,1,") for line in others)
