"""How long a step takes on a device, kernel by kernel and in total, and what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.devices.latency import Key
from cnncost.devices.profile import latency_profile
from cnncost.errors import SpecError
from cnncost.records import NamedTuple
from cnncost.roofline.model import computing_seconds, moving_seconds, seconds, work_of
from cnncost.roofline.recording import kernels_of
from cnncost.units import percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.devices.latency import LatencyProfile
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph
    from cnncost.roofline.kernels import Kernel

COMPUTE, BANDWIDTH, LAUNCHES = "compute", "bandwidth", "launches"
"""What the time goes to: arithmetic, reading and writing, or starting kernels."""

UNMEASURED_FACTOR = 2.0
"""What the time of kernels that no measurement was like is divided and multiplied by for the interval."""

_LARGEST_BATCH = 2**16


class KernelTime(NamedTuple):
    """A kernel, and how long it takes."""

    kernel: Kernel
    seconds: float
    """The time that it runs."""
    bound: str
    """What most of that goes to: ``compute``, ``bandwidth`` or ``launches``."""
    launches: int
    """How many kernels of the device it really is: groups of channels may be one each."""
    elapsed: float
    """The time that passes: less where several run at once."""
    measured: bool
    """Whether coefficients were fitted to kernels of its kind, dtype, layout and direction."""


class LayerTime(NamedTuple):
    """What the kernels of a layer take together."""

    layer: int
    """The node of the graph; -1 for the loss and the optimizer."""
    seconds: float
    bound: str
    kernels: int


class Prediction(NamedTuple):
    """How long a step takes.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> made = predict(load("resnet50"), StepSettings(mode="infer", batch=64), "h200")
    >>> 0.018 < made.kernel_seconds < 0.022, made.low < made.seconds < made.high, made.bound
    (True, True, 'compute')
    """

    settings: StepSettings
    kernels: Sequence[KernelTime]
    """In the order in which they run."""
    kernel_seconds: float
    """The time that kernels run, one after the other."""
    device_seconds: float
    """The time that the device needs: kernels, some of them at once, and what lies between them."""
    host_seconds: float
    """The time that the processor needs to launch them."""
    factor: tuple[float, float]
    """What :attr:`seconds` are divided and multiplied by for the interval."""
    notes: Sequence[str]
    """What it leaves open, such as kinds of kernels that were not measured."""

    @property
    def seconds(self) -> float:
        """The time of the step: of the device, or of the processor where that is what is waited for."""
        return max(self.device_seconds, self.host_seconds)

    @property
    def low(self) -> float:
        """The lower end of an interval that holds four measurements in five."""
        return self.seconds / self.factor[0]

    @property
    def high(self) -> float:
        """Its upper end."""
        return self.seconds * self.factor[1]

    @property
    def throughput(self) -> float:
        """Samples per second."""
        return self.settings.batch * self.settings.accumulate / self.seconds

    @property
    def unmeasured_share(self) -> float:
        """The part of the kernels' time taken by kernels that were not measured."""
        return _unmeasured_share(self.kernels, self.kernel_seconds)

    @property
    def bound(self) -> str:
        """What the step waits for most: ``compute``, ``bandwidth`` or ``launches``."""
        if self.host_seconds > self.device_seconds:
            return LAUNCHES
        return _most(self.kernels)

    @property
    def layers(self) -> Sequence[LayerTime]:
        """The time of each layer, forward and backward; in the order of the graph, what is no layer's last."""
        parts: dict[int, list[KernelTime]] = {}
        for each in self.kernels:
            parts.setdefault(each.kernel.layer, []).append(each)
        order = sorted(parts, key=lambda layer: (layer < 0, layer))
        return [_layer_time(layer, parts[layer]) for layer in order]


def predict(graph: Graph, settings: StepSettings, device: str, *, tf32: bool = False) -> Prediction:
    """How long a step takes on a device.

    Args:
        graph: the network.
        settings: how the step runs; on which device is said by the next one.
        device: the name of a profile, or the path of its file.
        tf32: whether products of float32 may be computed in TF32, as PyTorch's convolutions are unless told otherwise.

    Raises:
        SpecError: there is no such profile, it says nothing of times, or nothing of the dtype.
    """
    profile = latency_profile(device)
    return predict_on(graph, settings._replace(device="cpu" if profile.device == "cpu" else device), profile, tf32=tf32)


def predict_on(graph: Graph, settings: StepSettings, profile: LatencyProfile, *, tf32: bool = False) -> Prediction:
    """The same with the section of a profile at hand, as a calibration has it."""
    kernels = kernels_of(graph, settings)
    return predict_kernels([_in_tf32(kernel) for kernel in kernels] if tf32 else kernels, settings, profile)


def predict_kernels(kernels: Sequence[Kernel], settings: StepSettings, profile: LatencyProfile) -> Prediction:
    """The same of the kernels of a step."""
    timed = {number: time_of(kernel, profile) for number, kernel in {id(each): each for each in kernels}.items()}
    times = [timed[id(kernel)] for kernel in kernels]  # those of further passes are the same ones
    total = sum([each.seconds for each in times])
    launches = sum([each.launches for each in times])
    device_seconds = sum([each.elapsed for each in times]) + launches * profile.host.gap
    host_seconds = len(times) * profile.host.operation
    waits_for_host = host_seconds > device_seconds
    return Prediction(
        settings=settings,
        kernels=times,
        kernel_seconds=total,
        device_seconds=device_seconds,
        host_seconds=host_seconds,
        factor=profile.host.factors if waits_for_host else _factor(times, total, settings, profile),
        notes=_notes(times, total, profile, widened=not waits_for_host),
    )


