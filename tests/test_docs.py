"""The documents say what is so: every example is run, everything generated is up to date."""

from __future__ import annotations

import doctest
import re
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from cnncost.layers import REGISTRY
from docs import peaks
from docs.generate import DOCUMENTS, called, faults, main
from docs.writers import examples, picture, tables
from docs.writers.examples import ROOT
from docs.writers.formula_reference import examples as layer_examples

if TYPE_CHECKING:
    from pathlib import Path

PAGES = pytest.mark.parametrize("document", DOCUMENTS, ids=called)


@PAGES
def test_a_document_holds(document: Path) -> None:
    assert "\n".join(faults(document)) == ""


@PAGES
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)]*)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        page = (document.parent / path) if path else document
        assert page.exists(), target
        if anchor:
            assert anchor in anchors(page), target


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_peaks_of_the_zoo_are_what_analyze_finds() -> None:
    assert list(peaks.faults(every=8)) == []


def test_the_picture_shows_what_the_command_prints() -> None:
    assert list(picture.faults()) == []
    assert ElementTree.parse(picture.PATH).getroot().tag.endswith("svg")


def test_every_layer_type_has_its_formulas_documented() -> None:
    headings = anchors(ROOT / "docs" / "formulas.md")
    assert headings >= set(REGISTRY)


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_what_symbols_cannot_say_is_said_in_words(keyword: str) -> None:
    for example in layer_examples(REGISTRY[keyword]):
        assert example.formulas.reach is not None or REGISTRY[keyword].reach.__doc__


@pytest.mark.parametrize("module", [examples, tables])
def test_doctests_of_the_generator(module: object) -> None:
    outcome = doctest.testmod(module)  # type: ignore[arg-type]
    assert outcome.attempted > 0
    assert outcome.failed == 0


# That the checks above can fail.


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```yaml params=449\ninput: [3, 32, 32]\nnetwork: [{conv: [16, 3]}]\n```\n", "params is 448 and not 449"),
        ("```yaml output=16x32x32\ninput: [3, 32, 32]\nnetwork: [{conv: [16, 3]}]\n```\n", "output is 16x30x30"),
        ("```yaml\ninput: [3, 32, 32]\nvars: {width: 3}\nnetwork: [relu]\n```\n", "`width` on line 2 is used"),
        ("```yaml error\ninput: [3, 32, 32]\nnetwork: [relu]\n```\n", "no error in"),
        ("```yaml\ninput: [3, 32, 32]\nnetwork: [rely]\n```\n", "did you mean `relu`"),
        ("```python\n>>> 1 + 1\n3\n```\n", "Got:\n    2"),
    ],
)
def test_a_false_example_is_found(text: str, complaint: str) -> None:
    assert complaint in "\n".join(examples.failures(text))


def test_the_output_of_commands_is_written_anew() -> None:
    spec = "input: [3]\nnetwork: [linear: 2]\n"
    text = f"```yaml file=net.yaml\n{spec}```\n\n```console\n$ cat net.yaml; false\n%s```\n"
    assert examples.refreshed(text % "old\n") == text % spec


@pytest.mark.parametrize("claim", ["", " error"])
def test_an_error_must_be_expected(claim: str) -> None:
    command = "echo fine" if claim else "cnncost analyze nothing.yaml"
    with pytest.raises(RuntimeError, match="unexpected"):
        examples.refreshed(f"```console{claim}\n$ {command}\n```\n")


def test_a_command_that_crashes_is_no_example() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        examples.refreshed("```console\n$ python3 -c 1/0\n```\n")


def test_without_pytorch_the_generator_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["--check"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install torch" in line
