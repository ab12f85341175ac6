"""A sweep before it runs: the network, its space and what is computed of each point, checked against each other."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cnncost import __version__
from cnncost.arguments import wrong_type
from cnncost.errors import SpecError, did_you_mean
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import METRICS
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.records import NamedTuple
from cnncost.spaces.evaluation.evaluator import USUAL, Evaluator
from cnncost.spaces.evaluation.quantities import is_figure, unknown_figure
from cnncost.spaces.execution.run import run
from cnncost.spaces.points import Points
from cnncost.spaces.results.indices import remaining
from cnncost.spaces.results.record import SweepRecord
from cnncost.spaces.results.sweep import ERROR, INDEX
from cnncost.spaces.space.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.progress import Progress
    from cnncost.spaces.execution.engines import Engine
    from cnncost.spaces.figures import Figures
    from cnncost.spaces.results.selection import Choice
    from cnncost.spaces.results.sinks import Sink
    from cnncost.spaces.search.goal import Goal
    from cnncost.spaces.space.space import Space

CHUNK = 8192
"""Points that are evaluated at once."""


class Evaluation(NamedTuple):
    """What points cost, less the columns that only helped to compute others. It can be pickled."""

    evaluator: Evaluator
    """What points of the network cost."""
    helpers: tuple[str, ...]
    """Columns that the network knows nothing of."""

    def evaluate(self, points: Points) -> Figures:
        """The figures of some points.

        Raises:
            SpecError: as for :class:`Evaluator`.
        """
        if not self.helpers:
            return self.evaluator.evaluate(points)
        own = {name: column for name, column in points.columns.items() if name not in self.helpers}
        return self.evaluator.evaluate(Points(own, points.start))


class Plan(NamedTuple):
    """What a sweep is to do."""

    spec: str
    """The network, as it was given."""
    space: Space
    """Its points."""
    evaluator: Evaluator
    """What they cost."""
    goal: Goal | None = None
    """What is searched for; ``None`` where all points are computed."""

    @property
    def name(self) -> str:
        """The network's."""
        return self.evaluator.family.title

    @property
    def evaluation(self) -> Evaluation:
        """What the points of the space cost."""
        names = Names.of(self.evaluator.family.document)
        return Evaluation(self.evaluator, names.helpers(self.space))

    def chunks(self, sink: Sink, chunk: int = CHUNK) -> Iterator[Points]:
        """The points that are not there yet."""
        return remaining(self.space.points(chunk), sink.done)

    @property
    def size(self) -> int:
        """How many points are computed at the most."""
        return self.space.size if self.goal is None else self.goal.budget

    def run(self, sink: Sink, progress: Progress, engine: Engine | None = None) -> None:
        """Evaluate all points that are not there yet, chunk by chunk; or those that a search comes to.

        Args:
            sink: where results go.
            progress: told how many points there are.
            engine: who computes chunks; nobody for this process. A search computes its generations here.

        Raises:
            SpecError: as the evaluator says, and the engine; or the sink has points that are none of the space.
        """
        if self.goal is None:
            self._refuse_others(sink)
            run(self.evaluation, self.chunks(sink), sink, total=self.size, progress=progress, engine=engine)
            return
        from cnncost.spaces.search.search import search  # which needs what a grid does not

        search(self.evaluation, self.space, self.goal, sink, self.name, progress=progress)

    def _refuse_others(self, sink: Sink) -> None:
        """Refuse results of points that there are not: a file that was changed has them."""
        missing = sum(map(len, sink.done.missing(range(self.size))))
        if len(sink.done) > self.size - missing:
            raise SpecError(
                f"there are results of other points than the {self.size:,} of the space",
                hint="the file was changed: delete it to begin anew",
            )

    def record(self) -> SweepRecord:
        """What decides what the sweep finds."""
        evaluator = self.evaluator
        text = evaluator.family.document.root.span.source.text
        run = evaluator.settings.to_dict()
        given = {name: str(value) for name, value in evaluator.set.items()}
        return SweepRecord(
            schema=1,
            spec=self.spec,
            spec_sha256=sha256(text.encode()).hexdigest(),
            space=self.space.to_dict() | ({} if self.goal is None else {"search": self.goal.to_dict()}),
            figures=evaluator.figures,
            settings={**run, "set": given, "input": None if evaluator.input is None else str(evaluator.input)},
            cnncost=__version__,
        )


def planned(spec: str, space: Space, figures: Iterable[str] | str | None, choice: Choice, **given: Any) -> Plan:
    """The plan of a sweep.

    Args:
        spec: the network.
        space: its points.
        figures: what is computed of each; those that are asked for elsewhere come to them.
        choice: what is shown.
        given: further arguments of the evaluator: `settings`, `set` and `input`.

    Raises:
        SpecError: names that there are not, wherever they stand.
    """
    if spec == "-":
        raise SpecError("a sweep reads its spec more than once, and standard input can't be", hint="give a file")
    named = figures.split(",") if isinstance(figures, str) else USUAL if figures is None else figures
    if not isinstance(named, Iterable):
        raise wrong_type("`figures`", "names of figures, such as `params,macs`", figures)
    wanted = tuple(dict.fromkeys([*[str(name).strip() for name in named], *_asked_for(space, choice)]))
    for name in wanted:
        if not is_figure(name):
            raise unknown_figure(name)
    plan = Plan(spec, space, Evaluator(spec, wanted, **given))
    Names.of(plan.evaluator.family.document).check(space)
    _refuse_taken(plan)
    _refuse_unknown(plan, choice)
    return plan


def _asked_for(space: Space, choice: Choice) -> Iterator[str]:
    """The figures that conditions, scores and orders read."""
    expressions = [*space.constraints, *choice.conditions, *([choice.score[1]] if choice.score else [])]
    wanted = [*choice.objectives, *([choice.top[1]] if choice.top else [])]
    for name in [*[name for each in expressions for name in sorted(each.names)], *[each.name for each in wanted]]:
        if is_figure(name):
            yield name


def _refuse_taken(plan: Plan) -> None:
    """Refuse what is set and varies, and names that would be those of two columns."""
    for name in plan.space.names:
        base = name.partition("[")[0]
        if base in plan.evaluator.set:
            raise SpecError(f"`{base}` is set, and varies too", hint="leave one of them out")
        if name == "input" and plan.evaluator.input is not None:
            raise SpecError("`input` is given, and varies too", hint="leave one of them out")
        if name in (INDEX, ERROR, *plan.evaluator.figures):
            hint = "rename the variable in the spec"
            raise SpecError(f"`{name}` is a variable, and a column of every result", hint=hint)


def _refuse_unknown(plan: Plan, choice: Choice) -> None:
    """Refuse names in conditions, scores and orders that are those of nothing."""
    own = [*plan.space.names, *plan.evaluator.figures]
    if choice.measured is not None:
        own += choice.measured.names
    if choice.score is not None:
        choice.score[1].refuse_unknown(own, "there are")
        own.append(choice.score[0])
    for condition in (*plan.space.after, *choice.conditions):
        condition.refuse_unknown(own, "there are")
    for each in (*choice.objectives, *([choice.top[1]] if choice.top else ())):
        if each.name not in own:
            known = [*own, *METRICS, *ESTIMATES, *ON_DEVICE]
            hint = "`--score NAME=EXPRESSION` computes one, and `--data FILE` reads one" if not choice.score else None
            raise SpecError(f"there is no `{each.name[:60]}`{did_you_mean(each.name, known)}", hint=hint)
