"""`--partial` in every command that takes it: gaps are marked, totals say that they are no less, or it is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """
import torch

class Spectrum(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3, padding=1)
        self.fc = torch.nn.Linear(8, 10)

    def forward(self, x):
        x = self.conv(x)
        x = torch.fft.fft2(x).real
        return self.fc(x.mean((2, 3)))
"""
LINE = 12
"""Where the operator stands that is not known."""
CONV, FC = 8 * 27 * 32 * 32, 80
"""Multiply-accumulates."""


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "spectrum.py"
    path.write_text(MODEL, encoding="utf-8")
    return f"{path}:Spectrum"


def run(command: str, model: str, *options: str, code: int = 0) -> str:
    arguments = [command, model, "--input", "3x32x32", "--partial", *options]
    result = CliRunner().invoke(app, arguments, prog_name="cnncost")
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


def test_totals_are_explained_as_lower_bounds(model: str) -> None:
    text = run("explain", model, "--total", "macs")
    assert f">={CONV + FC:,}: `fft_fft2` is a gap: what it computes is not known" in text


def test_a_gap_is_explained_as_one(model: str) -> None:
    text = run("explain", model, "fft_fft2")
    assert "An operator that is not known: a gap." in text
    assert "the spec's own" not in text


def test_a_published_count_of_operations_is_compared_with_nothing(model: str) -> None:
    found = json.loads(run("reconcile", model, "314", "--format", "json"))["figures"][0]
    assert {way["quantity"] for way in (*found["matches"], *found["nearest"])} == {"params"}
    assert found["matches"][0]["value"] == 224 + 90
    assert found["unknown"] == ["the operations of `fft_fft2` are not known"]
    assert "not compared: the operations of `fft_fft2` are not known" in run("reconcile", model, "314")
    text = run("reconcile", model, "221K", "--quantity", "flops", code=2)
    assert "nothing can be compared with 221K: the operations of `fft_fft2` are not known" in text


@pytest.mark.parametrize("to", ["dot", "mermaid"])
def test_a_diagram_says_what_is_not_known(model: str, to: str) -> None:
    assert "MACs not known" in run("export", model, "--to", to)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("verify", ("--device", "meta")),
        ("export", ("--to", "pytorch")),
        ("export", ("--to", "onnx", "-o", "spectrum.onnx")),
    ],
)
def test_no_module_is_made_of_a_gap(model: str, command: str, options: tuple[str, ...]) -> None:
    text = run(command, model, *options, code=2)
    assert "`fft_fft2` is a gap: what it computes is not known, and no module can be made of it" in text
    assert f"spectrum.py:{LINE}" in text


@pytest.mark.parametrize(("command", "more"), [("explain", ()), ("reconcile", ("5K",)), ("import", ())])
def test_specs_have_no_gaps_of_this_kind(command: str, more: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [command, "lenet5", *more, "--partial"], prog_name="cnncost")
    assert result.exit_code == 2
    assert "`partial` is for models that are imported: every layer of a spec is known" in result.stderr
