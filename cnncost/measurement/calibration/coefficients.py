"""From readings to the coefficients of a profile: the kernels of each layer, and the time that they took together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cnncost.devices.latency import Coefficients, HostCosts, LatencyProfile
from cnncost.devices.rules import WorkspaceRule
from cnncost.measurement.calibration.backfitting import FEWEST_LAYERS, fitted_by_key
from cnncost.measurement.calibration.reading import OPTIMIZER
from cnncost.measurement.calibration.result import ConditionsFound, Errors, KindFound
from cnncost.measurement.timing import quantile
from cnncost.records import NamedTuple
from cnncost.roofline.fitting import Observation
from cnncost.roofline.kinds import MOST_STEM_CHANNELS
from cnncost.roofline.prediction import key_of, time_of, used_key
from cnncost.roofline.recording import kernels_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncost.measurement.calibration.facts import Facts
    from cnncost.measurement.calibration.reading import Reading
    from cnncost.measurement.ceilings import Ceilings
    from cnncost.roofline.kernels import Kernel

_SCALAR_SHARE = 1 / 30
"""What the rate of anything but products is taken for before it is fitted, as a part of the peak."""

_CACHED = 3.0
"""How much faster than a large copy tensors in the cache are taken for before that is fitted."""

_DOUBT = 3.0
"""How far coefficients may go from there, as a factor of e: these are mere guesses."""

_ENOUGH = 5
"""Kernels of an operation from which on it has coefficients of its own."""

_INTERVAL = (0.1, 0.9)
"""The part of all cases that an interval leaves out below and above."""


class _Case(NamedTuple):
    """A reading, with the kernels of its layers."""

    reading: Reading
    observations: Sequence[Observation]


def fitted(
    readings: Sequence[Reading], roofs: Mapping[str, Ceilings], facts: Facts, device: str
) -> tuple[LatencyProfile, list[ConditionsFound], list[KindFound]]:
    """The coefficients that the readings say, and how well they say the readings again.

    Args:
        readings: of one case at least.
        roofs: the ceilings by number format.
        facts: what the device says of itself.
        device: where was measured, as PyTorch calls it.
    """
    cases = [_Case(reading, [*_observations(reading, device)]) for reading in readings]
    observations = [each for case in cases for each in case.observations]
    profile = _start(observations, roofs, facts)
    profile = _without_guesses(observations, fitted_by_key(observations, profile, _DOUBT))
    profile = fitted_by_key(observations, _by_operation(observations, profile))
    profile = profile._replace(host=_host(cases, profile), intervals=_intervals(cases, profile))
    return profile, _by_conditions(cases, roofs, profile), _by_kind(observations, profile)


def _without_guesses(observations: Sequence[Observation], profile: LatencyProfile) -> LatencyProfile:
    """The profile without what too few layers had to be fitted: what is most like it stands in, and that is said."""
    layers = Counter([key for each in observations for key in {used_key(kernel, profile) for kernel in each.kernels}])
    known = {key: found for key, found in profile.coefficients.items() if layers[key] >= FEWEST_LAYERS}
    fewer = profile._replace(coefficients=known)
    guessed = {key: found for key, found in profile.coefficients.items() if fewer.find(key) is None}
    return profile._replace(coefficients=known | guessed)


def _by_operation(observations: Sequence[Observation], profile: LatencyProfile) -> LatencyProfile:
    """The profile with coefficients for each operation that was measured often enough, as those of its kind."""
    keys = Counter([key_of(kernel, profile) for each in observations for kernel in each.kernels])
    known = profile.coefficients
    of_kinds = {key: known.get(key._replace(operation=None)) for key, count in keys.items() if count >= _ENOUGH}
    added = {key: found for key, found in of_kinds.items() if found is not None}
    return profile._replace(coefficients={**profile.coefficients, **added})


def _observations(reading: Reading, device: str) -> Iterator[Observation]:
    """The kernels of every layer forward, backward, and those of the optimizer, with what they took."""
    graph, case = reading.case.chain.graph(), reading.case
    settings = case.options(device, OPTIMIZER).step_settings(device)
    parts: dict[tuple[int, bool], list[Kernel]] = {}
    for kernel in kernels_of(graph, settings):
        in_format = _in_format(kernel, case.conditions.dtype)
        parts.setdefault((kernel.layer, kernel.direction == "forward"), []).append(in_format)
    for node, layer in zip(graph.layers, reading.layers, strict=True):
        for forward, seconds in ((True, layer.forward), (False, layer.backward)):
            kernels = parts.get((node.id, forward))
            if kernels and seconds:
                yield Observation(node.name, kernels, seconds)
    optimizer = [each for each in parts.get((-1, False), ()) if each.direction == "optimizer"]
    if optimizer and reading.optimizer_seconds:
        yield Observation("optimizer", optimizer, reading.optimizer_seconds)


def _in_format(kernel: Kernel, dtype: str) -> Kernel:
    """Products of float32 may be computed in TF32."""
    is_tf32 = dtype == "tf32" and kernel.dtype == "float32" and kernel.product is not None
    return kernel._replace(dtype="tf32") if is_tf32 else kernel


def _start(observations: Sequence[Observation], roofs: Mapping[str, Ceilings], facts: Facts) -> LatencyProfile:
    """Coefficients to begin with: the ceilings, and what kernels take at least."""
    bandwidth = max(roof.bytes_per_second for roof in roofs.values())
    launch = min(each.seconds / len(each.kernels) for each in observations)
    profile = LatencyProfile(
        device=facts.device,
        units=facts.units,
        cache_bytes=facts.cache_bytes,
        peaks=_peaks(observations, roofs),
        bandwidth=bandwidth,
        host=HostCosts(launch, 0.0, (1.0, 1.0)),
        coefficients={},
        algorithms=_algorithms(facts),
        intervals={},
    )
    first = {
        key_of(kernel, profile)._replace(operation=None): kernel for each in observations for kernel in each.kernels
    }
    peak = {dtype: profile.peaks.get(dtype, min(profile.peaks.values())) for dtype in {key.dtype for key in first}}
    coefficients = {
        key: Coefficients(
            launch=launch,
            rate=peak[key.dtype] * (1 if kernel.product is not None else _SCALAR_SHARE),
            bandwidth=bandwidth,
            cached=_CACHED * bandwidth,
        )
        for key, kernel in first.items()
    }
    return profile._replace(coefficients=coefficients)


def _peaks(observations: Sequence[Observation], roofs: Mapping[str, Ceilings]) -> dict[str, float]:
    """The rates of a large product by number format, or of a layer that was faster: done once, it can be done."""
    peaks = {dtype: roof.flops_per_second for dtype, roof in roofs.items()}
    for each in observations:
        for dtype in {kernel.dtype for kernel in each.kernels if kernel.product is not None}:
            flops = sum(kernel.flops for kernel in each.kernels if kernel.product is not None)
            peaks[dtype] = max(peaks.get(dtype, 0.0), flops / each.seconds)
    return peaks


def _algorithms(facts: Facts) -> tuple[WorkspaceRule, ...]:
    """A CPU's library has slower ways for convolutions whose channels fill no whole vectors."""
    if facts.vector is None:
        return ()
    ragged = WorkspaceRule("ragged", pointwise=False, in_channels=(MOST_STEM_CHANNELS + 1, None), ragged=facts.vector)
    return tuple([ragged._replace(axes=axes) for axes in (1, 2)])


