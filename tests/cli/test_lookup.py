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
        ("resnet5O", "error: there is no command `resnet5O`; did you mean `resnet50`?\n" + COMMANDS),
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
    ("spec", "what", "reference"),
    [
        ("mymodel.py", "is Python", "mymodel:FACTORY"),
        ("models/mymodel.py", "is Python", "models.mymodel:FACTORY"),
        ("../my-model.py@classes=10", "is Python", "my-model:FACTORY"),
        ("torchvision.models:resnet50", "names something in Python", "torchvision.models:resnet50"),
        ("model.onnx", "is an ONNX model", "package.module:factory"),
        ("weights.PTH", "holds weights", "package.module:factory"),
    ],
)
def test_models_that_are_no_specs(command: tuple[str, ...], spec: str, what: str, reference: str) -> None:
    assert run(*command, spec, code=2) == (
        f"error: `{spec.partition('@')[0]}` {what}, and a spec is YAML\n"
        "  = hint: describe the network in a spec (`cnncost zoo --show lenet5` prints one to begin with), "
        f"then `cnncost verify SPEC --against {reference}` compares it with a PyTorch model\n"
    )


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
