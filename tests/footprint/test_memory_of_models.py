"""Models in place of specs: the memory of their steps, or what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnncost import fit, memory
from cnncost.cli.app import app

ONNX = str(Path(__file__).parents[1] / "data" / "onnx" / "resnet18.torchscript.onnx")
GAP = """
from torch import nn


class Odd(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return self.conv(x).logcumsumexp(-1)
"""


def test_a_model_of_torchvision() -> None:
    found = memory("torchvision:resnet18", batch=2, device="cpu", optimizer="sgd")
    # The activations of torchvision's ResNets work in place: two of three maps are kept, not three.
    as_written = memory("resnet18", batch=2, device="cpu", optimizer="sgd")
    in_place = memory("resnet18", batch=2, device="cpu", optimizer="sgd", inplace=True)
    assert not found.lower_bound
    assert found.kept_bytes == in_place.kept_bytes <= as_written.kept_bytes
    assert found.peak_bytes == in_place.peak_bytes <= as_written.peak_bytes


def test_an_onnx_file() -> None:
    found = memory(ONNX, mode="infer", device="cpu", batch=4)
    assert not found.lower_bound
    assert found.steady_bytes >= 4 * 11_689_512
    assert fit(ONNX, "1GiB", mode="infer", device="cpu").largest_batch > 4


def test_a_model_with_a_gap_is_no_less_than_that(tmp_path: Path) -> None:
    file = tmp_path / "odd.py"
    file.write_text(GAP)
    arguments = ["memory", f"{file}:Odd", "--input", "3x8x8"]
    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == 2
    assert "logcumsumexp" in refused.stderr
    result = CliRunner().invoke(app, [*arguments, "--partial"])
    assert result.exit_code == 0, result.output
    assert ": peak >=" in result.stdout.splitlines()[0]
    assert "a lower bound: of `logcumsumexp`" in result.stdout


@pytest.mark.parametrize("command", ["memory", "fit"])
def test_a_device_that_nobody_knows_is_refused(command: str) -> None:
    result = CliRunner().invoke(app, [command, "resnet18", "--device", "rtx4091"])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: no card is known as `rtx4091`; did you mean `rtx4090`?\n")


def test_a_card_has_what_programs_find_on_it() -> None:
    verdict = memory("resnet18", device="NVIDIA GeForce RTX 4090").verdict
    assert verdict is not None
    # 24,207 MiB, as CUDA tells them; its box says 24 GB, and the driver 24,564 MiB.
    assert verdict.capacity.bytes == 24_207 * 2**20
    assert "24,564 MiB" in verdict.capacity.about
    given = memory("resnet18", device="rtx4090", memory="10GB").verdict
    assert given is not None
    assert given.capacity.bytes == 10**10
