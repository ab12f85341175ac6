"""Usage errors look like all others, and messages keep to the width of the terminal."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app


def stderr(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), prog_name="cnncost")
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--bogus"], "`cnncost` has no option `--bogus`", "`cnncost --help` lists them"),
        (
            ["--versoin"],
            "`cnncost` has no option `--versoin`; did you mean `--version`?",
            "`cnncost --help` lists them",
        ),
        (
            ["analyze", "lenet5", "--bacth", "2"],
            "`cnncost analyze` has no option `--bacth`; did you mean `--batch`?",
            "`cnncost analyze --help` lists them",
        ),
        (["analyze", "lenet5", "-x"], "`cnncost analyze` has no option `-x`", "`cnncost analyze --help` lists them"),
        (["check", "lenet5", "--max-params"], "`--max-params` lacks its value", "write `--max-params COUNT`"),
        (["analyze", "lenet5", "-b"], "`-b` lacks its value", "write `-b N`"),
        (["analyze", "lenet5", "--raw=3"], "`--raw` takes no value", None),
        (["analyze"], "the argument `SPEC` is missing", "write `cnncost analyze [OPTIONS] SPEC`"),
        (["compare"], "the argument `SPEC` is missing", "write `cnncost compare [OPTIONS] SPEC...`"),
        (
            ["analyze", "lenet5", "resnet18"],
            "`cnncost analyze` has no argument for `resnet18`",
            "write `cnncost analyze [OPTIONS] SPEC`; `cnncost compare` shows several networks side by side",
        ),
        (
            ["reconcile", "resnet50", "4.09", "G"],
            "`cnncost reconcile` has no argument for `G`",
            "write `cnncost reconcile [OPTIONS] SPEC [FIGURE]`",
        ),
    ],
)
def test_usage_errors_look_like_all_others(arguments: list[str], message: str, hint: str | None) -> None:
    assert stderr(*arguments) == f"error: {message}\n" + (f"  = hint: {hint}\n" if hint else "")


def test_messages_are_filled_to_the_width_that_columns_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = stderr("check", "lenet5", "--max", "peak_byte=1GB").splitlines()
    assert lines[:2] == ["error: unknown figure `peak_byte`; did you mean", "       `peak_bytes`?"]
    assert lines[2].startswith("  = hint: they are params, ")
    assert all(line.startswith(" " * 10) for line in lines[3:])
    assert max(map(len, lines)) <= 50


def test_code_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    spec = "{input: [3, 8, 8], network: [{conv: {out: 4, kernal: 3}}]}"
    result = CliRunner().invoke(app, ["analyze", "-"], input=spec, prog_name="cnncost")
    assert f"1 | {spec}\n" in result.stderr


def test_messages_in_a_pipe_stay_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert len(stderr("check", "lenet5", "--max", "peak_byte=1GB").splitlines()) == 2
