"""Networks side by side: figures with ratios to a baseline, and two networks stage by stage. Data, no formatting."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from cnncost.arguments import whole_number, wrong_type
from cnncost.display import displayed
from cnncost.errors import SpecError, did_you_mean
from cnncost.records import NamedTuple
from cnncost.report.totals import counted, total_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.metrics.metric import AtLeast
    from cnncost.report.report import Report
    from cnncost.report.rows import Row

_MOST_NAMED = 5
"""Networks whose names are shown in one line."""


@displayed
class Comparison(NamedTuple):
    """Several reports, what each is called, and which of them ratios refer to.

    >>> from cnncost import compare
    >>> comparison = compare(["resnet18", "resnet50"])
    >>> comparison, round(comparison.ratio("params", 1), 2)
    (<Comparison of 'resnet18', 'resnet50', baseline 'resnet18'>, 2.19)
    """

    names: tuple[str, ...]
    """As the networks were asked for."""
    reports: tuple[Report, ...]
    """One for each name."""
    baseline: int = 0
    """The position of the network that ratios refer to."""

    @classmethod
    def of(cls, reports: Sequence[Report], names: Sequence[str], baseline: str | int = 0) -> Comparison:
        """A comparison of these reports; a name that occurs twice is numbered.

        Raises:
            SpecError: fewer than two reports, no such baseline, or another convention in one of them.
        """
        if len(reports) < 2:
            raise SpecError("there is nothing to compare with", hint="give two networks or more")
        unique = numbered(names)
        _refuse_unlike(reports, unique)
        return cls(unique, tuple(reports), _position(baseline, unique))

    def __repr__(self) -> str:
        return f"<Comparison of {named(self.names)}, baseline {self.names[self.baseline]!r}>"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The figures that are compared."""
        return tuple([name for name in self.reports[0].totals if all(name in each.totals for each in self.reports)])

    @property
    def counted(self) -> tuple[str, ...]:
        """The names of what several conventions count, where all reports have it."""
        first, *others = [counted(report) for report in self.reports]
        return tuple(name for name in first if all(name in other for other in others))

    @property
    def unlike(self) -> tuple[str, ...]:
        """The settings in which the networks differ."""
        settings = [report.settings.to_dict() for report in self.reports]
        names = dict.fromkeys(name for each in settings for name in each)
        return tuple(name for name in names if any(each.get(name) != settings[0].get(name) for each in settings))

    def ratio(self, metric: str, position: int) -> float | None:
        """A total of one network over that of the baseline; ``None`` where either is unknown or the latter zero."""
        place = _position(position, self.names)
        value, base = (total_of(self.reports[each], metric) for each in (place, self.baseline))
        return None if value is None or not base else value / base

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: per network its settings, totals and ratios."""
        networks = [
            {
                "name": name,
                "network": report.name,
                **report.settings.to_dict(),
                "inputs": {key: list(shape) for key, shape in report.inputs.items()},
                "layers": len(report.rows),
                "totals": dict(report.totals),
                **({"at_least": dict(report.totals.at_least)} if report.totals.at_least else {}),
                "ratios": {metric: self.ratio(metric, position) for metric in self.metrics},
                **({"counts": self._counts(position)} if self.counted else {}),
            }
            for position, (name, report) in enumerate(zip(self.names, self.reports, strict=True))
        ]
        return {"schema": 1, "baseline": self.names[self.baseline], "networks": networks}

    def to_pandas(self) -> Any:
        """A data frame of pandas', a row for each network by its name; what is not known is missing.

        Columns are the settings, the totals, and behind each total its ratio to that of the baseline.

        Raises:
            SpecError: pandas is not installed.
        """
        from cnncost.report.frames import networks_frame

        return networks_frame(self)

    def _counts(self, position: int) -> dict[str, Any]:
        """What each convention counts of one network, with the ratio."""
        report = self.reports[position]
        return {
            count.convention: {**report.counts[count.convention].to_dict(), "ratio": self.ratio(name, position)}
            for name, count in counted(report).items()
            if name in self.counted
        }


class StageDifference(NamedTuple):
    """A stage of one network beside its counterpart in the other; ``None`` where there is none."""

    first: Row | None
    """The stage of the baseline."""
    second: Row | None
    """The stage of the other network."""

    def figures(self, metric: str) -> tuple[int | None, int | None]:
        """A metric of both; a missing stage has none of it."""
        first, second = (row.figures[metric] if row else 0 for row in self)
        return first, second

    def shown(self, metric: str) -> tuple[int | AtLeast | None, int | AtLeast | None]:
        """The same, and where it is not known what it is at least."""
        first, second = (row.figures.shown(metric) if row else 0 for row in self)
        return first, second

    def change(self, metric: str) -> int | None:
        """How much more the second has; ``None`` where either is unknown."""
        return difference(*self.figures(metric))


@displayed
class StageComparison(NamedTuple):
    """Two networks, stage by stage."""

    names: tuple[str, str]
    """As the networks were asked for, the baseline first."""
    reports: tuple[Report, Report]
    """One for each name."""
    stages: tuple[StageDifference, ...]
    """In the order of the networks."""

    def __repr__(self) -> str:
        first, second = self.names
        return f"<StageComparison of {first!r} and {second!r}: {len(self.stages)} stages>"

    @classmethod
    def of(cls, comparison: Comparison) -> StageComparison:
        """The top-level blocks of both networks, aligned: by name in their order, the rest one after the other.

        Raises:
            SpecError: not exactly two networks.
        """
        if len(comparison.reports) != 2:
            raise SpecError(f"stages are compared between two networks, not {len(comparison.reports)}")
        base = comparison.baseline
        first, second = comparison.reports[base], comparison.reports[1 - base]
        stages = tuple(_aligned(first.grouped(1).rows, second.grouped(1).rows))
        return cls((comparison.names[base], comparison.names[1 - base]), (first, second), stages)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: the names of both stages, the figures of both, and what the second has more."""
        metrics = self.reports[0].metrics
        stages = [
            {
                "names": [row.name if row else None for row in stage],
                "figures": [dict(row.figures) if row else None for row in stage],
                "change": {metric: stage.change(metric) for metric in metrics},
            }
            for stage in self.stages
        ]
        return {"schema": 1, "networks": list(self.names), "stages": stages}


def named(names: Sequence[str]) -> str:
    """Names in one line, however many there are.

    >>> named(["lenet5", "alexnet"]), named(list("abcdefgh"))
    ("'lenet5', 'alexnet'", "'a', 'b', 'c', 'd', 'e' and 3 more")
    """
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(repr, names[:_MOST_NAMED])) + more


def difference(first: int | AtLeast | None, second: int | AtLeast | None) -> int | None:
    """How much more the second is; ``None`` where either is unknown."""
    return second - first if isinstance(first, int) and isinstance(second, int) else None


def _aligned(first: Sequence[Row], second: Sequence[Row]) -> Iterator[StageDifference]:
    from difflib import SequenceMatcher  # only this comparison pays for the import

    matcher = SequenceMatcher(None, [row.name for row in first], [row.name for row in second], autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        yield from map(StageDifference._make, zip_longest(first[start:end], second[other_start:other_end]))


def _refuse_unlike(reports: Sequence[Report], names: Sequence[str]) -> None:
    """FLOPs of unlike conventions do not belong under one heading."""
    first = reports[0].settings.convention.name
    for name, report in zip(names, reports, strict=True):
        if (other := report.settings.convention.name) != first:
            raise SpecError(
                f"unlike settings: the convention is {first} for `{names[0]}` and {other} for `{name}`",
                hint="analyze all networks with the same convention",
            )


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names, those that occurred before with their position behind them.

    >>> numbered(["net", "other", "net"])
    ('net', 'other', 'net (3)')
    """
    taken: dict[str, None] = {}
    for position, name in enumerate(names, 1):
        unique = name
        while unique in taken:
            unique = f"{unique} ({position})"
        taken[unique] = None
    return tuple(taken)


def _position(baseline: object, names: tuple[str, ...]) -> int:
    position = whole_number(baseline)
    if position is not None:
        if 0 <= position < len(names):
            return position
        raise SpecError(f"there is no network number {position} among {len(names)}")
    if not isinstance(baseline, str):
        raise wrong_type("the baseline", "the position of a network or its name", baseline)
    if baseline not in names:
        raise SpecError(
            f"the baseline `{baseline[:80]}` is not among the networks{did_you_mean(baseline, names)}",
            hint="they are " + ", ".join(f"`{name}`" for name in names),
        )
    return names.index(baseline)
