"""`cnncost report`: a page as a file, and what keeps it from being one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app
from tests.api.test_pages import data_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["report", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_a_page_of_several_networks(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    run("lenet5", "lenet5@batch=8", "--mode", "train", "--optimizer", "sgd", "--device", "cpu", "-o", str(path))
    first, second = data_of(path.read_text(encoding="utf-8"))["networks"]
    assert (first["title"], second["title"]) == ("lenet5", "lenet5@batch=8")
    assert (first["settings"]["optimizer"], second["settings"]["batch"]) == ("sgd", 8)
    assert {step["device"] for step in first["steps"]} == {"cpu"}


@pytest.mark.parametrize("name", ["page.htm", "PAGE.HTML", "page"])
def test_a_page_has_the_suffix_of_html_or_none(name: str, tmp_path: Path) -> None:
    run("lenet5", "-o", str(tmp_path / name))
    assert (tmp_path / name).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_bad_network_hides_none_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    result = run("lenet55", "lenet5", "-o", str(path), code=2)
    assert "did you mean `lenet5`" in result.stderr
    assert [each["title"] for each in data_of(path.read_text(encoding="utf-8"))["networks"]] == ["lenet5"]


def test_without_a_good_network_there_is_no_page(tmp_path: Path) -> None:
    run("lenet55", "-o", str(tmp_path / "page.html"), code=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet5", "-o", "nowhere/page.html"], "there is no folder `nowhere`"),
        (["lenet5", "-o", "."], "is a folder"),
        (
            ["lenet55", "-o", "page.txt"],
            "a page has not the suffix of `page.txt`\n  = hint: it is one of .html, .htm\n",
        ),
        (["lenet5", "--batch", "0"], "`--batch` takes a whole number from 1"),
        (["lenet5", "--memory", "12 bananas"], "`--memory`"),
        (["lenet5", "--device", "rtx4091"], "rtx4091"),
        (["lenet5", "--convention", "nothing"], "nothing"),
        ([], "SPEC"),
    ],
)
def test_what_is_refused(arguments: list[str], message: str) -> None:
    assert message in run(*arguments, code=2).stderr


def test_a_terminal_shows_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnncost.cli.commands.pictures.report import report

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(Exception, match="a page is for a browser"):
        report(["lenet5"])


def test_what_is_odd_is_said_once() -> None:
    spec = "input: [3, 8, 8]\nvars: {width: 3}\nnetwork: [relu]"
    result = CliRunner().invoke(app, ["report", "-"], input=spec, prog_name="cnncost")
    assert result.stderr.count("`width`") == 1
    assert result.stdout.startswith("<!doctype html>")
