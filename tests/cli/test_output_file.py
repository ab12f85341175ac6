"""`-o FILE`: what a command prints, in a file instead."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost import analyze
from cnncost.cli.app import COMMANDS as ALL
from cnncost.cli.app import app
from cnncost.cli.commands.catalogue.schema import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

ARGUMENTS = {
    "analyze": ["lenet5"],
    "compare": ["lenet5", "alexnet"],
    "explain": ["lenet5", "conv"],
    "memory": ["lenet5"],
    "fit": ["lenet5", "--memory", "1GiB", "--device", "cpu"],
    "check": ["lenet5"],
    "verify": ["lenet5", "--device", "meta"],
    "reconcile": ["lenet5", "61706"],
    "report": ["lenet5"],
    "latency": ["lenet5", "--device", "h200"],
    "draw": ["lenet5", "--to", "svg"],
    "import": ["lenet5"],
    "export": ["lenet5", "--to", "dot"],
    "zoo": ["lenet5"],
    "conventions": [],
    "layers": [],
    "schema": [],
}


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments), prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_command_is_here() -> None:
    # The file of a sweep has all points, that of a calibration the profile, and not what is printed.
    assert set(ARGUMENTS) == set(ALL) - {"sweep", "calibrate"}


@pytest.mark.parametrize("command", ARGUMENTS)
def test_the_file_has_what_is_printed_otherwise(command: str, tmp_path: Path) -> None:
    form = ["--format", "json"] if command in COMMANDS else []
    printed = run(command, *ARGUMENTS[command], *form).stdout
    result = run(command, *ARGUMENTS[command], *form, "--output", "result")
    assert result.stdout == ""
    assert os.listdir(tmp_path) == ["result"]
    if command != "verify":  # which says when it ran
        assert (tmp_path / "result").read_text(encoding="utf-8") == printed != ""


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.json", "json"),
        ("a.csv", "csv"),
        ("a.md", "markdown"),
        ("a.tex", "latex"),
        ("a.txt", "table"),
        ("a", "table"),
        ("a.JSON", "json"),
        ("a.b.csv", "csv"),
    ],
)
def test_the_suffix_names_the_format(name: str, form: str, tmp_path: Path) -> None:
    run("analyze", "lenet5", "-o", name)
    assert (tmp_path / name).read_text(encoding="utf-8") == run("analyze", "lenet5", "--format", form).stdout


def test_a_format_that_is_given_wins(tmp_path: Path) -> None:
    run("analyze", "lenet5", "-o", "a.csv", "--format", "json")
    assert json.loads((tmp_path / "a.csv").read_text(encoding="utf-8"))["name"] == "lenet5"
    run("analyze", "lenet5", "-o", "a.csv", "--format", "table")
    assert "not shown" not in (tmp_path / "a.csv").read_text(encoding="utf-8")
    run("analyze", "lenet5", "-o", "a.dat", "--format", "json")
    assert (tmp_path / "a.dat").read_bytes() == json.dumps(
        analyze("lenet5").to_dict(), indent=2, ensure_ascii=False
    ).encode() + b"\n"


def test_a_dash_is_standard_output(tmp_path: Path) -> None:
    assert run("analyze", "lenet5", "-o", "-").stdout == run("analyze", "lenet5").stdout != ""
    assert os.listdir(tmp_path) == []


def test_a_file_is_unicode_where_standard_output_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CliRunner(charset="ascii").invoke(app, ["analyze", "lenet5", "-o", "a.txt"])
    assert "1 × 32 × 32" in (tmp_path / "a.txt").read_text(encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "60")
    run("analyze", "lenet5", "-o", "a.txt")
    assert max(map(len, (tmp_path / "a.txt").read_text(encoding="utf-8").splitlines())) <= 60


def test_a_failed_check_is_kept(tmp_path: Path) -> None:
    run("check", "lenet5", "--max-params", "1", "-o", "a.json", code=1)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["checks"][-1]["holds"] is False


def test_warnings_stay_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("{input: 64, vars: {unused: 1}, network: [{linear: 10}]}", encoding="utf-8")
    assert "warning:" in run("analyze", "net.yaml", "-o", "a.txt").stderr
    assert "warning" not in (tmp_path / "a.txt").read_text(encoding="utf-8")


def test_what_is_there_stays_where_nothing_comes_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("before", encoding="utf-8")
    assert "there is no architecture and no file `lenet6`" in run("analyze", "lenet6", "-o", "a.json", code=2).stderr
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_file_is_replaced_with_its_permissions_and_behind_its_links(tmp_path: Path) -> None:
    file, link = tmp_path / "a.json", tmp_path / "link.json"
    file.write_text("before", encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to(file.name)
    run("analyze", "lenet5", "-o", "link.json")
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert json.loads(file.read_text(encoding="utf-8"))["name"] == "lenet5"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_device_is_written_to_and_not_replaced() -> None:
    run("analyze", "lenet5", "-o", "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert (
        run("analyze", "lenet5", "-o", "/dev/full", code=2).stderr
        == "error: cannot write `/dev/full`: no space left on device\n"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_refused_before_anything_is_computed() -> None:
    os.mkfifo("pipe")
    expected = "error: cannot write `pipe`: it is a named pipe, not a file\n"
    assert run("analyze", "missing.yaml", "-o", "pipe", code=2).stderr == expected


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("missing/a.json", "error: `--output missing/a.json`: there is no folder `missing`\n  = hint: make it first\n"),
        ("missing/", "error: `--output missing/`: there is no folder `missing`\n  = hint: make it first\n"),
        (".", "error: `--output .` is a folder\n  = hint: give the name of a file in it\n"),
        ("file/a.json", "error: `--output file/a.json`: `file` is a file, not a folder\n"),
        ("", "error: `--output` takes the name of a file\n"),
        ("a\0b", "error: `--output a?b` is not a valid path\n"),
        ("x" * 300, f"error: `--output {'x' * 80}`: file name too long\n"),
        (
            "a.xlsx",
            "error: no format has the suffix of `a.xlsx`\n"
            "  = hint: it is one of .txt, .json, .csv, .md, .tex, .html; or give `--format`\n",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_computed(file: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    # The spec is missing too, and would be complained of if it were looked for first.
    assert run("analyze", "missing.yaml", "-o", file, code=2).stderr == message
