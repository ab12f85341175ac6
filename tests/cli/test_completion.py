"""What is offered when Tab is pressed, by the protocol that shells use; and that nothing heavy is imported for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cnncost.cli.app import COMMANDS, app
from cnncost.cli.completion.kinds import FREE, KINDS, NAMES
from cnncost.cli.on_demand import CommandsOnDemand
from cnncost.footprint.settings import IMPLEMENTATIONS, LOSSES
from cnncost.render.format import format_names
from cnncost.roofline.report import FIGURES
from cnncost.settings import AMP, ITEM_SIZES, MODES, OPTIMIZER_STATES
from docs.writers.examples import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = CommandsOnDemand(COMMANDS)
KNOWN = {*KINDS, *NAMES, *FREE}
RESNET = [f"{name}=" for name in ("depths", "unit", "v1", "output_stride", "norm", "classes")]
SIZES = ("_035", "_050", "")
SPEC = "input: [3, 8, 8]\nvars: {width: 4, deep: true, twice(x): 2 * x}\nnetwork: [{conv: [width, 3]}, relu]\n"


def offered(line: str, shell: str = "fish") -> list[str]:
    asked = {"_CNNCOST_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    result = CliRunner().invoke(app, [], env=asked, prog_name="cnncost")
    assert (result.exit_code, result.stderr) == (0, "")
    return [row.partition("\t")[0] for row in result.stdout.splitlines()]


@pytest.fixture(autouse=True)
def _in_a_folder_with_specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets").mkdir()
    for name in ("mine.yaml", "nets/other.yml", "model.onnx", "yolo.cfg", "notes.txt", ".hidden.yaml"):
        (tmp_path / name).write_text(SPEC)
    (tmp_path / "factories.py").write_text("raise RuntimeError\ndef small(): ...\ndef _own(): ...\nclass Large: ...\n")


def test_commands_and_their_summaries() -> None:
    result = CliRunner().invoke(app, [], env={"_CNNCOST_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "cnncost "})
    rows = dict(row.split("\t") for row in result.stdout.splitlines())
    assert [*rows] == [*COMMANDS, "help"]
    assert rows["check"] == "Check networks against budgets."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cnncost co", ["compare", "conventions"]),
        ("cnncost help co", ["compare", "conventions"]),
        ("cnncost help compare ", []),
        ("cnncost nothing ", []),
        ("cnncost --s", ["--show-completion"]),
        ("cnncost --show-completion ", ["bash", "zsh", "fish"]),
        ("cnncost analyze --d", ["--dtype", "--depth"]),
        ("cnncost analyze --depth 2 --d", ["--dtype"]),
        ("cnncost analyze --set a=1 --se", ["--set"]),
        ("cnncost analyze -- --d", []),
        ("cnncost verify --no", ["--no-latency"]),
        ("cnncost analyze lenet5 -f ", [*format_names()]),
        ("cnncost analyze lenet5 --format=cs", ["--format=csv"]),
        ("cnncost analyze --format json lenet5_", ["lenet5_28", "lenet5_mnist"]),
        ("cnncost analyze lenet5 ", []),
        ("cnncost compare lenet5 --raw alexnet_", ["alexnet_original", "alexnet_torchvision"]),
        ("cnncost analyze lenet5 --optimizer ad", ["adam", "adamw", "adagrad"]),
        ("cnncost analyze lenet5 --dtype b", ["bfloat16"]),
        ("cnncost analyze lenet5 --amp ", ["bf16", "fp16"]),
        ("cnncost analyze lenet5 --batch 1", []),
        ("cnncost analyze lenet5 --convention textbook,fvc", ["textbook,fvcore"]),
        ("cnncost analyze lenet5 --convention al", ["all"]),
        ("cnncost analyze lenet5 --columns layer,lay", ["layer,layers"]),
        ("cnncost analyze lenet5 --columns winograd_2_b", ["winograd_2_bytes"]),
        ("cnncost analyze lenet5 --sort mac", ["macs"]),
        ("cnncost memory lenet5 --device h1", ["h100-sxm", "h100-pcie"]),
        ("cnncost memory lenet5 --plot n", ["nets/"]),
        ("cnncost fit lenet5 --loss ", ["cross_entropy", "mse", "sum"]),
        ("cnncost check lenet5 --max peak", ["peak_bytes="]),
        ("cnncost explain lenet5 --total peak", ["peak_bytes"]),
        ("cnncost explain lenet5 --symbolic batch,in", ["batch,input"]),
        ("cnncost explain resnet50 --symbolic batch,cl", ["batch,classes"]),
        ("cnncost explain conv_tr", ["conv_transpose"]),
        ("cnncost explain conv --set out=8,ker", ["out=8,kernel="]),
        ("cnncost sweep mobilenet_v2 --vary al", ["alpha="]),
        ("cnncost sweep mobilenet_v2 --vary inp", ["input="]),
        ("cnncost sweep lenet5 --by max:par", ["max:params", "max:param_bytes"]),
        ("cnncost compare lenet5 --axes mac", ["macs"]),
        ("cnncost compare lenet5 --axes macs,peak", ["macs,peak_bytes"]),
        ("cnncost compare lenet5 --axes macs,params,", []),
        ("cnncost zoo --task seg", ["segmentation"]),
        ("cnncost zoo --metric 'COCO AP", ["COCO AP", "COCO AP50"]),
        ("cnncost zoo --show lenet5_m", ["lenet5_mnist"]),
        ("cnncost layers maxp", ["maxpool"]),
        ("cnncost schema ver", ["verify"]),
        ("cnncost conventions ptflops_", ["ptflops_aten"]),
        ("cnncost verify lenet5 --against mi", ["mine.yaml"]),
    ],
)
def test_words(line: str, words: list[str]) -> None:
    assert offered(line) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cnncost analyze ./", ["./factories.py", "./mine.yaml", "./model.onnx", "./nets/", "./yolo.cfg"]),
        ("cnncost analyze nets/", ["nets/other.yml"]),
        ("cnncost analyze ./.h", ["./.hidden.yaml"]),
        ("cnncost analyze missing/", []),
        ("cnncost sweep --space mi", ["mine.yaml"]),
        ("cnncost sweep --data no", ["notes.txt"]),
        ("cnncost analyze mine.yaml@", ["mine.yaml@width=", "mine.yaml@deep="]),
        ("cnncost analyze mine.yaml@width=", ["mine.yaml@width=4"]),
        ("cnncost analyze mine.yaml --set deep=", ["deep=true", "deep=false"]),
        ("cnncost analyze 'mine.yaml@width=8;de", ["mine.yaml@width=8;deep="]),
        ("cnncost compare mine.yaml@ba", ["mine.yaml@batch="]),
        ("cnncost explain mine.yaml ", ["conv", "relu"]),
        ("cnncost analyze missing.yaml --set ", []),
        ("cnncost analyze notes.txt@", ["notes.txt@width=", "notes.txt@deep="]),
        ("cnncost explain model.onnx ", []),
        ("cnncost explain torchvision:resnet50 ", []),
        ("cnncost analyze --set ", []),
        ("cnncost compare mine.yaml resnet50 --set ", ["width=", "deep=", *RESNET]),
        ("cnncost sweep --vary ba", ["batch="]),
        ("cnncost analyze factories.py:", ["factories.py:small", "factories.py:Large"]),
        ("cnncost analyze missing.py:", []),
        ("cnncost analyze torchvision:resnet15", ["torchvision:resnet152"]),
        ("cnncost import timm:mobilenetv4_conv_sm", [f"timm:mobilenetv4_conv_small{size}" for size in SIZES]),
        ("cnncost analyze nothing:", []),
    ],
)
def test_files_and_what_is_named_in_them(line: str, words: list[str]) -> None:
    assert offered(line) == words


def test_layers_come_one_part_of_their_names_after_the_other() -> None:
    begun = ["conv_bn.", "relu", "maxpool", "stage[0].", "stage[1].", "stage[2].", "stage[3]."]
    assert offered("cnncost explain resnet50 ")[:7] == begun
    assert offered("cnncost explain resnet50 stage[0].") == [f"stage[0].bottleneck[{turn}]." for turn in range(3)]
    assert offered("cnncost explain resnet50 stage.0.bottleneck.") == [
        f"stage.0.bottleneck.{turn}." for turn in range(3)
    ]
    assert offered("cnncost explain resnet50 nothing.") == []
    assert offered("cnncost explain resnet50@depths=[1,1,1,1] stage[0].") == ["stage[0].bottleneck[0]."]
    assert offered("cnncost explain resnet50 --set depths=[2,1,1,1] stage[0].")[1:] == ["stage[0].bottleneck[1]."]
    assert "relu" not in offered("cnncost memory resnet50 --checkpoint ")


def test_a_layer_of_whole_blocks_is_taken_as_it_is_offered() -> None:
    result = CliRunner().invoke(app, ["explain", "resnet50", "stage[0].", "--format", "json"], prog_name="cnncost")
    assert json.loads(result.stdout)["block"] == "stage[0]"


def test_bash_gets_what_it_puts_in_place_of_its_own_part_of_the_word() -> None:
    asked = {"_CNNCOST_COMPLETE": "complete_bash", "_TYPER_COMPLETE_ARGS": "cnncost analyze resnet50@cl"}
    for replaced, answer in (("cl", "classes=\n"), ("resnet50@cl", "resnet50@classes=\n")):
        told = {**asked, "_CNNCOST_COMPLETE_WORD": replaced}
        assert CliRunner().invoke(app, [], env=told, prog_name="cnncost").stdout == answer


def test_bash_as_typer_asks_it() -> None:
    asked = {"_CNNCOST_COMPLETE": "complete_bash", "COMP_WORDS": "cnncost analyze resnet152_", "COMP_CWORD": "2"}
    assert CliRunner().invoke(app, [], env=asked, prog_name="cnncost").stdout == "resnet152_v1\n"
    asked |= {"COMP_WORDS": "cnncost analyze", "COMP_CWORD": "2"}
    assert "resnet50\n" in CliRunner().invoke(app, [], env=asked, prog_name="cnncost").stdout


# What commands take, by construction.


def parameters() -> list[Any]:
    program = get_command(app)
    found = [pytest.param(param, id=f"cnncost {param.name}") for param in program.params]
    for name in COMMANDS:
        found += [pytest.param(param, id=f"{name} {param.name}") for param in COMMAND[name].params]
    return found


def kinds_in(metavar: str) -> list[str]:
    if metavar in KNOWN:
        return []
    bare = metavar.replace(",...", "").replace("[max:]", "").replace(",", "|")
    return [word for word in bare.split("|") if word != word.lower()]


@pytest.mark.parametrize("param", parameters())
def test_every_parameter_says_its_values_or_their_form_and_what_it_is_for(param: Any) -> None:
    assert param.help
    if not getattr(param, "is_flag", False):
        assert {*kinds_in(param.metavar)} <= KNOWN


def test_a_form_that_is_not_known_would_be_found() -> None:
    assert kinds_in("bf16|NONSENSE,...") == ["NONSENSE"]


@pytest.mark.parametrize(
    ("command", "name", "known"),
    [
        ("analyze", "dtype", ITEM_SIZES),
        ("analyze", "optimizer", OPTIMIZER_STATES),
        ("verify", "optimizer", OPTIMIZER_STATES),
        ("analyze", "mode", MODES),
        ("analyze", "amp", [name for name in AMP if name not in AMP.values()]),
        ("memory", "loss", LOSSES),
        ("latency", "sort", FIGURES),
        ("memory", "implementation", IMPLEMENTATIONS),
    ],
)
def test_values_in_help_are_those_that_are_taken(command: str, name: str, known: Any) -> None:
    (param,) = [param for param in COMMAND[command].params if param.name == name]
    assert param.metavar.split("|") == [*known]


@pytest.mark.parametrize("line", ["cnncost analyze res", "cnncost analyze resnet50@", "cnncost explain resnet50 stage"])
def test_completion_imports_nothing_heavy(line: str) -> None:
    program = (
        "import atexit, sys\natexit.register(lambda: print('imported:', *sorted(sys.modules)))\n"
        "from cnncost.cli import main\nsys.argv = ['cnncost']\nmain()"
    )
    asked = {"_CNNCOST_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": line}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    *answers, imported = ran.stdout.splitlines()
    assert answers
    assert not {"torch", "numpy", "pydantic", "rich.console"} & {*imported.split()}


# Setting it up.


@pytest.mark.parametrize(
    ("shell", "file", "start", "line"),
    [
        ("bash", ".bash_completions/cnncost.sh", ".bashrc", "source '{home}/.bash_completions/cnncost.sh'"),
        ("zsh", ".zfunc/_cnncost", ".zshrc", "fpath+=~/.zfunc; autoload -Uz compinit; compinit"),
        ("fish", ".config/fish/completions/cnncost.fish", None, ""),
    ],
)
def test_it_installs_itself_once(shell: str, file: str, start: str | None, line: str, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "ZDOTDIR": "", "XDG_CONFIG_HOME": ""}
    if start is not None:
        (tmp_path / start).write_text("alias ll='ls -l'")
    shown = CliRunner().invoke(app, ["--show-completion", shell], prog_name="cnncost").stdout
    for _ in range(2):
        said = CliRunner().invoke(app, ["--install-completion", shell], env=home, prog_name="cnncost")
        assert said.stdout.startswith(f"{shell} completion is installed in {tmp_path / file}; it works")
    assert (tmp_path / file).read_text() == shown
    if start is not None:
        assert (tmp_path / start).read_text().splitlines() == ["alias ll='ls -l'", line.format(home=tmp_path)]


def test_the_shell_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("fish", "/usr/bin/fish"))
    for arguments in (["--show-completion"], ["--show-completion", "fish"], ["--show-completion=fish"]):
        shown = CliRunner().invoke(app, arguments, prog_name="cnncost")
        assert shown.stdout.startswith("# Completion of cnncost in fish.\n")


@pytest.mark.parametrize(
    ("arguments", "found", "message"),
    [
        (["--show-completion", "csh"], "bash", "there is no completion for `csh`"),
        (["--install-completion"], "dash", "there is no completion for `dash`"),
        (["--show-completion"], "", "it is not known which shell this is"),
    ],
)
def test_shells_that_are_not_known(
    arguments: list[str], found: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: (found, found))
    said = CliRunner().invoke(app, arguments, prog_name="cnncost")
    assert said.exit_code == 2
    assert said.stderr == f"error: {message}\n  = hint: name one behind the option: bash, zsh, fish\n"


def test_a_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".bash_completions").write_text("a file")
    monkeypatch.setenv("HOME", str(tmp_path))
    said = CliRunner().invoke(app, ["--install-completion", "bash"], prog_name="cnncost")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.startswith("error: the completion of bash cannot be installed: ")
