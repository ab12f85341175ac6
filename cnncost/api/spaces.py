"""Design spaces: many networks of one spec at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from cnncost.arguments import flag, function, integer, is_path, wrong_type
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from cnncost.progress import Progress
    from cnncost.spaces.results.sweep import Sweep
    from cnncost.spaces.search.goal import Goal
    from cnncost.spaces.space.space import Space


def sweep(
    spec: str | PathLike[str] | None = None,
    vary: Mapping[str, object] | None = None,
    *,
    space: str | PathLike[str] | None = None,
    where: Iterable[str] | str | None = None,
    sample: int | None = None,
    method: str = "random",
    seed: int = 0,
    figures: Iterable[str] | str | None = None,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: object = None,  # noqa: A002 - likewise
    output: str | PathLike[str] | None = None,
    resume: bool = False,
    max_points: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    search: Iterable[str] | str | None = None,
    budget: int | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Sweep:
    """What every point of a design space costs, as columns.

    Args:
        spec: the network, a path or the name of a shipped architecture; a file of a space may name it.
        vary: what varies: by the name of a variable, of an element such as ``depths[2]``, ``batch``, ``input`` or
            ``input.NAME``, a text such as ``"0.25:2:0.05"``, ``"3..23"`` or ``"3x128x128..3x512x512:32"``, or a list of
            values.
        space: a YAML file of a space, whose axes come before those of `vary`.
        where: conditions, expressions such as ``params <= 5M``. Those on what varies alone leave points out before they
            are computed, the others after it.
        sample: draw so many points; by default all of them are taken.
        method: ``random`` or ``sobol``.
        seed: of the sample.
        figures: names of totals and estimates; by default parameters, MACs, FLOPs and activation bytes. Those that
            `where` reads come to them.
        set: variables that are set at all points.
        input: the input's shape at all points.
        output: a file that all points are written to as they come: ``.csv``, ``.jsonl`` or ``.parquet``.
        resume: go on with the file, if a part of the sweep is in it.
        max_points: how many points may be listed; a hundred million by default.
        workers: how many processes compute points; this one alone by default. A script guards its calls by
            ``if __name__ == "__main__":``, as each of them reads it.
        cluster: a scheduler of Dask whose workers do so, ``tcp://host:8786``; or ``local``, for one that is started
            here.
        search: objectives, ``"params,max:macs"``: points are not listed but looked for, by NSGA-II; `where` holds for
            what is looked for, and `seed` makes it the same again.
        budget: how many points a search computes; 2000 by default.
        progress: told what is being done, and how many of how many points are.
        settings: how the network runs, as for :func:`analyze`: `batch`, `mode`, `dtype`, `optimizer`, `amp` and
            `convention`.

    Returns:
        the points that fulfil all conditions, in the order of the space; those that do not hold say why in the column
        ``error``, unless there are conditions on figures.

    Raises:
        SpecError: a spec or a space that does not hold, a space too large to list, or conditions that no point fulfils.

    >>> space = {"alpha": "0.5:1:0.25", "input": "3x128x128..3x224x224:96"}
    >>> found = sweep("mobilenet_v2", space, figures=["params", "macs"])
    >>> found
    <Sweep of 'mobilenet_v2': 6 points; alpha, input; params=1_968_680 to 3_504_872, macs=32_578_560 to 300_774_272>
    >>> found["params"].tolist()[::2]
    [1968680, 2636424, 3504872]
    >>> found.pareto("macs,max:params")["alpha"].tolist()
    [0.5, 0.75, 1.0]
    """
    from cnncost.spaces.requirements import require_numpy

    require_numpy()
    from cnncost.progress import no_progress
    from cnncost.spaces.execution.engines import engine_of
    from cnncost.spaces.plan import planned
    from cnncost.spaces.results.selection import Choice
    from cnncost.spaces.results.sinks import Memory, ResultFile
    from cnncost.spaces.results.sweep import joined
    from cnncost.spaces.space.options import axis_of_argument, conditions, refuse_endless, space_of
    from cnncost.spaces.space.sampling import Sampling
    from cnncost.spaces.space.space import LARGEST_GRID

    sampling = None if sample is None else Sampling.checked(sample, method, seed)
    axes = [axis_of_argument(name, values) for name, values in _mapping(vary).items()]
    described, named = space_of(axes, file=space, where=conditions(where, "where"), sampling=sampling)
    if search is None:
        refuse_endless(described, LARGEST_GRID if max_points is None else integer("`max_points`", max_points, 1))
    path = spec_of(spec, named)
    goal = _goal(search, budget, seed, described)
    engine = engine_of(None if workers is None else integer("`workers`", workers, 1), cluster)
    if goal is not None and (engine is not None or resume or sampling is not None):
        raise SpecError(
            "a search computes generation after generation, here",
            hint="leave out `workers`, `cluster`, `resume` and `sample`",
        )
    wanted = Choice() if goal is None else Choice(objectives=goal.objectives)
    plan = planned(path, described, figures, wanted, settings=settings, set=set, input=input)._replace(goal=goal)
    report = function("`progress`", progress) or no_progress
    if output is None:
        memory = Memory(plan.name)
        plan.run(memory, report, engine)
        return _fulfilling(memory.sweep(), plan.space.after)
    from cnncost.spaces.results.reading import read_results

    if not is_path(output):
        raise wrong_type("`output`", "the path of a file", output)
    sink = ResultFile(str(output), plan.record(), plan.name, resume=flag("`resume`", resume))
    with closing(sink):
        plan.run(sink, report, engine)
        sink.finish()
    return _fulfilling(joined([*read_results(str(output))]).sorted_by("index"), plan.space.after)


def spec_of(spec: object, named: str | None) -> str:
    """The network of a sweep: the one that is given, or the one that the file of its space names.

    Raises:
        SpecError: neither, or something else than a path or a name.
    """
    if spec is None:
        if named is None:
            hint = "give a spec, or name it in the file of the space: `spec: resnet50`"
            raise SpecError("there is no network to vary", hint=hint)
        return named
    if not is_path(spec):
        raise wrong_type("a spec", "a path or the name of a network", spec)
    return str(spec)


def _goal(search: Iterable[str] | str | None, budget: int | None, seed: int, space: Space) -> Goal | None:
    from cnncost.spaces.results.objectives import objectives
    from cnncost.spaces.search.goal import USUAL_BUDGET, Goal

    if search is None:
        if budget is not None:
            raise SpecError("`budget` is that of a search", hint='say for what: `search="params,macs"`')
        return None
    given = USUAL_BUDGET if budget is None else budget
    return Goal.checked(objectives(search), given, seed, conditions=space.after)


def _mapping(vary: object) -> Mapping[str, object]:
    if vary is None:
        return {}
    if not isinstance(vary, Mapping):
        raise wrong_type("`vary`", 'a mapping of names to values, such as `{"batch": [1, 8, 64]}`', vary)
    return vary


def _fulfilling(found: Sweep, conditions: Iterable[Any]) -> Sweep:
    from cnncost.spaces.space.space import never

    given = tuple(conditions)
    for condition in given:
        found = found.where(condition)
    if given and not len(found):
        raise never(given)
    return found
