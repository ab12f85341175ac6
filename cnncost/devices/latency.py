"""How long kernels take on a device: a few coefficients for each kind of them, fitted to measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.devices.kinds import TWINS
from cnncost.devices.rules import WorkspaceRule
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncost.algorithms import ConvolutionCall

FORWARD = "forward"

_MICROSECOND, _NANOSECOND, _PICOSECOND = 1e-6, 1e-9, 1e-12
_GIGA, _TERA = 1e9, 1e12

_DTYPE_TWIN = {"float16": "bfloat16", "bfloat16": "float16", "tf32": "float32"}


_UNKNOWN = 2.0
"""What totals are divided and multiplied by where nothing says how far off they are."""


class Coefficients(NamedTuple):
    """What the time of one kind of kernel is computed from; what plays no part in it is ``None``.

    A product of matrices is computed in tiles, on as many units at once as the device has, whatever is moved
    meanwhile. With D numbers to sum, waves W = ⌈tiles / units⌉ and the tile m × n that takes the least time:

        launch + max(D (step + W (2 m n units / rate + (m + n) load)), bytes / bandwidth)

    and of anything else, and of products without tiles:

        launch + operations / rate + bytes / bandwidth
    """

    launch: float
    """Seconds that it takes at least."""
    rate: float | None = None
    """Operations per second of the whole device."""
    bandwidth: float | None = None
    """Bytes per second, read and written."""
    cached: float | None = None
    """The same of tensors that fit in the device's cache, up to its size."""
    unaligned: float | None = None
    """The same where what lies side by side, positions or channels, does not make whole vectors."""
    tiles: tuple[tuple[int, int], ...] = ()
    """Rows and columns of the tiles that a library has kernels for."""
    grain: int = 1
    """Channels that the depth of a convolution is rounded up to a multiple of."""
    step: float = 0.0
    """Seconds for each number of the depth, however many tiles there are."""
    load: float = 0.0
    """Seconds for each row and each column of a tile that is read."""
    separate: bool = False
    """Whether groups of channels are kernels of their own, one after the other."""
    overlap: float = 1.0
    """Seconds that pass for each second of such kernels: below 1 where several run at once."""


class Key(NamedTuple):
    """Which kernels coefficients are of."""

    kind: str
    dtype: str
    channels_last: bool
    direction: str = FORWARD
    operation: str | None = None
    """What PyTorch calls it; ``None`` for those of the kind that have no coefficients of their own."""


class HostCosts(NamedTuple):
    """What the processor needs that launches the kernels."""

    operation: float
    """Seconds for each kernel until the next one can be launched: eager PyTorch."""
    gap: float
    """Seconds between two kernels where the device is what is waited for."""
    factors: tuple[float, float]
    """What its time is divided and multiplied by for an interval that holds four times in five."""


class LatencyProfile(NamedTuple):
    """How long kernels take on a device.

    >>> from cnncost.devices import profile
    >>> latency = profile("h200").latency
    >>> latency.units, latency.find(Key("stem", "float16", channels_last=False))
    (132, Key(kind='stem', dtype='bfloat16', channels_last=True, direction='forward', operation=None))
    """

    device: str
    """``cuda`` or ``cpu``: PyTorch runs other operations on the one than on the other."""
    units: int
    """Units that compute at once: multiprocessors, or cores."""
    cache_bytes: int
    """Of the cache that all of them share."""
    peaks: Mapping[str, float]
    """Operations per second of a large product of matrices, by dtype: the roof."""
    bandwidth: float
    """Bytes per second of a large copy."""
    host: HostCosts
    coefficients: Mapping[Key, Coefficients]
    algorithms: tuple[WorkspaceRule, ...]
    """Which convolutions are computed by another way than by loops: the first rule that fits."""
    intervals: Mapping[tuple[str, str], tuple[float, float]]
    """By dtype and mode what the total is divided and multiplied by for an interval that holds four times in five."""

    def find(self, key: Key) -> Key | None:
        """The key whose coefficients kernels have: their own, or that of those which are most like them."""
        return next((each for each in _like(key) if each in self.coefficients), None)

    def interval(self, dtype: str, mode: str) -> tuple[float, float]:
        """What a total is divided and multiplied by; where this was not measured the widest of those that were."""
        known = self.intervals.get((dtype, mode))
        if known is not None:
            return known
        every = self.intervals.values()
        return max([low for low, _ in every], default=_UNKNOWN), max([high for _, high in every], default=_UNKNOWN)

    def algorithm(self, call: ConvolutionCall, direction: str, dtype: str) -> str | None:
        """The kind that a convolution is computed as, where a rule says so."""
        for rule in self.algorithms:
            if rule.fits(call, direction, dtype):
                return rule.algorithm
        return None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> LatencyProfile:
        """The section of a profile's file, whose units are µs, Tops/s, GB/s, ns and ps."""
        host = data["host"]
        return cls(
            device=data["device"],
            units=data["units"],
            cache_bytes=data["cache_bytes"],
            peaks={dtype: rate * _TERA for dtype, rate in data["peaks"].items()},
            bandwidth=data["bandwidth"] * _GIGA,
            host=HostCosts(host["operation"] * _MICROSECOND, host["gap"] * _MICROSECOND, tuple(host["factors"])),
            coefficients=dict([_entry(each) for each in data["kernels"]]),
            algorithms=tuple([WorkspaceRule(**_frozen(rule)) for rule in data.get("algorithms", ())]),
            intervals={(each["dtype"], each["mode"]): tuple(each["factors"]) for each in data["intervals"]},
        )


def _entry(entry: Mapping[str, Any]) -> tuple[Key, Coefficients]:
    key = Key(
        entry["kind"], entry["dtype"], entry["channels_last"], entry.get("direction", FORWARD), entry.get("operation")
    )
    made = {name: entry[name] * unit for name, unit in UNITS.items() if name in entry}
    made |= {name: entry[name] for name in ("grain", "separate", "overlap") if name in entry}
    if "tiles" in entry:
        made["tiles"] = tuple([tuple(tile) for tile in entry["tiles"]])
    return key, Coefficients(**made)


UNITS = {
    "launch": _MICROSECOND,
    "rate": _TERA,
    "bandwidth": _GIGA,
    "cached": _GIGA,
    "unaligned": _GIGA,
    "step": _NANOSECOND,
    "load": _PICOSECOND,
}
"""What the numbers of a file are multiplied by: µs, Tops/s, GB/s, ns and ps."""


def _like(key: Key) -> Iterable[Key]:
    """The kernels that are like some, the likest first: the same one forward, in another layout, of another kind."""
    twin = _DTYPE_TWIN.get(key.dtype)
    dtypes = [key.dtype] if twin is None else [key.dtype, twin]
    directions = [key.direction] + [FORWARD] * (key.direction != FORWARD)
    for dtype in dtypes:
        kind: str | None = key.kind
        while kind is not None:
            for last in (key.channels_last, not key.channels_last):
                for direction in directions:
                    if kind == key.kind and key.operation is not None:
                        yield Key(kind, dtype, last, direction, key.operation)
                    yield Key(kind, dtype, last, direction)
            kind = TWINS.get(kind)


def _frozen(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list | tuple) else value for name, value in rule.items()}
