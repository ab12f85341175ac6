"""Layers that a spec defines itself, and gaps, in what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost import analyze, load, write_spec
from cnncost.errors import SpecError
from cnncost.language.load import loads

if TYPE_CHECKING:
    from pathlib import Path

INVOLUTION = """\
name: own
input: [3, 14, 14]

vars:
  made(c, r, k, g): (c // r) * (c + k ** 2 * g)
  width: 3

layers:
  involution(kernel, stride=1, groups=1, reduction=4):
    output: [channels, (spatial - 1) // stride + 1]
    parameters: made(channels, reduction, kernel, groups) + kernel ** 2 * groups
    buffers: 0
    operations: {mac: output_positions * kernel ** 2 * channels}
    window: {kernel, stride, padding: kernel // 2}
    module: own:Involution
  mystery():
    output: input
    parameters: 2 * channels * width

network:
  - conv: {out: 16, kernel: 3}
  - involution: {kernel: 7, stride: 1, groups: 2, reduction: 4}
  - mystery
"""


def test_what_a_spec_defines_is_defined_again() -> None:
    assert write_spec(loads(INVOLUTION, "own.yaml")) == INVOLUTION


def test_variables_have_the_values_of_this_network() -> None:
    written = write_spec(loads(INVOLUTION, "own.yaml", set={"width": 5}))
    assert "\n  width: 5\n" in written
    graph = loads(written, "own.yaml")
    assert graph.layers[-1].parameters() == 2 * 16 * 5


def test_what_is_not_used_is_left_out() -> None:
    text = (
        "input: [4, 8, 8]\nvars: {unseen: 3}\nlayers: {same: {output: input}, never: {output: input}}\nnetwork: [same]"
    )
    written = write_spec(loads(text, "net.yaml"))
    assert "unseen" not in written
    assert "never" not in written


def test_texts_are_texts_again() -> None:
    text = """
input: [4, 8, 8]
vars: {mode: "'same'"}
layers:
  odd(a='xy', act=relu): {output: input, parameters: "5 if a == 'x, y' and mode == 'same' else 3"}
network: [{odd: {a: "'x, y'"}}, odd]
"""
    written = write_spec(loads(text, "net.yaml"))
    assert [node.parameters() for node in loads(written, "net.yaml").layers] == [5, 3]


def _nested(folder: Path, inner: str, outer: str) -> Path:
    (folder / "inner.yaml").write_text(f"input: [4, 8, 8]\n{inner}", encoding="utf-8")
    (folder / "outer.yaml").write_text(f"input: [4, 8, 8]\n{outer}", encoding="utf-8")
    return folder / "outer.yaml"


def test_definitions_of_a_network_in_a_network_stand_beside_its_own(tmp_path: Path) -> None:
    inner = "vars: {k: 5}\nlayers: {odd: {output: input, parameters: k}}\nnetwork: [odd]"
    path = _nested(
        tmp_path, inner, "layers: {even: {output: input, parameters: 2}}\nnetwork: [even, {network: inner.yaml}]"
    )
    (tmp_path / "written.yaml").write_text(write_spec(path), encoding="utf-8")
    assert analyze(tmp_path / "written.yaml").totals.params == 7


@pytest.mark.parametrize(
    ("outer", "message"),
    [
        (
            "vars: {k: 7}\nlayers: {even: {output: input, parameters: k}}\nnetwork: [even, {network: inner.yaml}]",
            "`odd` and another layer of a spec's own mean unlike things by `k`",
        ),
        (
            "layers: {odd: {output: input, parameters: 2}}\nnetwork: [odd, {network: inner.yaml}]",
            "`odd` is defined in two ways, and a spec has one",
        ),
    ],
)
def test_two_files_may_not_mean_unlike_things(tmp_path: Path, outer: str, message: str) -> None:
    path = _nested(tmp_path, "vars: {k: 5}\nlayers: {odd: {output: input, parameters: k}}\nnetwork: [odd]", outer)
    with pytest.raises(SpecError) as refused:
        write_spec(path)
    assert refused.value.message == message
    assert "inner.yaml" in str(refused.value)


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

class Solved(torch.nn.Module):
    def forward(self, x):
        return torch.linalg.solve(x, x + 1)
"""


def test_gaps_are_definitions_that_leave_open_what_they_compute(tmp_path: Path) -> None:
    path = tmp_path / "spectra.py"
    path.write_text(MODEL, encoding="utf-8")
    written = write_spec(f"{path}:Spectrum", input=[3, 32, 32], partial=True)
    (tmp_path / "spec.yaml").write_text(written, encoding="utf-8")
    report = analyze(tmp_path / "spec.yaml")
    assert report.totals.params == 8 * 27 + 8 + 8 * 10 + 10
    assert report.totals.at_least["macs"] == 8 * 27 * 32 * 32 + 80  # the convolution and the linear layer
    assert load(tmp_path / "spec.yaml").layers[1].layer.unsaid == {"operations", "gradient_macs", "reach", "kept"}


def test_a_gap_that_reads_two_outputs_cannot_be_said(tmp_path: Path) -> None:
    path = tmp_path / "solved.py"
    path.write_text(MODEL, encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        write_spec(f"{path}:Solved", input=[4, 4], partial=True)
    assert "is a gap that reads 2 outputs: no definition says such a layer" in refused.value.message
    assert "solved.py:17" in str(refused.value)
