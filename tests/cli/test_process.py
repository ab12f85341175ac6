"""The command line as a process of its own: pipes, terminals, signals, broken outputs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "cnncost"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}}
ENVIRONMENT |= {"PYTHONUTF8": "1"}

PATIENCE = 300
"""Seconds after which a process counts as hung and is killed: it takes about one, or a minute on a busy machine."""


def run(*arguments: str, **environment: str | bytes) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT | environment,
        timeout=PATIENCE,
        check=False,
    )


def test_a_pipe_gets_every_column_and_no_escapes() -> None:
    done = run("analyze", "resnet50")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "not shown" not in done.stdout


def test_columns_say_how_wide_a_pipe_is() -> None:
    assert max(map(len, run("analyze", "resnet50", COLUMNS="60").stdout.splitlines())) <= 60


def test_columns_that_are_no_width_are_as_if_unset() -> None:
    unset = run("analyze", "lenet").stdout
    for columns in ("0", "-5", "wide", "²", "9" * 5000):
        # As bytes, which a locale without that character can hand on too.
        assert run("analyze", "lenet", COLUMNS=columns.encode()).stdout == unset != "", columns


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
    command = [*COMMAND, "analyze", "resnet152", "--depth", "all", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
        try:
            assert process.stdout is not None
            process.stdout.read(1)
            process.stdout.close()
            _, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()  # does nothing to one that has ended
    assert (process.returncode, errors) == (0, b"")


def test_a_failed_check_stays_failed_when_nobody_reads() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, "check", "lenet", "--max-params", "1"],
        stdout=write,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        timeout=PATIENCE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error_without_a_traceback() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "analyze", "lenet"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
            timeout=PATIENCE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


INTERRUPTED = """
import runpy, signal, sys

def interrupt(event, arguments):
    if event == {event!r} and {what!r} in str(arguments[0]):
        signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell starts in the background
sys.addaudithook(interrupt)
sys.argv = ["cnncost", "analyze", "net.yaml"]
runpy.run_module("cnncost", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("event", "what"),
    [
        ("open", "net.yaml"),
        ("import", "cnncost.cli"),
        ("import", "cnncost.cli.process"),
        ("import", "cnncost.cli.app"),
        ("import", "cnncost.render.terminal.plain"),
    ],
)
def test_interrupted(event: str, what: str, tmp_path: Path) -> None:
    """The process interrupts itself when it opens the spec, or while it still imports: nobody has to hit the moment."""
    (tmp_path / "net.yaml").write_text("input: [3, 8, 8]\nnetwork: [relu]\n")
    program = INTERRUPTED.format(event=event, what=what)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
        check=False,
    )
    # Catches a traceback, another exit code than that of a shell, and a Ctrl-C that is taken for an error of the spec.
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def in_shell(redirections: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of the command with some of its streams closed or elsewhere."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirections}', "sh", *COMMAND, *arguments],
        capture_output=True,
        env=ENVIRONMENT | environment,
        timeout=PATIENCE,
        check=False,
    )


shell = pytest.mark.skipif(not os.path.exists("/bin/sh"), reason="needs a shell")
full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


