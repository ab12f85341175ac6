"""`cnncost sweep`: what every point of a design space costs, and which are the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Exit, Option

from cnncost.cli import options
from cnncost.cli.interruption import INTERRUPTED
from cnncost.cli.output import complain, write
from cnncost.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.settings import Settings
    from cnncost.spaces.execution.engines import Engine
    from cnncost.spaces.plan import Plan
    from cnncost.spaces.results.selection import Choice, Selection

_SPEC = "a YAML file, or a shipped architecture; `resnet50@classes=10` sets variables; a file of a space may name it"

Text = str | None
Texts = list[str] | None


def sweep(
    spec: Annotated[Text, Argument(metavar="SPEC", help=_SPEC, show_default=False)] = None,
    *,
    vary: Annotated[
        Texts, Option("--vary", "-v", metavar="NAME=VALUES", help="what varies: `width=0.25:2:0.05`, `batch=1,8,64`")
    ] = None,
    space: Annotated[Text, Option(metavar="FILE", help="a YAML file of a space")] = None,
    sample: Annotated[Text, Option(metavar="N", help="draw so many points; all of them otherwise")] = None,
    method: Annotated[Text, Option(metavar="random|sobol", help="how they are drawn; `random` otherwise")] = None,
    seed: Annotated[str, Option(metavar="N", help="of the sample, or of the search")] = "0",
    search: Annotated[bool, Option("--search", help="look for the frontier, in spaces too large to list")] = False,
    budget: Annotated[Text, Option(metavar="N", help="points that a search computes; 2000 otherwise")] = None,
    workers: Annotated[Text, Option(metavar="N", help="processes that compute points")] = None,
    cluster: Annotated[
        Text, Option(metavar="ADDRESS|local", help="a scheduler of Dask whose workers do, `tcp://host:8786`")
    ] = None,
    figures: Annotated[Text, Option(metavar="FIGURE,...", help="what is computed, `params,macs,peak_bytes`")] = None,
    where: Annotated[Texts, Option(metavar="EXPRESSION", help="a condition on points, `params <= 5M`")] = None,
    score: Annotated[Text, Option(metavar="[NAME=]EXPRESSION", help="a column more, computed from the others")] = None,
    data: Annotated[Text, Option(metavar="FILE", help="a table with what varies and what was measured of it")] = None,
    pareto: Annotated[
        Text, Option(metavar="[max:]FIGURE,...", help="show the frontier: `params,macs,max:accuracy`")
    ] = None,
    top: Annotated[Text, Option(metavar="N", help="show so many points, the best `--by` a column")] = None,
    by: Annotated[
        Text, Option(metavar="[max:]FIGURE", help="what points are ordered by: `macs`, `max:accuracy`")
    ] = None,
    plot: Annotated[Text, Option(metavar="FILE.svg", help="draw the frontier as SVG")] = None,
    output: Annotated[
        Text, Option("--output", "-o", metavar="FILE", help="write all points as they come: .csv, .jsonl or .parquet")
    ] = None,
    resume: Annotated[bool, Option("--resume", help="go on with that file")] = False,
    read: Annotated[Text, Option(metavar="FILE", help="show results that were written before")] = None,
    max_points: Annotated[str, Option(metavar="N", help="points that may be listed")] = "100000000",
    batch: options.Batch = "1",
    input: options.Input = None,  # noqa: A002 - the option's name
    set: options.Set = None,  # noqa: A002
    dtype: options.Dtype = "float32",
    optimizer: options.Optimizer = "adam",
    mode: options.Mode = "infer",
    amp: options.Amp = None,
    device: options.LatencyDevice = None,
    channels_last: options.ChannelsLast = False,
    convention: options.Convention = "textbook",
    form: options.Format = "table",
    raw: options.Raw = False,
) -> None:
    """Show what every point of a design space costs.

    And which are the best.

    Examples:
        cnncost sweep mobilenet_v2 --vary alpha=0.25:2:0.05 --pareto params,macs
        cnncost sweep resnet50 --vary batch=1,8,64 --figures macs,peak_bytes
    """
    from cnncost.render.format import find_format
    from cnncost.spaces.requirements import require_numpy

    require_numpy()
    render = find_format(form).render
    _refuse_early(output, plot, pareto, resume)
    _refuse_overwriting(output, {"--data": data, "--read": read})
    engine = _engine(workers, cluster)
    searched = _searched(search, budget, seed, {"sample": sample, "resume": resume, "workers or --cluster": engine})
    given = {"spec": spec, "vary": vary, "space": space, "output": output, "sample": sample, "search": search}
    settings = {
        "batch": options.whole("--batch", batch),
        "dtype": dtype,
        "optimizer": optimizer,
        "mode": mode,
        "amp": amp,
        "convention": convention,
        "device": device,
        "channels_last": channels_last,
    }
    wanted = _choice_of(where, score, pareto, top, by)
    if read is not None:
        _show(_read(read, wanted, data, given), None, plot, lambda document: write(render(document, raw)))
        return
    plan, wanted = _plan(
        spec,
        wanted,
        data,
        vary=vary,
        space=space,
        sampling=(sample, method, seed),
        figures=figures,
        most=options.whole("--max-points", max_points),
        searched=searched,
        settings=settings,
        set=options.settings_of(set),
        input=options.shapes_of(input),
    )
    found, is_whole = _swept(plan, wanted, output, engine, resume=resume)
    _show(found, plan.evaluator.settings, plot, lambda document: write(render(document, raw)))
    if not is_whole:
        raise Exit(INTERRUPTED)


def _show(found: Selection, run: Settings | None, plot: str | None, show: Callable[[Any], None]) -> None:
    from cnncost.render.views.costs.sweep import frontier_plot, sweep_document

    if plot is not None:
        from cnncost.files import write_file
        from cnncost.render.svg.scatter import scatter_svg

        write_file(plot, scatter_svg(frontier_plot(found)))
    show(sweep_document(found, run))


def _refuse_overwriting(output: str | None, read: dict[str, str | None]) -> None:
    """Refuse to write over a file that is read."""
    import os

    for option, path in read.items():
        if output is not None and path is not None and os.path.realpath(path) == os.path.realpath(output):
            raise SpecError(f"`--output` would write over what `{option}` reads", hint="name another file")


def _refuse_early(output: str | None, plot: str | None, pareto: str | None, resume: bool) -> None:
    """Refuse options that could not be followed, before anything is computed."""
    from cnncost.cli.files import refuse_picture, refuse_unwritable
    from cnncost.spaces.results.files.table_file import table_file

    if plot is not None:
        refuse_picture(plot)
        if pareto is None:
            raise SpecError("`--plot` draws a frontier", hint="say of what: `--pareto params,macs`")
    if output is not None:
        refuse_unwritable("--output", output)
        table_file(output)
    elif resume:
        raise SpecError("`--resume` goes on with a file", hint="name it: `--output FILE`")


def _engine(workers: Text, cluster: Text) -> Engine | None:
    """Who computes the points, besides this process."""
    from cnncost.spaces.execution.engines import engine_of

    return engine_of(None if workers is None else options.whole("--workers", workers), cluster)


def _searched(search: bool, budget: Text, seed: str, others: dict[str, object]) -> tuple[int, int] | None:
    """The budget of a search and its seed; nothing where all points are computed."""
    from cnncost.spaces.search.goal import USUAL_BUDGET

    if not search:
        if budget is not None:
            raise SpecError("`--budget` is that of a search", hint="`--search` looks for the frontier")
        return None
    for option, given in others.items():
        if given:
            raise SpecError(f"`--search` computes generation after generation, and goes without `--{option}`")
    points = USUAL_BUDGET if budget is None else options.whole("--budget", budget)
    return points, 0 if seed == "0" else options.whole("--seed", seed)


def _choice_of(where: Texts, score: Text, pareto: Text, top: Text, by: Text) -> Choice:
    from cnncost.spaces.expressions.expression import column_expression
    from cnncost.spaces.results.objectives import objective, objectives
    from cnncost.spaces.results.selection import Choice
    from cnncost.spaces.space.options import conditions

    named = None
    if score is not None:
        import re

        match = re.match(r"\s*(\w+)\s*=(?!=)", score)
        name, text = (match[1], score[match.end() :]) if match else ("score", score)
        named = name, column_expression(text.strip(), "--score")
    if top is not None and by is None:
        raise SpecError("`--top` shows the best points", hint="say by what: `--by macs`")
    best = None if by is None else (options.whole("--top", top) if top else 10**9, objective(by))
    return Choice(conditions(where, "--where"), named, None, () if pareto is None else objectives(pareto), best)


def _plan(spec: Text, wanted: Choice, data: Text, **given: Any) -> tuple[Plan, Choice]:
    """The sweep, and what of it is shown."""
    from cnncost.api.spaces import spec_of
    from cnncost.spaces.plan import planned
    from cnncost.spaces.results.measured import read_measured
    from cnncost.spaces.space.options import axis_of_option, refuse_endless, space_of
    from cnncost.spaces.space.sampling import Sampling

    (number, method, seed), searched = given["sampling"], given["searched"]
    sampling = None
    if number is not None:
        start = 0 if seed == "0" else options.whole("--seed", seed)
        sampling = Sampling.checked(options.whole("--sample", number), method or "random", start)
    axes = [axis_of_option(option) for option in given["vary"] or ()]
    space, named = space_of(axes, file=given["space"], where=wanted.conditions, sampling=sampling)
    if searched is None:
        refuse_endless(space, given["most"])
    if data is not None:
        wanted = wanted._replace(measured=read_measured(data, space.names))
    wanted = wanted._replace(conditions=space.after)
    evaluation = {name: given[name] for name in ("settings", "set", "input")}
    plan = planned(spec_of(spec, named), space, given["figures"], wanted, **evaluation)
    if searched is not None:
        from cnncost.spaces.search.goal import Goal

        budget, seed = searched
        objectives = wanted.objectives or ((wanted.top[1],) if wanted.top else ())
        conditions = {"score": wanted.score, "conditions": wanted.conditions}
        plan = plan._replace(goal=Goal.checked(objectives, budget, seed, **conditions))
    return plan, wanted


def _swept(plan: Plan, wanted: Choice, output: Text, engine: Engine | None, *, resume: bool) -> tuple[Selection, bool]:
    """What is shown of a sweep, once it has run; and whether all of it is there, or somebody pressed Ctrl-C.

    Raises:
        Exit: somebody did, and there is nothing to show.
    """
    from cnncost.cli.progress import progress_bar
    from cnncost.spaces.results.reading import read_results
    from cnncost.spaces.results.selection import select
    from cnncost.spaces.results.sinks import Memory, ResultFile

    sink = Memory(plan.name) if output is None else ResultFile(output, plan.record(), plan.name, resume=resume)
    try:
        with progress_bar(speed=True) as progress:
            plan.run(sink, progress, engine)
    except KeyboardInterrupt:
        _say_interrupted(plan, len(sink.done), output)
        if not len(sink.done):
            raise Exit(INTERRUPTED) from None
        return select([sink.sweep()] if isinstance(sink, Memory) else read_results(sink.path), wanted), False
    finally:
        sink.close()
    if isinstance(sink, Memory):
        return select([sink.sweep()], wanted), True
    sink.finish()
    return select(read_results(sink.path), wanted), True


def _say_interrupted(plan: Plan, done: int, output: Text) -> None:
    """Say how far it got, and how to go on."""
    computed = f"interrupted: {done:,} of {plan.size:,} points are computed"
    if output is None:
        complain(str(SpecError(computed, hint="with `--output FILE` they are kept, and `--resume` goes on with them")))
        return
    message = f"{computed}, and are in `{output}`"
    complain(str(SpecError(message, hint="the same command with `--resume` goes on")))


def _read(path: str, wanted: Choice, data: Text, given: dict[str, Any]) -> Selection:
    """What is shown of results that were written before."""
    from cnncost.spaces.results.measured import read_measured
    from cnncost.spaces.results.reading import read_results
    from cnncost.spaces.results.selection import select

    for option, value in given.items():
        if value:
            shown = "a spec" if option == "spec" else f"`--{option}`"
            raise SpecError(f"`--read` shows results as they are: it goes without {shown}")
    if data is not None:
        wanted = wanted._replace(measured=read_measured(data, next(read_results(path)).variables))
    return select(read_results(path), wanted)
