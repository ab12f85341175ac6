"""A bad network among several is reported, and hides none of the others."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app
from cnncost.language import library

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

GOOD = "input: [3, 8, 8]\nnetwork: [{conv: {out: 4, kernel: 3}}]\nexpect: {params: 112}\n"  # 4 * 27 + 4
BAD = "input: [3, 8, 8]\nnetwork: [{conv: {out: 4, kernal: 3}}]\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, code: int = 2) -> Result:
    result = CliRunner().invoke(app, list(arguments), prog_name="cnncost")
    assert result.exit_code == code, result.output
    return result


def compared(*arguments: str) -> list[dict[str, str]]:
    result = run("compare", *arguments, "--format", "csv")
    assert result.stderr.startswith("error: `conv` has no parameter `kernal`; did you mean `kernel`?\n --> bad.yaml:2:")
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_compare_shows_the_good_ones(place: int) -> None:
    names = ["good.yaml", "lenet5"]
    rows = compared(*names[:place], "bad.yaml", *names[place:])
    assert [row["network"] for row in rows] == names
    assert [row["params_ratio"] for row in rows] == ["1.0", str(round(61_706 / 112, 6))]


def test_compare_shows_the_only_good_one() -> None:
    assert [row["params"] for row in compared("bad.yaml", "good.yaml")] == ["112"]
    assert "112" in run("compare", "good.yaml", "bad.yaml").stdout
    assert "112" in run("compare", "good.yaml", "bad.yaml", "--stages").stdout


def test_a_bad_baseline_is_no_baseline() -> None:
    rows = compared("good.yaml", "bad.yaml", "lenet5", "--baseline", "bad.yaml")
    assert [row["params_ratio"] for row in rows] == ["1.0", str(round(61_706 / 112, 6))]


def test_compare_with_what_is_published() -> None:
    result = run("compare", "bad.yaml", "resnet18", "--published", "--format", "json")
    assert {claim["network"] for claim in json.loads(result.stdout)["claims"]} == {"resnet18"}
    assert "error: `conv` has no parameter `kernal`" in result.stderr


def test_check_checks_the_good_ones() -> None:
    result = run("check", "good.yaml", "bad.yaml", "lenet5", "--max-macs", "1M", "--format", "json")
    found = json.loads(result.stdout)
    assert [(check["network"], check["holds"]) for check in found["checks"]] == [
        ("good.yaml", True), ("good.yaml", True), ("lenet5", True), ("lenet5", True), ("lenet5", True),
    ]  # fmt: skip
    assert (found["ok"], found["refused"]) == (False, ["bad.yaml"])
    assert "error: `conv` has no parameter `kernal`" in result.stderr
    assert "not checked, since the spec is bad: bad.yaml" in run("check", "good.yaml", "bad.yaml").stdout


def test_nothing_is_printed_where_all_are_bad() -> None:
    for command in ("check", "compare"):
        result = run(command, "bad.yaml", "nothing")
        assert result.stdout == ""
        assert "error: `conv` has no parameter `kernal`" in result.stderr
        assert "error: there is no architecture and no file `nothing`" in result.stderr


def test_verify_verifies_the_good_ones() -> None:
    result = run("verify", "bad.yaml", "good.yaml", "--device", "meta", "--format", "json")
    assert [network["network"] for network in json.loads(result.stdout)["verifications"]] == ["good.yaml"]
    assert "error: `conv` has no parameter `kernal`" in result.stderr


def test_an_error_says_of_which_network_it_is() -> None:
    result = run("compare", "lenet5", "resnet18", "--set", "depth=3")
    assert "error: `lenet5`: there is no variable `depth` to set" in result.stderr
    assert "error: `resnet18`: there is no variable `depth` to set" in result.stderr


def test_bad_settings_are_said_once() -> None:
    for command in ("check", "compare"):
        assert run(command, "lenet5", "resnet18", "--dtype", "int7").stderr.count("error:") == 1


def test_a_bad_file_hides_no_other_architecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = tmp_path / "specs"
    folder = specs / "classification"
    folder.mkdir(parents=True)
    (folder / "first.yaml").write_text("name: first\nyear: 1998\nexpect: {params: 5}\n" + GOOD.partition("expect")[0])
    (folder / "second.yaml").write_text("name: second\nyeer: 1999\n" + BAD)
    (folder / "third.yaml").write_bytes(b"name: third\nyear: [\xff\n")
    monkeypatch.setattr(library, "folder", lambda: specs)
    library.names.cache_clear()
    try:
        result = run("zoo", "--format", "json")
    finally:
        library.names.cache_clear()
    assert [each["name"] for each in json.loads(result.stdout)["architectures"]] == ["first"]
    assert "--> second.yaml:2:" in result.stderr
    assert "--> third.yaml:" in result.stderr


def test_a_setting_behind_a_network_is_shown_as_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.yaml").write_text("vars: {w: 4}\ninput: [3, 8, 8]\nnetwork: [{conv: {out: w, kernel: 3}}]\n")
    monkeypatch.chdir(tmp_path)
    for command in ("analyze", "memory"):
        assert failed(command, "small.yaml@w=abc") == (
            "error: unknown name `abc`; did you mean `abs`?\n --> small.yaml@w:1:1\n  |\n1 | abc\n  | ^^^\n"
        )
        assert failed(command, "small.yaml@width=3") == (
            "error: there is no variable `width` to set\n --> small.yaml@width\n  = hint: its variables are w\n"
        )
    assert " --> small.yaml@w:1:1\n" in failed("compare", "small.yaml", "small.yaml@w=abc")
    assert " --> small.yaml@width\n" in failed("compare", "small.yaml", "small.yaml@width=3")
    assert " --> --set w:1:1\n" in failed("analyze", "small.yaml", "--set", "w=abc")


def failed(*arguments: str) -> str:
    """What standard error has of a command with bad input."""
    result = CliRunner().invoke(app, [*arguments])
    assert result.exit_code == 2, result.output
    return result.stderr
