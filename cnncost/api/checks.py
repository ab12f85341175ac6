"""Networks checked against budgets, and against what their specs expect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnncost.api.networks import called, graph_of, several
from cnncost.arguments import is_path, wrong_type
from cnncost.errors import SpecError
from cnncost.graph.graph import Graph
from cnncost.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cnncost.conventions import AnyConvention
    from cnncost.language.limits import Limits
    from cnncost.report.checks import Checks, Verdict

    Spec = str | Path | Graph


def check(
    specs: Spec | Iterable[Spec],
    *,
    max_params: int | str | None = None,
    max_macs: int | str | None = None,
    max_flops: int | str | None = None,
    max_memory: int | str | None = None,
    max_latency: int | str | None = None,
    budget: Mapping[str, int | str] | None = None,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "adam",
    mode: str = "infer",
    amp: str | None = None,
    device: str | None = None,
    channels_last: bool = False,
    convention: AnyConvention = "textbook",
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
) -> Checks:
    """Whether networks keep to budgets, and have the figures that their specs expect, of one sample in inference.

    A spec's own `budget` is checked too, for the settings that it says.

    Args:
        specs: one network as for :func:`analyze`, or several.
        max_params: parameters at most, a number or a text such as ``5M``.
        max_macs, max_flops: multiply-accumulates and FLOPs at most, likewise.
        max_memory: bytes of ``peak_bytes`` at most, a number or a text such as ``24GiB``.
        max_latency: nanoseconds of ``latency_ns`` at most, a number or a text such as ``5ms``.
        budget: the same of any figure of the totals, by its name; `memory` is short for ``peak_bytes``, and `latency`
            for ``latency_ns``.
        set, input: as for :func:`analyze`.
        batch, dtype, optimizer, mode, amp, device, channels_last, convention: for the budgets, as for :func:`analyze`.
        limits, arguments: as for :func:`load`.

    Returns:
        every check with its outcome; `ok` says whether all hold.

    Raises:
        SpecError: there is nothing to check, no such figure, a limit that is not an amount; and what :func:`analyze`
            raises.

    >>> found = check("resnet50", max_params="20M", budget={"activation_bytes": "160MiB"})
    >>> found.ok, [(each.figure, each.limit, each.holds) for each in found.checks if each.source == "budget"]
    (False, [('params', 20000000, False), ('activation_bytes', 167772160, True)])
    """
    from cnncost.report.budgets import Budget, limits_of
    from cnncost.report.checks import Checks, verdicts_of

    settings = Settings.checked(
        batch=batch,
        dtype=dtype,
        optimizer=optimizer,
        mode=mode,
        amp=amp,
        convention=convention,
        device=device,
        channels_last=channels_last,
    )
    named = {
        "params": max_params,
        "macs": max_macs,
        "flops": max_flops,
        "peak_bytes": max_memory,
        "latency_ns": max_latency,
    }
    amounts = {figure: most for figure, most in named.items() if most is not None}
    if not isinstance(budget, Mapping | None):
        raise wrong_type("`budget`", "a mapping of figures to their limits", budget)
    for figure, most in (budget or {}).items():
        if figure in amounts:
            raise SpecError(f"`{figure}` is limited twice", hint="give one limit for each figure")
        amounts[figure] = most
    budgets = [Budget(limits_of(amounts), settings)] if amounts else []
    networks: list[Any] = [specs] if isinstance(specs, Graph) or is_path(specs) else several(specs)
    found: list[Verdict] = []
    for network in networks:
        graph = graph_of(network, set, input, limits, arguments)
        found += verdicts_of(called(network), graph, budgets)
    if not found:
        hint = "give a budget, such as `max_params`, or a network whose spec says what to `expect`"
        raise SpecError("there is nothing to check", hint=hint)
    return Checks(tuple(found))
