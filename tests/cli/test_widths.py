"""How wide text is: on a terminal, in a pipe beside one, in a pipe or file without any."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app
from cnncost.render.terminal.room import Room, standard_room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYER = "stage[0].bottleneck[0].residual.conv_bn.conv"
FLOWING = [
    ("explain", "resnet50"),
    ("explain", "resnet50", LAYER),
    ("explain", "resnet50", "stage[0]"),
    ("explain", "resnet50", LAYER, "--total", "macs"),
    ("explain", "resnet50", LAYER, "--convention", "calflops"),
    ("layers",),
    ("layers", "conv"),
    ("conventions",),
    ("conventions", "thop"),
]
"""Commands that print texts and formulas, which can go on in a further line."""

TABLES = [
    ("analyze", "resnet50", "--depth", "all"),
    ("compare", "lenet5", "alexnet", "vgg16", "resnet18", "resnet50"),
    ("zoo",),
    ("check", "resnet50"),
]
"""Commands whose tables have more columns than fit."""

ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES", "FORCE_COLOR"}}
ENVIRONMENT |= {"PYTHONUTF8": "1", "NO_COLOR": "1"}


def printed_by(*arguments: str) -> list[str]:
    """What a command prints in this process, whose standard output is neither a terminal nor a pipe then."""
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False).stdout.splitlines()


def lines(*arguments: str, stderr: int = subprocess.DEVNULL) -> list[str]:
    """What a command prints into a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "cnncost", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=ENVIRONMENT,
        timeout=300,
        check=True,
    )
    return done.stdout.decode().splitlines()


@pytest.fixture
def terminal() -> Iterator[int]:
    """The file descriptor of a terminal that is 66 columns wide."""
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 66))
    yield theirs
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("arguments", FLOWING, ids=" ".join)
def test_text_in_a_pipe_is_100_characters_wide(arguments: tuple[str, ...]) -> None:
    printed = printed_by(*arguments)
    assert 60 < max(map(len, printed)) <= 100
    assert not any("not shown" in line or "…" in line for line in printed)


@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_a_table_in_a_pipe_has_all_columns_and_whole_names(arguments: tuple[str, ...]) -> None:
    printed = printed_by(*arguments)
    assert max(map(len, printed)) > 100
    assert not any("not shown" in line or "…" in line for line in printed)


@pytest.mark.parametrize("arguments", [*FLOWING, *TABLES], ids=" ".join)
def test_columns_bind_every_command(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, printed_by(*arguments))) <= 60


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("arguments", [("layers", "conv"), ("conventions", "thop"), ("explain", "lenet5", "conv")])
def test_text_in_a_pipe_is_as_wide_as_the_terminal_beside_it(arguments: tuple[str, ...], terminal: int) -> None:
    # `| less`: standard error is the terminal still.
    assert max(map(len, lines(*arguments, stderr=terminal)[:12])) <= 66
    assert 80 < max(map(len, lines(*arguments)[:12])) <= 100


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_table_in_a_pipe_loses_nothing_to_the_terminal_beside_it(terminal: int) -> None:
    assert max(map(len, lines("analyze", "resnet50", stderr=terminal))) > 100


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_file_is_the_same_beside_any_terminal(terminal: int, tmp_path: Path) -> None:
    for name, stderr in (("beside", terminal), ("without", subprocess.DEVNULL)):
        lines("explain", "lenet5", "conv", "--output", str(tmp_path / name), stderr=stderr)
    assert (tmp_path / "beside").read_text() == (tmp_path / "without").read_text()
    assert max(map(len, (tmp_path / "beside").read_text().splitlines())) <= 100


def test_what_is_no_number_of_columns_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in ("", "0", "-5", "wide", "²", "9" * 5000):
        monkeypatch.setenv("COLUMNS", columns)
        assert not standard_room().bounded
    monkeypatch.setenv("COLUMNS", "72")
    assert standard_room() == Room(72, True)


@pytest.mark.parametrize("closed", [False, True])
def test_streams_that_are_not_there(closed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO() if closed else None
    if stream is not None:
        stream.close()
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, stream)
    assert standard_room() == Room(100, False)
