"""Files of conventions: what is read, and the whole text of every refusal.

A file in ``errors/NAME.yaml``, what refuses it in ``errors/NAME.txt``; ``UPDATE_GOLDEN=1 pytest tests/conventions``
writes the texts anew: look at the difference before keeping it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.conventions.file import read_convention, read_file
from cnncost.errors import SpecError
from tests.graphs import chain

FOLDER = Path(__file__).parent / "errors"
FILES = sorted(FOLDER.glob("*.yaml"))

SMALLEST = "{name: mine, unit: MACs, source: me, about: It counts., rules: {conv: mac}, otherwise: 0}"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_refused(path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read_convention(path.read_bytes(), "mine.yaml")
    golden, text = path.with_suffix(".txt"), f"{caught.value}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_text_has_its_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in FILES}


def test_what_is_read() -> None:
    own = read_convention(
        """
name: mine
unit: FLOPs
flops_per_mac: 3
source: >
  somebody,
  somewhere
about: How it counts.
quirks:
  - It leaves much
    out.
vars: {area: product(kernel)}
rules:
  conv, linear: mac
  conv_transpose: >
    area
    * batch
otherwise: 1
""",
        "mine.yaml",
    )
    assert (own.name, own.unit, own.flops_per_mac) == ("mine", "FLOPs", 3)
    assert (own.source, own.about, own.quirks) == ("somebody, somewhere", "How it counts", ("It leaves much out.",))
    assert [(rule.layers, rule.text) for rule in own.book.rules] == [
        (("conv", "linear"), "mac"),
        (("conv_transpose",), "area * batch"),
    ]
    assert own.rule_of("relu").text == "1"


@pytest.mark.parametrize(("unit", "per_mac"), [("MACs", 1), ("FLOPs", 2)])
def test_what_a_multiply_accumulate_counts_follows_from_the_unit(unit: str, per_mac: int) -> None:
    own = read_convention(SMALLEST.replace("MACs", unit), "mine.yaml")
    assert own.flops_per_mac == per_mac
    assert own.quirks == ()


@settings(deadline=None, derandomize=True)
@given(st.integers(0, len(SMALLEST)), st.integers(0, 8), st.text("{}[]:,'\"#&*!|>%-+/() \n\0abcmot0129.", max_size=6))
def test_what_is_spoilt_is_read_or_refused(start: int, length: int, inserted: str) -> None:
    with suppress(SpecError):
        read_convention(SMALLEST[:start] + inserted + SMALLEST[start + length :], "mine.yaml")


@pytest.mark.parametrize("variables", [2_000, 20])
def test_variables_that_read_one_another(variables: int) -> None:
    """However many; so many that evaluating them at a layer nests too deep is said, not raised."""
    lines = "".join(f"  v{number}: v{number - 1} + 1\n" for number in range(1, variables))
    text = SMALLEST[1:-1].replace(", ", "\n").replace("{conv: mac}", f"{{conv: v{variables - 1}}}")
    own = read_convention(f"{text}\nvars:\n  v0: 1\n{lines}", "mine.yaml")
    (node,) = chain([("conv", {"out": 1})], (1, 2)).layers
    if variables == 20:
        assert own.count(node, node.operations(), 1, training=False) == 20
    else:
        with pytest.raises(SpecError, match="nest too deep"):
            own.count(node, node.operations(), 1, training=False)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^error: there is no file `nowhere/mine.yaml`$"):
        read_file("nowhere/mine.yaml")
    with pytest.raises(SpecError, match=r"^error: cannot read `.*`: is a directory$"):
        read_file(tmp_path)
    with pytest.raises(SpecError, match=r"is not a valid path$"):
        read_file("nul\0.yaml")
