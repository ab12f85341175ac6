"""Coefficients from measurements: of single kernels, of operators, or of whole networks.

The logarithms of what was predicted over what was measured are made small together, so that an error of a tenth weighs
the same in a large network and in a small kernel; large ones weigh less than their square, and coefficients that the
measurements say little about stay near where they began.
"""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING, Any

from cnncost.devices.kinds import PRODUCT_KINDS
from cnncost.records import NamedTuple
from cnncost.roofline.model import Work, seconds, work_of
from cnncost.roofline.prediction import used_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.devices.latency import Coefficients, Key, LatencyProfile
    from cnncost.roofline.kernels import Kernel

FITTED = ("launch", "rate", "bandwidth", "cached", "unaligned", "step", "load")
"""The coefficients that are fitted; tiles and grains are chosen."""

_ROBUST = 0.1
"""Errors beyond this part of one weigh as their size, not as its square."""

_DOUBT = 0.5
"""How far the logarithm of a coefficient may lie from where it began, weighed as an error of :data:`_ROBUST` is."""

_TOGETHER = 2
"""How many times as far those that are alike may lie from there together."""

_MULTIPLY_LESS = ("winograd", "fft")
_BELOW = 1e-3
_NUDGE = 1e-4
_CLOSE = 1e-4
"""The change of the sum of squares below which a fit is done."""


class Observation(NamedTuple):
    """What was measured: the time of some kernels together."""

    name: str
    kernels: Sequence[Kernel]
    seconds: float
    weight: float = 1.0
    """What an error weighs."""


class _Group(NamedTuple):
    """The kernels of one kind in all observations, as arrays."""

    key: Key
    work: Work
    """Of those that differ."""
    which: Any
    """Which of them run in an observation."""
    places: Any
    """The observation that each of those runs in."""
    times: Any
    """How often it does."""


def fit(observations: Sequence[Observation], start: LatencyProfile, doubt: float = _DOUBT) -> LatencyProfile:
    """The profile with the coefficients that the observations say.

    Args:
        observations: what was measured.
        start: the coefficients to begin with: those that are missing in it are not fitted.
        doubt: how far they may go from there, as a factor of e.

    Raises:
        SpecError: a kernel is of a dtype that the profile says nothing of.
    """
    import numpy as np
    from scipy.optimize import least_squares

    measured = np.array([each.seconds for each in observations])
    weights = np.array([each.weight for each in observations])
    groups = _groups(observations, start)
    names = [(place, name) for place, group in enumerate(groups) for name in FITTED if _has(start, group, name)]
    first = np.log([getattr(start.coefficients[groups[place].key], name) for place, name in names])
    prior = _prior([_likes(groups[place].key, name) for place, name in names], doubt)

    def times(values: Any) -> list[Any]:
        made = _with(start, groups, names, np.exp(values))
        return [_seconds(group, made[group.key], start) for group in groups]

    def summed(group: _Group, taken: Any) -> Any:
        return np.bincount(group.places, weights=group.times * taken[group.which], minlength=len(measured))

    def residuals(values: Any) -> Any:
        total = sum(summed(*pair) for pair in zip(groups, times(values), strict=True))
        return np.concatenate([weights * np.log(total / measured), prior @ (values - first)])

    def jacobian(values: Any) -> Any:
        taken = times(values)
        total = sum(summed(*pair) for pair in zip(groups, taken, strict=True))
        columns = np.zeros((len(measured), len(names)))
        for column, (place, _) in enumerate(names):
            group = groups[place]
            nudged = np.exp(values + _NUDGE * (np.arange(len(names)) == column))
            made = _with(start, groups, names, nudged)[group.key]
            change = summed(group, _seconds(group, made, start) - taken[place]) / _NUDGE
            columns[:, column] = weights * change / total
        return np.concatenate([columns, prior])

    roofs = np.array([_roof(start, groups[place].key, name) for place, name in names])
    begun = np.minimum(first, np.log(roofs) - _BELOW)
    bounds = (-np.inf, np.log(roofs))
    found = least_squares(
        residuals, begun, jacobian, bounds, loss="soft_l1", f_scale=_ROBUST, ftol=_CLOSE, max_nfev=100
    )
    fitted = _with(start, groups, names, np.exp(found.x))
    return start._replace(coefficients={**start.coefficients, **fitted})


def _prior(likes: Sequence[tuple[Any, Any]], doubt: float) -> Any:
    """What makes errors of how far coefficients are from where they began: those that are alike go there together.

    Each is off by a part of its own, by one that it shares with other kinds in its direction, and by one that it shares
    with other directions of its kind: the inverse of the covariance doubt² (I + t² (S + S')), where S and S' have ones
    for two that share, and t is :data:`_TOGETHER`, as its root.
    """
    import numpy as np

    covariance = np.eye(len(likes))
    for shared in zip(*likes, strict=True):
        covariance += _TOGETHER**2 * np.array([[one == other for other in shared] for one in shared])
    return _ROBUST * np.linalg.cholesky(np.linalg.inv(doubt**2 * covariance)).T


def _likes(key: Key, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What coefficients have in common whose beginnings may all be off alike: the direction, or the kind.

    A gradient of a product is one of as many operations as the product itself.
    """
    alike = "products" if key.kind in PRODUCT_KINDS else "moves"
    layout = "channels last" if key.channels_last else "channels first"
    return (alike, key.dtype, layout, key.direction, name), (key.kind, key.dtype, name)


def _groups(observations: Sequence[Observation], profile: LatencyProfile) -> list[_Group]:
    """The kernels by whose coefficients they have; equal ones of an observation together."""
    import numpy as np

    parts: dict[Key, Counter[tuple[int, Work]]] = {}
    for place, observation in enumerate(observations):
        for kernel in observation.kernels:
            key = used_key(kernel, profile)
            work = work_of(kernel, profile.coefficients[key])
            parts.setdefault(key, Counter())[place, work] += 1
    groups = []
    for key, counted in parts.items():
        numbers = {work: number for number, work in enumerate(dict.fromkeys(work for _, work in counted))}
        work = Work(*[np.array(column) for column in zip(*numbers, strict=True)])
        which = np.array([numbers[each] for _, each in counted])
        places = np.array([place for place, _ in counted])
        groups.append(_Group(key, work, which, places, np.array([*counted.values()])))
    return groups


def _roof(profile: LatencyProfile, key: Key, name: str) -> float:
    """What a coefficient cannot exceed: products that multiply all that they say do not go through the roof."""
    return profile.peaks.get(key.dtype, inf) if name == "rate" and key.kind not in _MULTIPLY_LESS else inf


def _has(profile: LatencyProfile, group: _Group, name: str) -> bool:
    return bool(getattr(profile.coefficients[group.key], name))


def _with(
    profile: LatencyProfile, groups: Sequence[_Group], names: Sequence[tuple[int, str]], values: Any
) -> dict[Key, Coefficients]:
    changes: dict[Key, dict[str, Any]] = {}
    for (place, name), value in zip(names, values, strict=True):
        changes.setdefault(groups[place].key, {})[name] = float(value)
    return {key: profile.coefficients[key]._replace(**change) for key, change in changes.items()}


def _seconds(group: _Group, coefficients: Coefficients, profile: LatencyProfile) -> Any:
    import numpy as np

    return seconds(group.work, coefficients, profile, np.maximum, np.minimum)