@shell
@pytest.mark.parametrize(
    ("redirections", "arguments", "complaint"),
    [
        ("<&-", ("analyze", "-"), b"error: standard input is closed\n  = hint: `-` reads the spec from it\n"),
        (">&-", ("analyze", "lenet5"), b"error: standard output is closed\n"),
        (">&-", ("--help",), b"error: standard output is closed\n"),
        (">&-", ("check", "lenet5", "--max-params", "1"), b"error: standard output is closed\n"),
        ("2>&-", ("analyze", "missing.yaml"), b""),
        ("2>&-", ("analyze", "--missing"), b""),
        ("<&- >&- 2>&-", ("analyze", "missing.yaml"), b""),
        pytest.param("2>/dev/full", ("analyze", "missing.yaml"), b"", marks=full),
        pytest.param("2>/dev/full", ("analyze", "--missing"), b"", marks=full),
        pytest.param(">/dev/full", ("--help",), b"error: No space left on device\n", marks=full),
        pytest.param(">/dev/full", ("analyze", "--help"), b"error: No space left on device\n", marks=full),
        pytest.param(">/dev/full", ("--version",), b"error: No space left on device\n", marks=full),
        pytest.param(">/dev/full", ("schema",), b"error: No space left on device\n", marks=full),
    ],
)
def test_streams_that_are_closed_or_full(redirections: str, arguments: tuple[str, ...], complaint: bytes) -> None:
    done = in_shell(redirections, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", complaint)


@shell
def test_a_result_without_standard_error() -> None:
    done = in_shell("2>&-", "analyze", "lenet5", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["name"] == "lenet5"


def test_help_to_a_reader_that_has_seen_enough() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, "--help"], stdout=write, stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=PATIENCE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text('source: "\u00b7 \u2264 \U0001f600 \u00e9"\ninput: [3, 8, 8]\nnetwork: [relu]\n', encoding="utf-8")
    command = [*COMMAND, "analyze", str(path), "--format", "json"]
    environment = ENVIRONMENT | {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=PATIENCE, check=True)
    assert json.loads(done.stdout.decode(encoding))["source"] == "\u00b7 \u2264 \U0001f600 \u00e9"


STARTED = """
import os, runpy, signal, sys

def told(event, arguments):
    if event == "open" and "net.yaml" in str(arguments[0]):
        signal.raise_signal(signal.SIGTERM)

sys.addaudithook(told)
sys.argv = ["cnncost", "analyze", "net.yaml"]
runpy.run_module("cnncost", run_name="__main__", alter_sys=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of that kind")
def test_terminated(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("input: [3, 8, 8]\nnetwork: [relu]\n")
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        capture_output=True,
        cwd=tmp_path,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGTERM, b"", b"")


def test_an_ignored_interruption_stays_ignored(tmp_path: Path) -> None:
    """As `nohup` and what a shell starts in the background have it."""
    (tmp_path / "net.yaml").write_text("input: [3, 8, 8]\nnetwork: [relu]\n")
    program = INTERRUPTED.format(event="open", what="net.yaml").replace("signal.default_int_handler", "signal.SIG_IGN")
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        cwd=tmp_path,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.mkdir()
    done = run("analyze", str(path))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


ENDING = """
import atexit, os, sys, threading

class Last:
    def __del__(self, write=os.write):
        write(1, b"taken apart")

last = Last()
{before}
from cnncost.cli import main
sys.argv = ["cnncost", "check", "lenet", "--max-params", {most!r}, "--format", "csv"]
main()
"""

AWAITED = {
    "an exit function": "atexit.register(print, 'exit function')",
    "a tracer": "sys.settrace(lambda *_: None)",
    "a profiler": "sys.setprofile(lambda *_: None)",
    "a thread": "threading.Timer(2, print).start()",
}


def ended(before: str, most: str = "1M") -> subprocess.CompletedProcess[str]:
    program = ENDING.format(before=before, most=most)
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(("most", "code"), [("1M", 0), ("1", 1), ("much", 2)])
def test_the_process_ends_without_taking_everything_apart(most: str, code: int) -> None:
    done = ended("", most)
    assert done.returncode == code
    assert bool(done.stdout) is (code < 2)
    assert bool(done.stderr) is (code == 2)
    assert "taken apart" not in done.stdout


@pytest.mark.parametrize("before", AWAITED.values(), ids=AWAITED)
def test_the_process_ends_as_usual_where_somebody_waits_for_its_end(before: str) -> None:
    done = ended(before, "1")
    assert (done.returncode, done.stderr) == (1, "")
    assert "taken apart" in done.stdout
    assert ("exit function" in done.stdout) is ("exit function" in before)


def test_version() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("cnncost ")