def _host(cases: Sequence[_Case], profile: LatencyProfile) -> HostCosts:
    """What starting a kernel costs: on a GPU the processor's time; on a CPU what lies between two layers."""
    steps = [
        (case.reading.step_seconds, case.reading.seconds, sum(len(each.kernels) for each in case.observations))
        for case in cases
        if case.reading.step_seconds is not None and case.reading.case.conditions.mode == "infer"
    ]
    if not steps:
        return profile.host
    if profile.device == "cpu":
        between = sorted((step - layers) / kernels for step, layers, kernels in steps)
        return profile.host._replace(gap=max(quantile(between, 0.5), 0.0))
    each = sorted(step / kernels for step, _, kernels in steps)
    low, median, high = (quantile(each, part) for part in (_INTERVAL[0], 0.5, _INTERVAL[1]))
    return HostCosts(median, 0.0, (median / low, high / median))


def _intervals(cases: Sequence[_Case], profile: LatencyProfile) -> dict[tuple[str, str], tuple[float, float]]:
    """By number format and mode, how far off whole cases are four times in five."""
    ratios: dict[tuple[str, str], list[float]] = {}
    for case in cases:
        key = case.reading.case.conditions.dtype, case.reading.case.conditions.mode
        ratios.setdefault(key, []).append(_ratio(case.observations, profile))
    found = {}
    for key, values in ratios.items():
        low, high = (quantile(sorted(values), part) for part in _INTERVAL)
        found[key] = max(high, 1.0), max(1 / low, 1.0)
    return found


def _by_conditions(
    cases: Sequence[_Case], roofs: Mapping[str, Ceilings], profile: LatencyProfile
) -> list[ConditionsFound]:
    groups: dict[str, list[_Case]] = {}
    for case in cases:
        groups.setdefault(str(case.reading.case.conditions), []).append(case)
    return [
        ConditionsFound(
            name,
            len(group),
            quantile(sorted(case.reading.spread for case in group), 0.5),
            Errors.of(_ratio(case.observations, profile) for case in group),
            roofs.get(group[0].reading.case.conditions.dtype),
        )
        for name, group in groups.items()
    ]


def _by_kind(observations: Sequence[Observation], profile: LatencyProfile) -> list[KindFound]:
    groups: dict[str, list[float]] = {}
    for each in observations:
        groups.setdefault(each.kernels[0].kind, []).append(_ratio([each], profile))
    return [KindFound(kind, Errors.of(groups[kind])) for kind in sorted(groups)]


def _ratio(observations: Sequence[Observation], profile: LatencyProfile) -> float:
    """What is predicted of some observations together, as a part of what they took."""
    predicted = sum(time_of(kernel, profile).elapsed for each in observations for kernel in each.kernels)
    return predicted / sum(each.seconds for each in observations)
