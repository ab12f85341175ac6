"""`cnncost draw`: what the suffix and the options ask for, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import cnncost
from cnncost.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["draw", *arguments], prog_name="cnncost")
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("a.svg", "svg"),
        ("a.SVG", "svg"),
        ("a.dot", "dot"),
        ("a.gv", "dot"),
        ("a.mmd", "mermaid"),
        ("a.mermaid", "mermaid"),
    ],
)
def test_the_suffix_says_what_is_written(file: str, form: str, tmp_path: Path) -> None:
    assert run("lenet5", "-o", file, "--depth", "all", "--color-by", "params", "--batch", "2").stdout == ""
    expected = cnncost.draw("lenet5", form, depth=None, color_by="params", batch=2)
    assert (tmp_path / file).read_text(encoding="utf-8") == expected


def test_without_a_file_it_is_svg_on_standard_output() -> None:
    assert run("lenet5").stdout == run("lenet5", "-o", "-").stdout == cnncost.draw("lenet5")


def test_settings_are_those_of_other_commands() -> None:
    drawn = run("resnet18", "--set", "classes=10", "--input", "3x64x64", "--mode", "train", "--depth", "1").stdout
    assert drawn == cnncost.draw("resnet18", set={"classes": 10}, input=(3, 64, 64), mode="train", depth=1)
    assert ">3×64×64<" in drawn


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("-o", "a.txt"),
            "error: the suffix of `a.txt` does not say what to draw\n  = hint: give `--to`, or one of .svg, ",
        ),
        (("--to", "png"), "error: PNG is not a text\n  = hint: give `-o graph.png`\n"),
        (("--to", "gif"), "error: nothing is drawn as `gif`\n  = hint: one of svg, png, pdf, dot, mermaid\n"),
        (("--depth", "0"), "error: the depth must be a number from 1, `all` or `auto`, not `0`\n"),
        (
            ("--color-by", "memory"),
            "error: no box has a figure `memory`: `peak_bytes` is one figure of the whole network",
        ),
        (
            ("-o", "missing/a.svg"),
            "error: `--output missing/a.svg`: there is no folder `missing`\n  = hint: make it first\n",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    assert run("lenet5", *arguments, code=2).stderr.startswith(message)
    assert not [*tmp_path.iterdir()]


def test_a_flowchart_that_is_too_large_for_mermaid_is_said() -> None:
    said = run("densenet121", "--to", "mermaid", "--depth", "all", "-o", "a.mmd").stderr
    assert "a smaller `--depth` makes it smaller" in said
