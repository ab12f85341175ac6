"""What fits into a memory: the largest batch, the largest resolution, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.display import displayed
from cnncost.errors import SpecError
from cnncost.footprint.estimate import step_memory, unknown_layers
from cnncost.footprint.fitting.capacity import verdict_on
from cnncost.footprint.fitting.changes import changes_of
from cnncost.footprint.fitting.resolution import Resolution, largest_resolution
from cnncost.footprint.fitting.search import largest
from cnncost.footprint.settings import StepSettings
from cnncost.records import NamedTuple
from cnncost.settings import LARGEST_BATCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.footprint.fitting.capacity import Capacity, Verdict
    from cnncost.footprint.fitting.resolution import Loader
    from cnncost.graph.graph import Graph

_NOT_LOOKED_FOR = Resolution(None, why_not="it was not looked for")


class LargestBatch(NamedTuple):
    """The largest batch that fits."""

    most: int
    """The largest of which the least that a step needs fits: no larger one does. 0 where not even one sample fits."""
    certain: int | None
    """The largest that fits for certain; ``None`` where nobody can say."""
    needed_bytes: int | None
    """What `most` needs at the least; ``None`` where that is 0."""

    @property
    def is_all(self) -> bool:
        """Whether any batch fits that a step may have."""
        return self.most == LARGEST_BATCH


class Change(NamedTuple):
    """Something that would help."""

    name: str
    """What it is."""
    sets: Mapping[str, Any]
    """The settings that it changes, with their values."""
    verdict: Verdict
    """Whether the step fits then, at the batch that was asked for."""
    saved_bytes: int
    """What the step needs less, at that batch."""
    largest_batch: LargestBatch
    """The largest batch then."""

    def __repr__(self) -> str:
        return f"<Change {self.name!r}: saves {self.saved_bytes:_} bytes, largest batch {self.largest_batch.most}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "name": self.name,
            "sets": {name: [*value] if isinstance(value, tuple) else value for name, value in self.sets.items()},
            "verdict": self.verdict.to_dict(),
            "saved_bytes": self.saved_bytes,
            "largest_batch": self.largest_batch.most,
            "certain_batch": self.largest_batch.certain,
        }


@displayed
class FitReport(NamedTuple):
    """What of a network fits into a memory.

    >>> from cnncost import fit
    >>> found = fit("resnet50", "24GiB", mode="infer")
    >>> found.fits, found.batch.certain <= found.batch.most
    (True, True)
    """

    name: str
    """Of the network."""
    settings: StepSettings
    """How the step runs, with the batch that was asked for."""
    inputs: Mapping[str, tuple[int, ...]]
    """The shape of every input, with that batch."""
    verdict: Verdict
    """Whether that batch fits."""
    batch: LargestBatch
    """The largest batch that does."""
    resolution: Resolution
    """The largest inputs that may fit, at that batch."""
    changes: tuple[Change, ...]
    """What would help, the most first."""
    unknown_layers: tuple[str, ...] = ()
    """Layers of a spec's own, and gaps, that leave open what they keep or store: more is needed than is known."""
    warnings: tuple[str, ...] = ()
    """What is odd about the network, or left out."""

    def __repr__(self) -> str:
        return (
            f"<FitReport of {self.name!r} {self.verdict.capacity.place}: largest batch {self.largest_batch}, "
            f"for certain {self.certain_batch}>"
        )

    @property
    def largest_batch(self) -> int:
        """The largest batch that may fit: no larger one does."""
        return self.batch.most

    @property
    def certain_batch(self) -> int | None:
        """The largest batch that fits for certain; ``None`` where nobody can say."""
        return self.batch.certain

    @property
    def fits(self) -> bool | None:
        """Whether the batch that was asked for fits; ``None`` where what is known allows both."""
        return self.verdict.fits

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "schema": 1,
            "name": self.name,
            "settings": self.settings.to_dict(),
            "inputs": {name: list(shape) for name, shape in self.inputs.items()},
            "verdict": self.verdict.to_dict(),
            "largest_batch": self.largest_batch,
            "certain_batch": self.certain_batch,
            "all_batches_fit": self.batch.is_all,
            "resolution": self.resolution.to_dict(),
            "changes": [change.to_dict() for change in self.changes],
            "unknown_layers": list(self.unknown_layers),
            "warnings": list(self.warnings),
        }

    def to_json(self, indent: int | None = None) -> str:
        """The report as JSON text."""
        import json  # only those who write JSON pay for it

        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)


