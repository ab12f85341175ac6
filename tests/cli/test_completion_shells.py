"""The Tab key in bash, zsh and fish themselves: what it makes of a line."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from tests.cli.shells import has_shell, offered_by_fish, typed

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = "input: [3, 8, 8]\nvars: {width: 4}\nnetwork: [{conv: [width, 3]}, relu]\n"

SETUP = {
    "bash": 'eval "$(cnncost --show-completion bash)"',
    "zsh": 'autoload -Uz compinit; compinit -u -D; eval "$(cnncost --show-completion zsh)"',
    "fish": "cnncost --show-completion fish | source",
}

SHORTCUT = "stage[3].bottleneck[0].residual.shortcut."

LINES = {
    "cnncost ana": "cnncost analyze ",
    "cnncost help reco": "cnncost help reconcile ",
    "cnncost --show-completion fi": "cnncost --show-completion fish ",
    "cnncost analyze --optim": "cnncost analyze --optimizer ",
    "cnncost analyze lenet5 --format js": "cnncost analyze lenet5 --format json ",
    "cnncost analyze lenet5 --format=js": "cnncost analyze lenet5 --format=json ",
    "cnncost analyze lenet5 --columns layer,activation_b": "cnncost analyze lenet5 --columns layer,activation_bytes ",
    "cnncost compare lenet5 resnet152_v": "cnncost compare lenet5 resnet152_v1 ",
    "cnncost explain lenet5 linear_3": "cnncost explain lenet5 linear_3 ",
    "cnncost explain resnet50 stage[3].bottleneck[0].residual.sh": f"cnncost explain resnet50 {SHORTCUT}",
    "cnncost analyze resnet50@cl": "cnncost analyze resnet50@classes=",
    "cnncost analyze resnet50 --set cl": "cnncost analyze resnet50 --set classes=",
    "cnncost analyze resnet50 --set classes=": "cnncost analyze resnet50 --set classes=1000 ",
    "cnncost analyze torchv": "cnncost analyze torchvision:",
    "cnncost analyze my_n": "cnncost analyze my_net.yaml ",
    "cnncost analyze spe": "cnncost analyze specs/",
    "cnncost analyze specs/in": "cnncost analyze specs/inner.yaml ",
    "cnncost sweep lenet5 --pareto params,max:mac": "cnncost sweep lenet5 --pareto params,max:macs ",
    "cnncost memory lenet5 --device h2": "cnncost memory lenet5 --device h200 ",
}
"""What is typed, and what stands there once Tab was pressed."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with specs, and files that are none."""
    (tmp_path / "specs").mkdir()
    for name in ("my_net.yaml", "my_notes.txt", "specs/inner.yaml", "a file.yaml"):
        (tmp_path / name).write_text(NETWORK)
    return tmp_path


def needs(shell: str) -> None:
    if not has_shell(shell):
        pytest.skip(f"there is no {shell} here")


def completed(shell: str, lines: list[str], folder: Path) -> dict[str, str]:
    return dict(zip(lines, typed(shell, SETUP[shell], [f"{line}\t" for line in lines], folder), strict=True))


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_completes_a_line(shell: str, folder: Path) -> None:
    needs(shell)
    found = completed(shell, [*LINES], folder)
    assert {line: after.replace("\\", "") for line, after in found.items()} == LINES  # zsh quotes brackets


def test_fish_offers_what_completes_a_line(folder: Path) -> None:
    needs("fish")
    offered = offered_by_fish(SETUP["fish"], [*LINES], folder)
    assert dict(zip(LINES, offered, strict=True)) == {line: [shlex.split(LINES[line])[-1]] for line in LINES}


def test_what_is_installed_works_in_the_next_shell(folder: Path) -> None:
    line, after = "cnncost explain lenet5 linear_3", "cnncost explain lenet5 linear_3 "
    if has_shell("fish"):
        script = folder / ".config/fish/completions/cnncost.fish"
        setup = f"cnncost --install-completion fish >/dev/null; source {shlex.quote(str(script))}"
        assert offered_by_fish(setup, [line], folder) == [["linear_3"]]
    if has_shell("zsh"):
        setup = "cnncost --install-completion zsh; . ~/.zshrc"
        assert typed("zsh", setup, [f"{line}\t"], folder) == [after]
    needs("bash")
    setup = "cnncost --install-completion bash; . ~/.bashrc"
    assert typed("bash", setup, [f"{line}\t"], folder) == [after]


def test_settings_within_quotes(folder: Path) -> None:
    line = "cnncost analyze 'resnet50@classes=10;out"
    if has_shell("zsh"):
        assert typed("zsh", SETUP["zsh"], [f"{line}\t"], folder) == [f"{line}put_stride="]
    needs("bash")
    assert typed("bash", SETUP["bash"], [f"{line}\t"], folder) == [f"{line}put_stride='"]  # bash closes the quote


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_spaces_in_names_of_files_are_quoted(shell: str, folder: Path) -> None:
    needs(shell)
    assert typed(shell, SETUP[shell], ["cnncost analyze a\\ f\t"], folder) == ["cnncost analyze a\\ file.yaml "]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_fits_nothing_stays_as_it_is(shell: str, folder: Path) -> None:
    needs(shell)
    lines = ["cnncost analyze nothing_like_it", "cnncost analyze lenet5 --batch 1", "cnncost explain missing.yaml con"]
    assert completed(shell, lines, folder) == {line: line for line in lines}
