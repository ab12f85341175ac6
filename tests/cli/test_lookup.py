"""Words that stand where a command should stand, and `help`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cnncost.cli.app import app


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments), prog_name="cnncost")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert (result.stdout == "") == bool(code)
    return result.stderr if code else result.stdout


def test_help_is_a_command_too() -> None:
    assert run("help") == run("--help")
    assert run("help", "help") == run("--help")
    for command in ("analyze", "zoo"):
        assert run("help", command) == run(command, "--help")
    assert "there is no command `analyse`; did you mean `analyze`?" in run("help", "analyse", code=2)


COMMANDS = "  = hint: `cnncost --help` lists the commands\n"

IMPORT = "`package.module:factory` imports a PyTorch model from the code that makes it"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "resnet50",
            "error: `resnet50` is a network, and the command is missing before it\n"
            "  = hint: `cnncost analyze resnet50` shows what it costs; `cnncost --help` lists the commands\n",
        ),
        (
            "resnet50@classes=10;depths=[3]",
            "error: `resnet50@classes=10;depths=[3]` is a network, and the command is missing before it\n"
            "  = hint: `cnncost analyze 'resnet50@classes=10;depths=[3]'` shows what it costs; "
            "`cnncost --help` lists the commands\n",
        ),
        ("analyse", "error: there is no command `analyse`; did you mean `analyze`?\n" + COMMANDS),
        (
            "resnet5O",
            "error: there is no command and no network `resnet5O`; did you mean `resnet50`?\n"
            "  = hint: `cnncost analyze resnet50` shows what it costs; `cnncost --help` lists the commands\n",
        ),
        ("frobnicate", "error: there is no command `frobnicate`\n" + COMMANDS),
        (
            "conv",
            "error: `conv` is a layer type, and not a command\n"
            "  = hint: `cnncost layers conv` shows its parameters; `cnncost --help` lists the commands\n",
        ),
    ],
)
def test_what_is_no_command(word: str, message: str) -> None:
    assert run(word, "--depth", "all", code=2) == message


@pytest.mark.parametrize("command", [(), ("analyze",), ("explain",), ("check",), ("reconcile",), ("compare",)])
@pytest.mark.parametrize(
    ("spec", "what", "hint"),
    [
        ("mymodel.py", "is Python", "`mymodel.py:FACTORY` imports what the function or class FACTORY returns"),
        (
            "../my-model.py@a=1",
            "is Python",
            "`../my-model.py:FACTORY` imports what the function or class FACTORY returns",
        ),
        ("weights.PTH", "holds weights", IMPORT),
    ],
)
def test_models_that_are_no_specs(command: tuple[str, ...], spec: str, what: str, hint: str) -> None:
    said = f"error: `{spec.partition('@')[0]}` {what}, and a spec is YAML\n  = hint: {hint}\n"
    assert run(*command, spec, code=2) == said


@pytest.mark.parametrize("model", ["torchvision:resnet50", "package.module:factory", "net.py:Net"])
def test_a_model_without_a_command(model: str) -> None:
    assert f"`{model}` is a network, and the command is missing before it" in run(model, code=2)


def test_a_file_that_needs_its_suffix(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    with open("net.yaml", "w", encoding="utf-8") as file:
        file.write("{input: 64, network: [{linear: 10}]}")
    assert (
        run("analyze", "net", code=2) == "error: there is no architecture and no file `net`; did you mean `net.yaml`?\n"
    )
    assert run("analyze", "net.yml", code=2) == "error: there is no file `net.yml`; did you mean `net.yaml`?\n"
    assert run("analyze", "./ent.yaml", code=2) == "error: there is no file `./ent.yaml`; did you mean `net.yaml`?\n"
    assert "is a network, and the command is missing" in run("net.yaml", code=2)