class Fitting:
    """Steps of one network, held against one memory; none is run twice."""

    def __init__(self, graph: Graph, capacity: Capacity) -> None:
        self.graph = graph
        self.capacity = capacity
        self._verdicts: dict[StepSettings, Verdict] = {}

    def verdict(self, settings: StepSettings) -> Verdict:
        """Whether a step fits."""
        found = self._verdicts.get(settings)
        if found is None:
            report = step_memory(self.graph, settings, course=False)
            found = self._verdicts[settings] = verdict_on(report, self.capacity)
        return found

    def largest_batch(self, settings: StepSettings) -> LargestBatch:
        """The largest batch of a step that fits."""

        def least(batch: int) -> int:
            return self.verdict(settings._replace(batch=batch)).needed_bytes

        def most(batch: int) -> int:
            return self.verdict(settings._replace(batch=batch)).most_bytes or 0

        limit, known = self.capacity.bytes, self.verdict(settings).most_bytes is not None
        found = largest(least, limit, LARGEST_BATCH)
        certain = largest(most, limit, LARGEST_BATCH) if known else None
        return LargestBatch(found, certain, least(found) if found else None)

    def changes(self, settings: StepSettings) -> tuple[Change, ...]:
        """What would help a step, the most first: each change that saves something, then all of them together."""
        tried = [self._change(name, given, settings) for name, given in changes_of(self.graph, settings).items()]
        found = sorted(filter(None, tried), key=lambda change: (-change.largest_batch.most, -change.saved_bytes))
        together: dict[str, Any] = {}
        for change in found:
            if "optimizer" not in change.sets and not together.keys() & change.sets.keys():
                together |= change.sets
        last = (
            self._change(f"all of them{_but_for(found, settings)}", together, settings) if len(together) > 1 else None
        )
        return (*found, last) if last is not None else tuple(found)

    def _change(self, name: str, given: Mapping[str, Any], settings: StepSettings) -> Change | None:
        try:
            changed = StepSettings.checked(**settings._replace(**given)._asdict())
        except SpecError:  # it does not go with the other settings
            return None
        verdict, batch = self.verdict(changed), self.largest_batch(changed)
        saved = self.verdict(settings).needed_bytes - verdict.needed_bytes
        helps = saved > 0 or batch.most > self.largest_batch(settings).most
        return Change(name, given, verdict, saved, batch) if helps else None


def _but_for(changes: Sequence[Change], settings: StepSettings) -> str:
    """What is not among all changes: another optimizer is another training."""
    return f", with {settings.optimizer}" if any("optimizer" in change.sets for change in changes) else ""


def fit_graph(graph: Graph, settings: StepSettings, capacity: Capacity, load: Loader | None) -> FitReport:
    """What of a network fits into a memory.

    Args:
        graph: the network.
        settings: how a step runs; whether its batch fits is said too.
        capacity: the memory.
        load: gives the network at other shapes; ``None`` where the largest resolution is not looked for.
    """
    fitting = Fitting(graph, capacity)

    def judge(other: Graph) -> Verdict:
        return (fitting if other is graph else Fitting(other, capacity)).verdict(settings)

    return FitReport(
        name=graph.name,
        settings=settings,
        inputs={graph.nodes[number].name: (settings.batch, *graph.nodes[number].y.dims) for number in graph.inputs},
        verdict=fitting.verdict(settings),
        batch=fitting.largest_batch(settings),
        resolution=_NOT_LOOKED_FOR if load is None else largest_resolution(graph, load, judge, capacity.bytes),
        changes=fitting.changes(settings),
        unknown_layers=unknown_layers(graph, training=settings.trains),
        warnings=graph.warnings,
    )
