"""`cnncost.toml`: what `cnncost check` checks in a project, and which budgets there are."""

from __future__ import annotations

import re
import tomllib
from glob import glob
from os.path import dirname, isfile, join, normpath
from typing import TYPE_CHECKING

from pydantic import ValidationError

from cnncost.errors import Source, Span, SpecError
from cnncost.files import read_file, reason, shown_path
from cnncost.graph.graph import BudgetText, LimitText
from cnncost.records import NamedTuple
from cnncost.report.budgets import Budget, budget_of
from cnncost.validation import Record, Text, Whole, first_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

_LARGEST = 1_000_000
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_TABLE = re.compile(r"^\s*\[\[\s*check\s*\]\]", re.MULTILINE)
_PATTERN = re.compile(r"[*?\[]")


class Entry(Record):
    """Networks that are checked, and their budget."""

    specs: tuple[Text, ...]
    """Paths from the folder of the file, which may be patterns such as ``nets/*.yaml``, or names of networks."""
    budget: dict[str, Whole | Text | dict[str, Whole | Text]]
    """Figures and what they may be at most, and `at`, the settings that this is for."""


class ProjectFile(Record):
    """The whole file."""

    check: tuple[Entry, ...]
    """What is checked."""


class Project(NamedTuple):
    """What a project has checked."""

    path: str
    """The file."""
    budgets: tuple[tuple[str, Budget], ...]
    """Each network, as a command is given it, with a budget; one network may have several."""

    @property
    def specs(self) -> list[str]:
        """The networks, each once."""
        return list(dict.fromkeys(spec for spec, _ in self.budgets))

    def budgets_of(self, spec: str) -> list[Budget]:
        """The budgets of a network, however its path is written."""
        return [budget for name, budget in self.budgets if name == spec or normpath(name) == normpath(spec)]


def read_project(path: str) -> Project:
    """What the file of a project has checked.

    Raises:
        SpecError: it cannot be read, is not TOML, or has something else in it than checks; a pattern that no file
            matches; a budget that cannot be.
    """
    source = Source(shown_path(path), _text(path))
    data = _toml(source)
    try:
        file = ProjectFile.model_validate(data)
    except ValidationError as error:
        raise SpecError(f"{first_fault(error, data)}", _first_line(source), hint=_HINT) from None
    places = list(_entries(source))
    budgets = []
    for place, entry in enumerate(file.check):
        budget = budget_of(_written(entry.budget, source, places[place]), source.name)
        budgets += [(spec, budget) for spec in _specs(entry.specs, path, source, places[place])]
    return Project(path, tuple(budgets))


_HINT = 'it has `[[check]]` tables, each with `specs = ["nets/*.yaml"]` and `budget = {params = "5M"}`'


def _text(path: str) -> str:
    try:
        data = read_file(path, _LARGEST)
    except OSError as error:
        raise SpecError(f"cannot read `{shown_path(path)}`: {reason(error)}") from None
    if len(data) > _LARGEST:
        raise SpecError(f"`{shown_path(path)}` is larger than {_LARGEST:,} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise SpecError(f"`{shown_path(path)}` is not UTF-8") from None


def _toml(source: Source) -> dict[str, Any]:
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.fullmatch(str(error))
        what, line, column = found.groups() if found else (str(error), None, None)
        end = source.text.count("\n") + 1
        row, start = (int(line), int(column)) if line and column else (end, 1)
        message = f"not TOML: {what[:1].lower()}{what[1:]}"
        raise SpecError(message, Span(source, row, start, row, start + 1)) from None


def _first_line(source: Source) -> Span:
    return Span(source, 1, 1, 1, len(source.line(1)) + 1)


def _entries(source: Source) -> Iterator[tuple[int, int]]:
    """Where each `[[check]]` stands in the text: TOML's reader does not say it."""
    starts = [found.start() for found in _TABLE.finditer(source.text)] or [0]
    yield from zip(starts, [*starts[1:], len(source.text)], strict=True)


def _span(key: str, source: Source, place: tuple[int, int]) -> Span:
    """The first mention of a key or a text in an entry."""
    start, end = place
    found = re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", source.text[start:end])
    at = start + (found.start() if found else 0)
    line, column = source.text.count("\n", 0, at) + 1, at - source.text.rfind("\n", 0, at)
    return Span(source, line, column, line, column + (len(key) if found else 1))


def _written(budget: Mapping[str, Any], source: Source, place: tuple[int, int]) -> BudgetText:
    """A budget as a spec has it, each of its lines with its place."""
    at = budget.get("at", {})
    wrong = next((key for key, value in budget.items() if isinstance(value, dict) != (key == "at")), None)
    if wrong is not None:
        wanted = "a table of settings" if wrong == "at" else "a number or a text"
        raise SpecError(f"`{wrong[:80]}` must be {wanted}", _span(wrong, source, place))
    limits = [LimitText(key, value, _span(key, source, place)) for key, value in budget.items() if key != "at"]
    if not limits:
        hint = 'give a figure and its limit, such as `params = "5M"`'
        raise SpecError("`budget` limits nothing", _span("budget", source, place), hint=hint)
    return BudgetText(tuple(limits), tuple([LimitText(key, at[key], _span(key, source, place)) for key in at]))


def _specs(patterns: Sequence[str], path: str, source: Source, place: tuple[int, int]) -> Iterator[str]:
    """The networks of an entry, from where the command runs."""
    for pattern in patterns:
        if _PATTERN.search(pattern):
            found = sorted(glob(join(dirname(path), pattern), recursive=True))
            if not found:
                raise SpecError(f"no file matches `{pattern[:80]}`", _span(pattern, source, place))
            yield from map(normpath, found)
        else:
            beside = join(dirname(path), pattern.partition("@")[0])
            yield normpath(join(dirname(path), pattern)) if isfile(beside) else pattern
