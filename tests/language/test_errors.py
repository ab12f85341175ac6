"""Every kind of error, its whole text: a spec in ``errors/NAME.yaml``, what refuses it in ``errors/NAME.txt``.

``UPDATE_GOLDEN=1 pytest tests/language/test_errors.py`` writes the texts again; look at the difference before
keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cnncost.errors import SpecError
from cnncost.language.limits import Limits
from cnncost.language.load import load, loads

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent / "errors"
SPECS = sorted(FOLDER.glob("*.yaml"))


def check_text(name: str, error: SpecError) -> None:
    """Hold the text of an error to its golden file."""
    path, text = FOLDER / f"{name}.txt", f"{error}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])
def test_spec(path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        loads(path.read_bytes(), "net.yaml")
    check_text(path.stem, caught.value)


NET = """\
input: [3, 32, 32]
vars:
  width: 16
  depths: [2, 2]
  wider(c): 2 * c
network:
  - {conv: wider(width), repeat: len(depths)}
variants:
  wide: {set: {width: 32}}
"""
TWO_INPUTS = "input: {left: [3, 8], right: [3, 8]}\nnetwork: [{add, from: [left, right]}]\n"


def net(**options: Any) -> Callable[[], object]:
    return lambda: loads(NET, "net.yaml", **options)


REQUESTS: dict[str, Callable[[], object]] = {
    "set-unknown": net(set={"widht": 8}),
    "set-unknown-without-guess": net(set={"growth": 8}),
    "set-unknown-of-none": lambda: loads("input: [3]\nnetwork: [relu]", "net.yaml", set={"width": 8}),
    "set-function": net(set={"wider": 8}),
    "set-empty": net(set={"width": ""}),
    "set-malformed": net(set={"width": "2 * (3 + 4"}),
    "set-unknown-name": net(set={"width": "2 * depth"}),
    "set-several": net(set={"width": "8,depths=[1, 2]"}),
    "set-wrong-type": net(set={"width": "[1, 2]"}),
    "set-unknown-step": net(set={"width": "{leaky_rellu: 0.1}"}),
    "set-not-yaml": net(set={"width": "{leaky_relu: 0.1"}),
    "set-nothing": net(set={"width": None}),
    "set-too-large": net(set={"width": 10**5000}),
    "set-control-character": net(set={"width": "1 \x1b[31m"}),
    "variant-unknown": net(variant="wied"),
    "variant-unknown-without-guess": net(variant="x2"),
    "variant-of-none": lambda: loads("input: [3]\nnetwork: [relu]", "net.yaml", variant="wide"),
    "input-unknown": lambda: loads(TWO_INPUTS, "net.yaml", input={"rigth": [3, 8]}),
    "input-unnamed": lambda: loads(TWO_INPUTS, "net.yaml", input=[3, 8]),
    "input-no-shape": net(input="wide"),
    "input-zero": net(input=[3, 0, 32]),
    "input-too-large": net(input=[10**16, 10**16, 32]),
    "input-too-many-axes": net(input=[1] * 9),
    "request-twice": lambda: load("resnet50@classes=10;classes=20"),
    "request-two-variants": lambda: load("resnet50@resnet101;resnet152"),
    "request-variant-unknown": lambda: load("resnet50@resnet51"),
    "file-missing": lambda: load("nets/missing.yaml"),
    "file-missing-of-a-shipped-name": lambda: load("nets/resnet50.yaml"),
    "file-nul": lambda: load("nets/\0.yaml"),
    "name-unknown": lambda: load("resnet5O"),
    "bytes-not-utf-8": lambda: loads(b"input: [3]\nname: caf\xe9\nnetwork: [relu]", "net.yaml"),
    "bytes-utf-16": lambda: loads("input: [3]".encode("utf-16"), "net.yaml"),
    "bytes-control-character": lambda: loads("input: [3]\nname: a\x07b\n", "net.yaml"),
    "bytes-too-many": lambda: loads(b"#" * 1_000_001, "net.yaml"),
    "limit-bytes": net(limits=Limits(bytes=100)),
    "limit-nodes": net(limits=Limits(nodes=1)),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_request(name: str) -> None:
    with pytest.raises(SpecError) as caught:
        REQUESTS[name]()
    check_text(name, caught.value)


def test_unknown_architecture_without_guess() -> None:
    with pytest.raises(SpecError) as caught:
        load("zzzzz")
    assert caught.value.message == "there is no architecture and no file `zzzzz`"
    assert caught.value.hint == "give a file, or an architecture that ships: `cnncost zoo` lists them"


def test_a_name_that_is_too_long_for_a_file() -> None:
    with pytest.raises(SpecError, match=r"^error: there is no architecture and no file `x{80}`"):
        load("x" * 5000 + "@width=3")
    with pytest.raises(SpecError, match=r"^error: cannot read `x{200}\.\.\.`: "):
        load("x" * 5000 + "/net.yaml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"cannot read `.*`: is a directory"):
        load(tmp_path)


def test_every_text_has_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in SPECS} | REQUESTS.keys()


@pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])
def test_the_text_points_at_its_line(path: Path) -> None:
    """The first note is the place, and the frame shows that line of the spec with carets inside it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    text = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert text[0].startswith("error: ")
    _, number, _column = text[1].strip().removeprefix("--> ").split(":")
    if len(text) > 2 and text[2].strip() == "|":
        shown = text[3].partition(" | ")[2]
        assert shown
        assert shown in lines[int(number) - 1]
        carets = text[4].partition(" | ")[2]
        assert set(carets.strip()) == {"^"}
        assert len(carets) <= max(len(shown), 1) + 1  # one behind the end, where something is missing
