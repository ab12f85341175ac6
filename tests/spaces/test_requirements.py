"""Without NumPy a plain install says what is missing, and everything else works."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import cnncost
from cnncost.cli.app import app
from cnncost.errors import SpecError
from cnncost.spaces import requirements

MESSAGE = "design spaces and closed forms are computed with NumPy, which is not installed"


@pytest.fixture(autouse=True)
def _without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_spec", lambda _: None)


@pytest.mark.parametrize(
    "arguments",
    [
        ("sweep", "lenet5", "--vary", "batch=1,2"),
        ("sweep", "lenet5", "--vary", "batch=1,2", "--workers", "2"),
        ("sweep", "--read", "results.csv"),
        ("explain", "lenet5", "--symbolic", "batch"),
    ],
)
def test_a_command_says_what_to_install(arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, list(arguments), prog_name="cnncost")
    assert result.exit_code == 2
    assert result.stderr == f"error: {MESSAGE}\n  = hint: install them: pip install numpy pyarrow scipy\n"


def test_so_does_python() -> None:
    with pytest.raises(SpecError, match=MESSAGE):
        cnncost.sweep("lenet5", vary={"batch": [1, 2]})
    with pytest.raises(SpecError, match=MESSAGE):
        cnncost.closed_forms("lenet5", ["batch"])
