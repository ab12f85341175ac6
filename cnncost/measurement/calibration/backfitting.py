"""Coefficients key by key: those of one, then of the next, each to what the others leave of the time.

Most layers are one kernel, so that hardly anything is left to settle between the keys, and a few coefficients at a time
are found in no time. (Backfitting: Breiman and Friedman 1985, section 2.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.roofline.fitting import Observation, fit
from cnncost.roofline.prediction import time_of, used_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.devices.latency import Key, LatencyProfile
    from cnncost.roofline.kernels import Kernel

_SWEEPS = 3
"""How often each key has its turn."""

_LEAST_PART = 0.1
"""What is left of a layer's time is taken for this part of it at least."""

FEWEST_LAYERS = 4
"""Keys that fewer layers have are not fitted: they have as many coefficients."""


def fitted_by_key(observations: Sequence[Observation], profile: LatencyProfile, doubt: float = 1.0) -> LatencyProfile:
    """The profile with the coefficients that the observations say.

    Args:
        observations: what was measured.
        profile: the coefficients to begin with.
        doubt: how far they may go from there, as a factor of e.
    """
    layers = [_Layer(each, profile) for each in observations]
    keys: dict[Key, list[_Layer]] = {}
    for layer in layers:
        for key in layer.kernels:
            keys.setdefault(key, []).append(layer)
    alone = all(len(layer.kernels) == 1 for layer in layers)
    for _ in range(1 if alone else _SWEEPS):
        for key, having in keys.items():
            if len(having) < FEWEST_LAYERS:
                continue
            profile = fit([layer.left_for(key) for layer in having], profile, doubt)
            for layer in having:
                layer.predict(key, profile)
    return profile


class _Layer:
    """What was measured of a layer, and what is predicted of its kernels, by their key."""

    def __init__(self, observation: Observation, profile: LatencyProfile) -> None:
        self.observation = observation
        self.kernels: dict[Key, list[Kernel]] = {}
        for kernel in observation.kernels:
            self.kernels.setdefault(used_key(kernel, profile), []).append(kernel)
        self.seconds: dict[Key, float] = {}
        for key in self.kernels:
            self.predict(key, profile)

    def predict(self, key: Key, profile: LatencyProfile) -> None:
        """Predict the kernels of a key anew."""
        if len(self.kernels) > 1:  # else nothing else is left of the time
            self.seconds[key] = sum(time_of(kernel, profile).elapsed for kernel in self.kernels[key])

    def left_for(self, key: Key) -> Observation:
        """The kernels of a key, with what the others leave of the time."""
        measured = self.observation.seconds
        others = sum(seconds for other, seconds in self.seconds.items() if other != key)
        left = max(measured - others, _LEAST_PART * measured)
        # What is left of much is less certain than what is all.
        return Observation(self.observation.name, self.kernels[key], left, left / measured)
