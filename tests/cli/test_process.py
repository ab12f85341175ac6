"""The command line as a process of its own: pipes, terminals, signals, broken outputs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "cnncost"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}}
ENVIRONMENT |= {"PYTHONUTF8": "1"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT | environment,
        check=False,
    )


def test_a_pipe_gets_every_column_and_no_escapes() -> None:
    done = run("analyze", "resnet50")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "not shown" not in done.stdout


def test_columns_say_how_wide_a_pipe_is() -> None:
    assert max(map(len, run("analyze", "resnet50", COLUMNS="60").stdout.splitlines())) <= 60


@pytest.mark.parametrize("columns", ["0", "-5", "wide", "²", "9" * 5000])
def test_columns_that_are_no_width_are_as_if_unset(columns: str) -> None:
    assert run("analyze", "lenet", COLUMNS=columns).stdout == run("analyze", "lenet").stdout != ""


def test_a_comparison_fits_where_it_is_shown() -> None:
    text = run("compare", "resnet18", "resnet34", "resnet50", COLUMNS="50").stdout
    assert max(map(len, text.splitlines())) <= 50
    assert text.startswith("network")


def test_colours_can_be_forced_and_forbidden() -> None:
    assert "\x1b[36m" in run("analyze", "lenet", FORCE_COLOR="1", TERM="xterm").stdout
    assert "\x1b[36m" not in run("analyze", "lenet", FORCE_COLOR="1", NO_COLOR="1", TERM="xterm").stdout


def test_an_ascii_output_gets_ascii() -> None:
    done = run("analyze", "resnet50", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "64 x 112 x 112" in done.stdout


def test_machines_get_nothing_but_their_format() -> None:
    done = run("analyze", "resnet50", "--format", "json", FORCE_COLOR="1")
    assert len(json.loads(done.stdout)["layers"]) == 175


def test_a_missing_spec() -> None:
    done = run("analyze", "missing.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: there is no file `missing.yaml`\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    process = subprocess.Popen(
        [*COMMAND, "analyze", "resnet152", "--depth", "all", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 0)
    process.stderr.close()


def test_a_failed_check_stays_failed_when_nobody_reads() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, "check", "lenet", "--max-params", "1"],
        stdout=write,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error_without_a_traceback() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "analyze", "lenet"], stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False
        )
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_interrupted(tmp_path: Path) -> None:
    pipe = tmp_path / "never.yaml"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*COMMAND, "analyze", str(pipe)],
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 - one thread, and nothing but a signal's handler is set
    )
    with pipe.open("wb"):  # opens as soon as the process reads a spec that never comes
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")


def _heed_interrupts() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so do its children unless they are told."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.mkdir()
    done = run("analyze", str(path))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_version() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("cnncost ")
