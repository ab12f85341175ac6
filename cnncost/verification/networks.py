"""Several networks, verified one after the other: what breaks one of them leaves the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.verification import run
from cnncost.verification.result import RunSettings, Verification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.progress import Progress
    from cnncost.verification.run import Plan


def verify_networks(
    names: Sequence[str], graphs: Sequence[Graph | SpecError], plan: Plan, progress: Progress
) -> Iterator[Verification]:
    """What is found out about each network.

    Once the device is lost, it is not asked for anything more: the networks that follow are reported as not measured.

    Args:
        names: what the networks were asked for by.
        graphs: each of them, or why it could not be loaded.
        plan: what to verify.
        progress: told what is being done, and how much of all is done.

    Raises:
        SpecError: a convention of the user's that cannot count the only network.
        Interruption: somebody pressed Ctrl-C; what was found of that network until then is the last that comes.
    """
    lost_at = ""
    for place, (name, graph) in enumerate(zip(names, graphs, strict=True)):
        if isinstance(graph, SpecError):
            yield _not_verified(name, plan, run.reason(graph))
            continue
        if lost_at:
            yield _not_verified(name, plan, f"not measured: `{plan.machine.device}` was lost at {lost_at}")
            continue
        try:
            found = run.verify_graph(graph, plan, _one_of(progress, place, len(names))).replace(network=name)
        except run.Interruption as interruption:
            yield interruption.found.replace(network=name)
            raise
        except SpecError as error:
            if len(names) == 1:
                raise
            found = _not_verified(name, plan, run.reason(error))
        lost_at = name if found.device_lost else ""
        yield found


def _not_verified(name: str, plan: Plan, why: str) -> Verification:
    settings = RunSettings.of(plan.options.report_settings)
    return Verification(network=name, settings=settings, machine=plan.machine, failure=why)


def _one_of(progress: Progress, place: int, count: int) -> Progress:
    """The progress of one of several networks, as a part of that of all."""

    def tell(text: str, done: int, total: int) -> None:
        prefix = f"{place + 1} of {count}, " if count > 1 else ""
        progress(prefix + text, place * total + done, count * total)

    return tell
