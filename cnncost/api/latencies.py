"""How long a step takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.api.networks import graph_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits
    from cnncost.roofline.report import LatencyReport


def latency(
    spec: str | Path | Graph,
    device: str | Path,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Mapping[str, object] | object | None = None,  # noqa: A002 - likewise
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
    dtype: str = "float32",
    mode: str = "infer",
    **step: Any,
) -> LatencyReport:
    """How long one step of inference, or of training, takes on a device: in all, layer by layer, and what binds.

    Args:
        spec: as for :func:`load`, or a graph that is loaded already.
        device: what was measured, ``h200`` or the path of a profile that ``cnncost calibrate`` wrote: the time is
            predicted, with an interval. Or a known card such as ``rtx4090``: what a step takes at the least, by its
            datasheet, and no prediction.
        set, input, limits, arguments, partial: as for :func:`load`.
        dtype: of parameters and activations: ``float32``, ``bfloat16``, ``float16``, or ``tf32``, which is float32
            whose products are computed in TF32; ``fp32``, ``bf16`` and ``fp16`` for short.
        mode: ``infer`` or ``train``.
        step: how the step runs besides, the fields of :class:`~cnncost.footprint.settings.StepSettings`: `batch`,
            `amp`, `optimizer`, `channels_last`, `inplace` and others.

    Raises:
        SpecError: a spec that does not hold, settings that do not exist or exclude each other, or a device of which it
            is not known how fast it is.

    >>> report = latency("resnet50", "rtx4090", batch=64, dtype="bf16")
    >>> report.is_bound, report.bound_by
    (True, 'bandwidth')
    """
    from cnncost.roofline.estimate import step_latency
    from cnncost.roofline.place import place_called
    from cnncost.roofline.run import Run

    place = place_called(device)
    run = Run.checked(place, dtype=dtype, mode=mode, **step)
    return step_latency(graph_of(spec, set, input, limits, arguments, partial=partial), run)
