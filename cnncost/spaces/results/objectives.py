"""What is to be small, or large: `params`, `-accuracy`, `max:accuracy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.arguments import text as checked_text
from cnncost.errors import SpecError, did_you_mean
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import METRICS
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.records import NamedTuple
from cnncost.report.totals import figure_meant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Objective(NamedTuple):
    """A column of which less, or more, is better.

    >>> objective("max:accuracy"), objective("params").text
    (Objective(name='accuracy', maximise=True), 'params')
    """

    name: str
    """The column."""
    maximise: bool = False
    """Whether more is better."""

    @property
    def text(self) -> str:
        """As it is written."""
        return f"max:{self.name}" if self.maximise else self.name


def objective(text: str) -> Objective:
    """The objective that a text is. Costs are to be small; of anything else, the text must say.

    Raises:
        SpecError: it names nothing, or does not say whether more is better.
    """
    name = checked_text("what is wanted", text, "a column, such as `max:accuracy`").strip()
    direction, colon, rest = name.partition(":")
    if colon and direction in ("min", "max"):
        return Objective(_named(rest, text), direction == "max")
    if name.startswith("-"):
        return Objective(_named(name[1:], text), maximise=True)
    name = _named(name, text)
    costs = (*METRICS, *ESTIMATES, *ON_DEVICE)
    if name not in costs and not name.startswith("count:"):
        close = figure_meant(name, costs)
        hint = f"write `max:{name}` or `min:{name}`"
        raise SpecError(f"is more of `{name[:60]}` better, or less{close or '?'}", hint=hint)
    return Objective(name)


def objectives(texts: str | Iterable[str | Objective]) -> tuple[Objective, ...]:
    """The objectives of a list, or of a text with commas.

    Raises:
        SpecError: one is none, or is named twice.

    >>> [each.text for each in objectives("params,macs,-accuracy")]
    ['params', 'macs', 'max:accuracy']
    """
    given = texts.split(",") if isinstance(texts, str) else texts
    found = tuple([each if isinstance(each, Objective) else objective(each) for each in given])
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SpecError(f"`{twice}` is an objective twice")
    if not found:
        raise SpecError("a frontier has one objective or more", hint="write `params,macs`")
    return found


def refuse_missing(name: str, columns: Collection[str]) -> None:
    """Refuse a name that is no column.

    Raises:
        SpecError: it is none.
    """
    if name not in columns:
        hint = f"there are {', '.join(f'`{each}`' for each in columns)}"
        raise SpecError(f"there is no column `{name[:80]}`{did_you_mean(name, columns)}", hint=hint)


def _named(name: str, text: str) -> str:
    if not name.strip():
        raise SpecError(f"`{text[:40]}` names no objective", hint="write `params`, `max:accuracy` or `-accuracy`")
    return name.strip()
