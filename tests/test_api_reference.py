"""The reference of the Python API has every public name, and every public name says what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import griffe
import pytest

import cnncost
from docs.writers import api_docstrings
from docs.writers.api_reference import arguments_of, members, pages, public, records, undocumented

if TYPE_CHECKING:
    from pathlib import Path

FUNCTIONS = [each for each in public().values() if each.is_function]
RECORDS = [each for each in public().values() if each.is_class]


def by_name(thing: griffe.Object) -> str:
    return thing.name


def kinds(thing: griffe.Object) -> set[str]:
    return {section.kind.value for section in api_docstrings.parsed(thing)}


def lacks(function: griffe.Function) -> list[str]:
    """What a docstring does not say of a function."""
    text = function.docstring.value if function.docstring else ""
    described = arguments_of(function)
    faults = [f"the argument `{each.name}`" for each in function.parameters if each.name not in described]
    faults += [] if "raises" in kinds(function) else ["what is raised"]
    faults += [] if ">>>" in text else ["an example"]
    return faults if text else ["what it does"]


def test_every_public_name_has_a_section() -> None:
    text = {name: write() for name, write in pages().items()}
    for name in cnncost.__all__:
        assert any(f"\n## {name}\n" in page for page in text.values()), name
        assert f"[`{name}`](" in text["reference/index.md"], name


@pytest.mark.parametrize("function", FUNCTIONS, ids=by_name)
def test_a_function_says_what_it_takes_and_raises_with_an_example(function: griffe.Function) -> None:
    assert lacks(function) == []


@pytest.mark.parametrize("record", RECORDS, ids=by_name)
def test_a_public_record_has_an_example(record: griffe.Class) -> None:
    texts = [each.docstring.value for each in (record, *members(record)) if each.docstring]
    assert any(">>>" in text for text in texts)


@pytest.mark.parametrize("record", [*records().values()], ids=by_name)
def test_a_record_says_what_it_is_and_what_each_field_holds(record: griffe.Class) -> None:
    assert record.docstring
    assert undocumented(record) == []


def test_names_that_are_not_documented_would_be_found(tmp_path: Path) -> None:
    source = '''
def bare(x): ...
def half(x, y):
    """What.

    Args:
        x: this.
    """
class Bare:
    """A record."""
    x: int
    y: int
    """This."""
    def method(self): ...
'''
    (tmp_path / "strange.py").write_text(source)
    module = griffe.load("strange", search_paths=[tmp_path])
    assert lacks(module["bare"]) == ["what it does"]
    assert lacks(module["half"]) == ["the argument `y`", "what is raised", "an example"]
    assert [each.name for each in module["Bare"].members.values() if not each.docstring] == ["x", "method"]


def test_types_are_linked_where_they_have_a_section() -> None:
    text = pages()["reference/functions.md"]()
    assert "Returns: [`Report`](reports.md#report).\n" in text
    assert "as for [`load`](#load)" in text


def test_a_section_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "strange.py").write_text('def f():\n    """What.\n\n    Warns:\n        X: y.\n    """\n')
    function = griffe.load("strange", search_paths=[tmp_path])["f"]
    with pytest.raises(ValueError, match=r"strange\.f: nothing is known of"):
        list(api_docstrings.sections(function, api_docstrings.Links({})))