def batch_without_launches(graph: Graph, settings: StepSettings, device: str, *, tf32: bool = False) -> int | None:
    """The smallest batch at which the device is what is waited for; ``None`` where no reasonable one is large enough.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> 1 < batch_without_launches(load("resnet18"), StepSettings(mode="infer"), "h200") < 64
    True
    """

    settings = settings._replace(accumulate=1)  # further passes have the same kernels again

    def waits_for_host(batch: int) -> bool:
        return predict(graph, settings._replace(batch=batch), device, tf32=tf32).bound == LAUNCHES

    high = 1
    while waits_for_host(high):
        high *= 2
        if high > _LARGEST_BATCH:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if waits_for_host(middle) else (low, middle)
    return high


def key_of(kernel: Kernel, profile: LatencyProfile) -> Key:
    """What a kernel is to a device: a convolution may be computed by another way than by loops."""
    kind = kernel.kind
    if kind == "convolution" and kernel.call is not None and not kernel.channels_last:
        kind = profile.algorithm(kernel.call, kernel.direction, kernel.dtype) or kind
    operation = kernel.operation if kernel.product is None else None
    return Key(kind, kernel.dtype, kernel.channels_last, kernel.direction, operation)


def used_key(kernel: Kernel, profile: LatencyProfile) -> Key:
    """Whose coefficients a kernel has.

    Raises:
        SpecError: the profile has no coefficients for its dtype.
    """
    wanted = key_of(kernel, profile)
    found = profile.find(wanted)
    if found is None:
        known = ", ".join(sorted({f"`{key.dtype}`" for key in profile.coefficients}))
        raise SpecError(
            f"the profile says nothing of the times of kernels in {wanted.dtype}", hint=f"it knows those in {known}"
        )
    return found


def time_of(kernel: Kernel, profile: LatencyProfile) -> KernelTime:
    """How long a kernel takes."""
    used = used_key(kernel, profile)
    coefficients = profile.coefficients[used]
    work = work_of(kernel, coefficients)
    computing = computing_seconds(work, coefficients, profile)
    moving = moving_seconds(work, coefficients, profile)
    parts = {COMPUTE: computing, BANDWIDTH: moving, LAUNCHES: coefficients.launch * work.launches}
    taken = seconds(work, coefficients, profile)
    elapsed = taken * coefficients.overlap if work.launches > 1 else taken
    bound = max(parts, key=lambda part: parts[part])
    is_own = used._replace(operation=None) == key_of(kernel, profile)._replace(operation=None)
    return KernelTime(kernel, taken, bound, work.launches, elapsed, is_own)


def _in_tf32(kernel: Kernel) -> Kernel:
    return kernel if kernel.product is None or kernel.dtype != "float32" else kernel._replace(dtype="tf32")


def _layer_time(layer: int, kernels: Sequence[KernelTime]) -> LayerTime:
    return LayerTime(layer, sum([each.seconds for each in kernels]), _most(kernels), len(kernels))


def _most(kernels: Sequence[KernelTime]) -> str:
    spent: dict[str, float] = {COMPUTE: 0.0, BANDWIDTH: 0.0, LAUNCHES: 0.0}
    for each in kernels:
        spent[each.bound] += each.seconds
    return max(spent, key=lambda part: spent[part])


def _factor(
    times: Sequence[KernelTime], total: float, settings: StepSettings, profile: LatencyProfile
) -> tuple[float, float]:
    """What measured networks were off by, and more for the share of kernels that were not measured."""
    low, high = profile.interval(settings.amp or settings.dtype, settings.mode)
    wider = 1 + (UNMEASURED_FACTOR - 1) * _unmeasured_share(times, total)
    return low * wider, high * wider


def _unmeasured_share(times: Sequence[KernelTime], total: float) -> float:
    return sum([each.seconds for each in times if not each.measured]) / total if total else 0.0


def _notes(times: Sequence[KernelTime], total: float, profile: LatencyProfile, *, widened: bool) -> list[str]:
    """How much was not measured, and which kinds of kernels take most of that time."""
    unknown: dict[str, float] = {}
    for each in times:
        if not each.measured:
            key = key_of(each.kernel, profile)
            direction = "" if key.direction in ("forward", key.kind) else f" ({_words(key.direction)})"
            name = f"{_words(key.kind)}{direction} in {key.dtype}"
            unknown[name] = unknown.get(name, 0.0) + each.seconds
    part = sum(unknown.values())
    if part <= _WORTH_SAYING * total:
        return []
    first, others = sorted(unknown, key=lambda name: -unknown[name])[:_NAMED], len(unknown) - _NAMED
    share = percent_text(round(1e12 * part), round(1e12 * total))
    effect = "the interval is wider, since " if widened else ""
    more = f" and {others} more" if others > 0 else ""
    return [f"{effect}{share} of the time is that of kernels that were not measured: {', '.join(first)}{more}"]


def _words(name: str) -> str:
    return name.replace("_", " ")


_NAMED = 3
"""Kinds of kernels that a note names."""
_WORTH_SAYING = 0.01
