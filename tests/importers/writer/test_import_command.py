"""`cnncost import`, and `cnncost.write_spec`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import cnncost
from cnncost.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

LINES = {"resnet50": 35, "vgg16": 26, "mobilenet_v2": 36, "densenet121": 42, "efficientnet_b0": 47}
"""Of torchvision's networks; none is to take 60."""


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["import", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("name", LINES)
def test_a_model_of_torchvision(name: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    result = run(f"torchvision:{name}", "-o", str(path))
    assert result.stdout == ""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES[name]
    assert cnncost.load(path).to_dict() == cnncost.load(f"torchvision:{name}").to_dict()


def test_the_names_are_those_of_the_modules() -> None:
    torchvision = pytest.importorskip("torchvision")
    graph = cnncost.load("torchvision:densenet121")
    own = {node.module_name for node in graph.layers if node.owns_weights and node.parameters()}
    modules = torchvision.models.densenet121().named_modules()
    assert own == {name for name, module in modules if [*module.parameters(recurse=False)]}


def test_resnet50_reads_like_its_code() -> None:
    text = cnncost.write_spec("torchvision:resnet50")
    block, network = text.partition("blocks:\n")[2].split("\nnetwork:\n")
    assert "bottleneck(width, stride=1, c_in=channels):" in block
    assert "- {conv: {out: 4 * width, bias: false}, name: conv3}" in block
    assert "- {add, from: [bn3, downsample], when: c_in != 4 * width}" in block
    assert [line for line in network.splitlines() if "layer" in line] == [
        "  - {bottleneck: 64, name: layer1, repeat: 3}",
        "  - {bottleneck: {width: 128, stride: 2 if first else 1}, name: layer2, repeat: 4}",
        "  - {bottleneck: {width: 256, stride: 2 if first else 1}, name: layer3, repeat: 6}",
        "  - {bottleneck: {width: 512, stride: 2 if first else 1}, name: layer4, repeat: 3}",
    ]


def test_a_spec_is_written_with_its_settings() -> None:
    result = run("resnet18", "--set", "classes=7", "--input", "3x64x64")
    assert "input: [3, 64, 64]" in result.stdout
    assert "- linear: 7" in result.stdout
    assert cnncost.write_spec("resnet18", set={"classes": 7}, input=[3, 64, 64]) == result.stdout


def test_what_is_refused() -> None:
    result = run("resnet5O", code=2)
    assert result.stderr.startswith("error: there is no architecture and no file `resnet5O`; did you mean `resnet50`?")
