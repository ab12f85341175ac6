"""Every architecture as PyTorch code: it runs alone, ruff leaves it as it is, and it is the network that is built."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cnncost import export, load
from cnncost.language.library import architectures
from tests.exporters.exported import compare, pair

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = {
    "lenet5": {},
    "alexnet": {"input": [3, 67, 67], "set": {"classes": 3}},
    "vgg11_bn": {"input": [3, 32, 32]},
    "googlenet": {"input": [3, 96, 96]},
    "resnet18": {"input": [3, 32, 32]},
    "resnet50": {"input": [3, 32, 32]},
    "resnetv2_18": {"input": [3, 32, 32]},
    "seresnet50": {"input": [3, 32, 32]},
    "cbam_resnet50": {"input": [3, 64, 64]},
    "densenet121": {"input": [3, 32, 32]},
    "mobilenet_v2": {"input": [3, 32, 32]},
    "mobilenet_v3_small": {"input": [3, 32, 32]},
    "shufflenet_g3_w1": {"input": [3, 64, 64]},
    "shufflenet_v2_x1_0": {"input": [3, 32, 32]},
    "efficientnet_b0": {"input": [3, 32, 32]},
    "convnext_tiny": {"input": [3, 32, 32]},
    "unet": {"input": [1, 32, 32]},
    "p4cnn": {},
    "vit_b_32": {"input": [3, 64, 64]},
    "wavenet": {"input": [1, 400]},
    "deeplabv3_mobilenet_v3_large": {"input": [3, 65, 65]},
    "r3d_18": {"input": [3, 4, 16, 16]},
}
"""Small inputs of networks that have every kind of structure among them."""


@pytest.mark.parametrize("name", architectures())
def test_every_architecture_runs_alone_with_the_same_weights_in_the_same_order(name: str) -> None:
    pair(load(name), "meta")


@pytest.mark.parametrize("name", SAMPLE)
def test_outputs_are_equal_with_copied_weights(name: str) -> None:
    compare(load(name, **SAMPLE[name]))


@pytest.mark.parametrize("name", ["googlenet", "convnext_tiny"])
def test_outputs_are_equal_in_training(name: str) -> None:
    graph = load(name, **SAMPLE[name])
    compare(graph, training=True)


def test_ruff_leaves_every_file_as_it_is(tmp_path: Path) -> None:
    for name in architectures():
        text = export(name, "pytorch")
        assert isinstance(text, str)
        (tmp_path / f"{name}.py").write_text(text)
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--no-cache", "--line-length=120", "--target-version=py311"]
    for command in (["check", "--extend-select=I,UP,B,C4,SIM"], ["format", "--diff"]):
        done = subprocess.run([*ruff, *command, *options, tmp_path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr
