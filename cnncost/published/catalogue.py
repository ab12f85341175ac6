"""The architectures that ship, as data: what each costs, what others publish of it, and which are on the frontier.

Documents are read and no graph is made: what a network costs is what its `expect` says, which tests compare with
PyTorch.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnncost.arguments import text
from cnncost.display import displayed
from cnncost.errors import SpecError, did_you_mean
from cnncost.language import library
from cnncost.language.document.document import Document, read_document
from cnncost.language.yaml.reader import parse
from cnncost.published import tasks
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cnncost.graph.graph import Published

METRIC = "ImageNet top-1"
"""What accuracies are of that come first where they are put in order."""

_STEPS = re.compile(r"^(?:vars|blocks|network):.*?(?=^\w|\Z)", re.MULTILINE | re.DOTALL)


class Entry(NamedTuple):
    """One architecture; ``None`` where nothing is known."""

    name: str
    """As commands take it."""
    family: str
    """The file that describes it."""
    year: int | None
    """In which it was published."""
    task: str | None
    """What it was published for."""
    params: int | None
    """Exact."""
    macs: int | None
    """Exact, of one sample."""
    accuracy: float | None
    """Percent of `metric`."""
    metric: str | None
    """What the accuracy is of."""
    accuracy_source: str | None
    """Who printed the accuracy."""
    source: str | None
    """Where the architecture was published."""
    published: tuple[Published, ...]
    """All that others print of it."""
    peak_bytes: int | None = None
    """The most memory that the tensors of a step take at once: of one sample, on CUDA, in the zoo's mode."""

    def __repr__(self) -> str:
        known = {"params": self.params, "macs": self.macs, "accuracy": self.accuracy}
        figures = "".join(f", {name}={value:_}" for name, value in known.items() if value is not None)
        return f"<Entry {self.name!r}, {self.year}{figures}>"

    def measured_by(self, metric: str) -> Entry:
        """The entry with its accuracy of that metric, or with none."""
        return self._replace(**_accuracy(claim for claim in self.published if claim.metric == metric))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**self._asdict(), "published": [claim._asdict() for claim in self.published]}


@displayed
class Zoo(NamedTuple):
    """Architectures."""

    entries: tuple[Entry, ...]
    """In some order."""
    metric: str | None = None
    """What all their accuracies are of, where that was asked for."""
    mode: str = "infer"
    """Of which step their memory is."""
    amp: str | None = None
    """What autocast runs its operations in."""
    faults: tuple[SpecError, ...] = ()
    """What is wrong with the files that are not among them for it."""
    others: tuple[Entry, ...] = ()
    """What is not among them for being matched by a cheaper one, where a frontier was asked for."""

    def __repr__(self) -> str:
        return f"<Zoo of {len(self.entries)} architectures>"

    def measured_by(self, metric: str) -> Zoo:
        """Those with an accuracy of that metric.

        Raises:
            SpecError: no architecture has one.
        """
        measured = [entry.measured_by(metric) for entry in self.entries]
        known = tuple([entry for entry in measured if entry.accuracy is not None])
        if not known:
            metrics = {claim.metric: None for entry in self.entries for claim in entry.published if claim.accuracy}
            hint = "it is of " + ", ".join(f"`{name}`" for name in metrics) if metrics else None
            close = did_you_mean(metric, metrics)
            raise SpecError(f"nothing here has a published accuracy of `{metric[:80]}`{close}", hint=hint)
        return self._replace(entries=known, metric=metric)

    def frontier(self) -> Zoo:
        """Those that no cheaper network matches in accuracy, of one metric, the cheapest first.

        The metric is that which most of them are measured by, unless one was asked for.

        Raises:
            SpecError: none has an accuracy, or none has one of the metric.
        """
        metric = self.metric or tasks.usual_metric(self.entries)
        if metric is None:
            hint = "`cnncost zoo` shows which architectures have one"
            raise SpecError("nothing here has a published accuracy", hint=hint)
        measured = self.measured_by(metric).entries
        best = frontier(measured)
        names = {entry.name for entry in best}
        others = tuple([entry for entry in measured if entry.name not in names])
        return self._replace(entries=best, metric=metric, others=others)

    def sorted_by(self, key: str) -> Zoo:
        """In the order of a name of :data:`SORTS`; what has none of it comes last.

        Raises:
            SpecError: there is no such order.
        """
        if text("an order", key, "a name") not in SORTS:
            hint = "one of " + ", ".join(SORTS)
            raise SpecError(f"unknown order `{key[:80]}`{did_you_mean(key, SORTS)}", hint=hint)
        return self._replace(entries=tuple(sorted(self.entries, key=SORTS[key])))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        of_step = {"mode": self.mode, "amp": self.amp}
        return {
            "schema": 1,
            "metric": self.metric,
            **of_step,
            "architectures": [entry.to_dict() for entry in self.entries],
        }

    def to_pandas(self) -> Any:
        """A data frame of pandas', a row for each architecture by its name; what is not known is missing.

        Raises:
            SpecError: pandas is not installed.
        """
        from cnncost.frames import data_frame

        fields = [name for name in Entry._fields if name not in ("name", "published")]
        columns = {name: [getattr(entry, name) for entry in self.entries] for name in fields}
        attrs = {"metric": self.metric, "mode": self.mode, "amp": self.amp}
        names = [entry.name for entry in self.entries]
        types = dict.fromkeys(("year", "params", "macs", "peak_bytes"), int) | {"accuracy": float}
        return data_frame(columns, index=names, index_name="name", types=types, attrs=attrs)


def shipped(mode: str = "infer", amp: str | None = None) -> Zoo:
    """Every architecture that ships with cnncost, task by task, in the order of their years and then of their files.

    Args:
        mode: ``infer`` or ``train``: of which step the memory is.
        amp: ``bfloat16`` or ``float16`` for that of a step under autocast.

    >>> entry = next(entry for entry in shipped().entries if entry.name == "resnet50")
    >>> entry.family, entry.params, entry.macs
    ('resnet', 25557032, 4089184256)
    """
    document, places, peaks = cache(_document), library.names(), _peaks(mode, amp)
    entries: list[Entry] = []
    faults: dict[Path, SpecError] = {}
    for name in library.architectures():
        path, variant = places[name]
        try:
            entries.append(_entry(name, document(path), path, variant)._replace(peak_bytes=peaks.get(name)))
        except SpecError as error:  # a bad file hides none of the others
            faults[path] = error
    entries.sort(key=_task_and_year)
    return Zoo(tuple(entries), mode=mode, amp=amp, faults=tuple(faults.values()))


def frontier(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Those that nothing cheaper matches: in the order of their MACs, each more accurate than all before it."""
    known = [entry for entry in entries if entry.macs is not None and entry.accuracy is not None]
    found: list[Entry] = []
    for entry in sorted(known, key=_cost_and_loss):
        if not found or _cost_and_loss(entry)[1] < _cost_and_loss(found[-1])[1]:
            found.append(entry)
    return tuple(found)


def _cost_and_loss(entry: Entry) -> tuple[int, float]:
    return entry.macs or 0, 100 - (entry.accuracy or 0)


def _document(path: Path) -> Document:
    """What a shipped file says of its networks; the steps are left unread, which would take four times as long."""
    text = _STEPS.sub("", library.shipped_text(path)) + "\nnetwork: []\n"
    return read_document(parse(text, path.name), path.name)


def _entry(name: str, document: Document, path: Path, variant: str | None) -> Entry:
    asked = document if variant is None else document.variants[variant]
    return Entry(
        name,
        path.stem,
        asked.year or document.year,
        document.task,
        asked.expect and asked.expect.params,
        asked.expect and asked.expect.macs,
        **_accuracy(asked.published),
        source=asked.source or document.source,
        published=asked.published,
    )


@cache
def _peaks(mode: str, amp: str | None) -> dict[str, int]:
    """The peak of a step of every architecture that ships: computing them all would take seconds."""
    heading, *lines = (Path(__file__).parent / "peaks.csv").read_text(encoding="ascii").splitlines()
    place = heading.split(",").index(peak_column(mode, amp))
    return {cells[0]: int(cells[place]) for cells in (line.split(",") for line in lines)}


def peak_column(mode: str, amp: str | None) -> str:
    """What the peaks of a mode are called in the file that holds them.

    >>> peak_column("train", "bfloat16"), peak_column("infer", None)
    ('train_bfloat16', 'infer')
    """
    return mode if amp is None else f"{mode}_{amp}"


def _accuracy(claims: Iterable[Published]) -> dict[str, Any]:
    """The fields of an entry that the first claim with an accuracy gives."""
    for claim in claims:
        if claim.accuracy is not None:
            return {"accuracy": claim.accuracy, "metric": claim.metric, "accuracy_source": claim.source}
    return dict.fromkeys(("accuracy", "metric", "accuracy_source"))


def _natural(name: str) -> list[tuple[int, str]]:
    """A name in parts that sort as people count: `resnet18` before `resnet101`."""
    return [(int(digits or -1), text) for digits, text in re.findall(r"(\d+)|(\D+)", name)]


def _task_and_year(entry: Entry) -> tuple[int, tuple[bool, float]]:
    return tasks.place(entry.task), _known_first(entry.year)


def _known_first(value: float | None) -> tuple[bool, float]:
    return value is None, value or 0


SORTS: dict[str, Callable[[Entry], Any]] = {
    "name": lambda entry: _natural(entry.name),
    "year": lambda entry: _known_first(entry.year),
    "params": lambda entry: _known_first(entry.params),
    "macs": lambda entry: _known_first(entry.macs),
    "memory": lambda entry: _known_first(entry.peak_bytes),
    "accuracy": lambda entry: (entry.accuracy is None, entry.metric != METRIC, entry.metric, -(entry.accuracy or 0)),
}
"""What architectures can be sorted by: the smallest first, but the most accurate, of each metric for itself."""
