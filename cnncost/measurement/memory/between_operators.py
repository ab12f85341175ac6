"""What is alive on the CPU between two operators of a step, by the profiler's record of every allocation.

A dispatch mode would show it as well, but change it: under one autograd never adds gradients in place. The profiler
only looks on. What an operator allocates and frees before it returns is told apart: these workspaces differ from one
processor to another, what tensors take does not.

Operators that PyTorch composes of others (``conv2d`` of ``convolution``) are looked into.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_WARM_UP_STEPS = 2
"""Before the one that counts: the optimizer makes its states in the first."""


class LiveBytes(NamedTuple):
    """What a step had alive."""

    standing_bytes: int
    """Of the tensors that are there before the step and after it."""
    between_operators: int
    """The most at the end of an operator, with what stands."""
    operator: str
    """That operator."""
    anywhere: int
    """The most at any time, workspaces inside operators with it."""


def measure_live_bytes(step: Any) -> LiveBytes:
    """The live bytes of a :class:`~cnncost.measurement.memory.real_step.RealStep` on the CPU, once it is steady.

    >>> import torch
    >>> from cnncost.measurement.memory.real_step import RealStep
    >>> from cnncost.footprint.settings import StepSettings
    >>> module = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.ReLU())
    >>> live = measure_live_bytes(RealStep(module, [torch.zeros(1000)], StepSettings("infer")))
    >>> live.standing_bytes, live.between_operators  # the input, what is between the layers, and the output
    (4000, 12000)
    """
    for _ in range(_WARM_UP_STEPS):
        step.run()
    step.clear()  # the profiler has no record of the last step's gradients
    standing = storage_bytes(step.standing())
    return replayed(profiled(step.run), standing)


def storage_bytes(tensors: Iterable[Any]) -> int:
    """Bytes that tensors occupy; those that share their storage count once."""
    storages = {storage.data_ptr(): storage.nbytes() for tensor in tensors if (storage := tensor.untyped_storage())}
    return sum(storages.values())


def profiled(run: Callable[[], Any]) -> list[Mapping[str, Any]]:
    """The profiler's events of what runs; what it returns is kept until the record ends."""
    profiler = import_torch().profiler
    with _quiet_profiler(), TemporaryDirectory() as folder:
        with profiler.profile(activities=[profiler.ProfilerActivity.CPU], profile_memory=True) as record:
            outputs = run()
        del outputs
        path = Path(folder) / "trace.json"
        record.export_chrome_trace(str(path))
        events: list[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    return events


def replayed(events: Iterable[Mapping[str, Any]], standing: int = 0) -> LiveBytes:
    """What was alive in the course of a profiler's events, `standing` bytes being there before.

    Here an operator allocates 70 bytes and frees 40 of them before it ends.

    >>> relu = {"name": "aten::relu", "cat": "cpu_op", "ts": 1.0, "dur": 5.0}
    >>> inside = [{"name": "[memory]", "ts": 1.0 + time, "args": {"Bytes": size}} for time, size in ((1, 70), (2, -40))]
    >>> replayed([relu, *inside], standing=100)
    LiveBytes(standing_bytes=100, between_operators=130, operator='aten::relu', anywhere=170)
    """
    changes = [(float(event["ts"]), event["args"]["Bytes"], "") for event in events if event.get("name") == "[memory]"]
    ends = [(end, 0, name) for end, name in _operator_ends(events)]
    live = most = anywhere = standing
    operator = ""
    for _, change, name in sorted(changes + ends, key=lambda event: event[0]):
        live += change
        anywhere = max(anywhere, live)
        if name and live > most:
            most, operator = live, name
    return LiveBytes(standing, most, operator, anywhere)


def _operator_ends(events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[float, str]]:
    """The ends of the operators that are composed of no others, in their order."""
    operators = [event for event in events if event.get("cat") == "cpu_op" and event["name"].startswith("aten::")]
    composed, until = _composed(), 0.0
    for event in sorted(operators, key=lambda event: (float(event["ts"]), -float(event["dur"]))):
        begin, end = float(event["ts"]), float(event["ts"]) + float(event["dur"])
        if begin >= until and event["name"] not in composed:
            until = end
            yield end, event["name"]


@cache
def _composed() -> frozenset[str]:
    """The operators that PyTorch composes of others, whatever the device."""
    dispatcher = import_torch()._C
    return frozenset(
        name.partition(".")[0]
        for name in dispatcher._dispatch_get_all_op_names()
        if dispatcher._dispatch_has_kernel_for_dispatch_key(name, "CompositeImplicitAutograd")
    )


@contextmanager
def _quiet_profiler() -> Iterator[None]:
    """Keep the profiler's library from reporting its start and stop on standard error."""
    variable = "KINETO_LOG_LEVEL"
    before = os.environ.get(variable)
    os.environ[variable] = before or "99"
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
