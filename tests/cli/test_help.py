"""Every help ends with examples, and they run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import COMMANDS, EXAMPLES, app
from cnncost.cli.on_demand import CommandsOnDemand
from docs.writers.examples import Shell

if TYPE_CHECKING:
    from pathlib import Path

WITH_EXAMPLES = CommandsOnDemand(COMMANDS)
ALL = [*EXAMPLES, *(example for command in WITH_EXAMPLES.values() for example in command.examples)]


def help_of(*command: str) -> str:
    return CliRunner().invoke(app, [*command, "--help"], prog_name="cnncost").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_examples_of_the_command(command: str) -> None:
    examples = WITH_EXAMPLES[command].examples
    assert examples
    assert all(re.match(f"cnncost {command}( |$)", example) for example in examples)
    assert help_of(command).endswith("\n\nExamples:\n" + "".join(f"  {example}\n" for example in examples))


@pytest.mark.parametrize("arguments", [["--help"], ["help"], []])
def test_help_of_the_program_ends_with_what_to_type(arguments: list[str]) -> None:
    shown = CliRunner().invoke(app, arguments, prog_name="cnncost").output
    assert shown.endswith("\n\nExamples:\n" + "".join(f"  {example}\n" for example in EXAMPLES))


@pytest.mark.parametrize("example", ALL)
def test_an_example_fits_into_a_line_and_runs(example: str, tmp_path: Path) -> None:
    assert len(f"  {example}") <= 80
    printed = Shell(tmp_path).run(f"{example}; echo ended with $?")
    assert printed[-1] == "ended with 0"
    assert not any(line.startswith(("error:", "warning:")) for line in printed)


def test_an_example_that_fails_would_be_found(tmp_path: Path) -> None:
    assert Shell(tmp_path).run("cnncost analyze nothing; echo ended with $?")[-1] == "ended with 2"
