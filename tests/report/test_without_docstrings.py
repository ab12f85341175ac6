"""`python -OO` takes docstrings and assertions away: no figure and no formula depends on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

UTF8 = os.environ | {"PYTHONUTF8": "1"}
"""The environment, with an encoding that has every character of the output."""


def printed(*arguments: str, options: tuple[str, ...] = ()) -> Any:
    """What the command line prints as JSON."""
    program = [sys.executable, *options, "-m", "cnncost", *arguments, "--format", "json"]
    done = subprocess.run(program, capture_output=True, encoding="utf-8", check=True, env=UTF8)
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", "lenet5", "--algorithms"),
        ("explain", "lenet5"),
        ("explain", "lenet5", "conv"),
        ("compare", "lenet5", "resnet18"),
    ],
)
def test_the_command_line_says_the_same(arguments: tuple[str, ...]) -> None:
    without, with_them = printed(*arguments, options=("-OO",)), printed(*arguments)
    if "about" in with_them:  # what such a layer is: the docstring of its class
        assert without.pop("about") == with_them["type"]
        assert with_them.pop("about")
    assert without == with_them


def test_what_a_metric_is_stands_in_no_docstring() -> None:
    program = "from cnncost.metrics import METRICS; print(*[metric.about for metric in METRICS.values()], sep='\\n')"
    command = [sys.executable, "-OO", "-c", program]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=UTF8)
    lines = done.stdout.splitlines()
    assert lines[0] == "Parameters, trainable and frozen; shared weights count where they are owned"
    assert all(lines)
