"""The blocks of Ultralytics' networks: cross-stage partial networks, pyramids of pools, ghosts.

Each is a function of the place where it is built, of the node that it reads and of its arguments, in Ultralytics'
order behind the channels that it reads. Definitions are those of Ultralytics' `nn/modules/block.py`; papers are named
where a block has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.ultralytics.modules import count, flag, module, real, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.importers.ultralytics.site import Site

    Inner = Callable[[Site, int], int]
    """What builds a module of as many channels as it reads."""

_OUT = ("out",)
_PARTIAL: dict[str, Any] = {"shortcut": flag(True), "groups": count(1), "expansion": real(0.5)}
"""What most blocks are given besides their channels and repeats."""


def bottleneck_of(site: Site, x: int, out: int, *, given: Any, kernels: tuple[Any, Any], expansion: float = 1.0) -> int:
    """Two convolutions, and the sum with what they read where that has as many channels (He et al. 2016)."""
    y = site.conv("cv1", x, int(out * expansion), kernels[0])
    y = site.conv("cv2", y, out, kernels[1], groups=given.groups)
    return site.add("add", [x, y], "add") if given.shortcut and site.channels(x) == out else y


@module("Bottleneck", scaled=_OUT, out=count(), shortcut=flag(True), groups=count(1), kernels=size([3, 3]))
def bottleneck(site: Site, x: int, given: Any) -> int:
    """A bottleneck of half the channels."""
    kernels = given.kernels if isinstance(given.kernels, list) else [given.kernels] * 2
    return bottleneck_of(site, x, given.out, given=given, kernels=(kernels[0], kernels[-1]), expansion=0.5)


@module("C1", scaled=_OUT, out=count(), repeats=count(1))
def c1(site: Site, x: int, given: Any) -> int:
    """One convolution, and the sum with several that follow."""
    first = y = site.conv("cv1", x, given.out)
    for index in range(given.repeats):
        y = site.conv(f"m[{index}]", y, given.out, 3)
    return site.add("add", [y, first], "add")


@module("C2", scaled=_OUT, out=count(), repeats=count(1), **_PARTIAL)
def c2(site: Site, x: int, given: Any) -> int:
    """Half of the channels go through bottlenecks (Wang et al. 2020, CSPNet)."""
    y, other = halves(site, site.conv("cv1", x, 2 * int(given.out * given.expansion)))
    for place in _repeated(site, "Bottleneck", given.repeats):
        y = bottleneck_of(place, y, site.channels(y), given=given, kernels=(3, 3))
    return site.conv("cv2", site.add("concat", [y, other], "concat"), given.out)


def halves(site: Site, x: int) -> tuple[int, int]:
    """The first and the second half of the channels that a node gives."""
    channels = site.channels(x)
    return (
        site.add("slice", [x], "chunk[0]", start=0, stop=channels // 2),
        site.add("slice", [x], "chunk[1]", start=channels // 2, stop=channels),
    )


def _repeated(site: Site, kind: str, repeats: int) -> list[Site]:
    """The places of the modules that a block repeats."""
    return [site.inside(f"m[{index}]", kind) for index in range(repeats)]


def _all_kept(site: Site, x: int, given: Any, kind: str, inner: Inner) -> int:
    """The frame of `C2f`: half of the channels go through modules, each of whose outputs is kept."""
    kept = list(halves(site, site.conv("cv1", x, 2 * int(given.out * given.expansion))))
    for place in _repeated(site, kind, given.repeats):
        kept.append(inner(place, kept[-1]))
    return site.conv("cv2", site.add("concat", kept, "concat"), given.out)


@module("C2f", scaled=_OUT, out=count(), repeats=count(1), shortcut=flag(False), groups=count(1), expansion=real(0.5))
def c2f(site: Site, x: int, given: Any) -> int:
    """Half of the channels go through bottlenecks, each of whose outputs is kept."""
    return _all_kept(site, x, given, "Bottleneck", _bottlenecks(given, 3, 3))


@module(
    "C3k2",
    scaled=_OUT,
    out=count(),
    repeats=count(1),
    nested=flag(False),
    expansion=real(0.5),
    groups=count(1),
    shortcut=flag(True),
)
def c3k2(site: Site, x: int, given: Any) -> int:
    """As `C2f`, of bottlenecks of half the channels or of `C3` blocks of two bottlenecks each."""

    def nested(place: Site, y: int) -> int:
        return _two_paths(place, y, site.channels(y), [_bottlenecks(given, 3, 3)] * 2, kind="Bottleneck", expansion=0.5)

    def plain(place: Site, y: int) -> int:
        return bottleneck_of(place, y, site.channels(y), given=given, kernels=(3, 3), expansion=0.5)

    return _all_kept(site, x, given, "C3k" if given.nested else "Bottleneck", nested if given.nested else plain)


def _bottlenecks(given: Any, *kernels: Any) -> Inner:
    """What builds a bottleneck of these kernels that is as wide inside."""

    def build(place: Site, y: int) -> int:
        return bottleneck_of(place, y, place.channels(y), given=given, kernels=(kernels[0], kernels[1]))

    return build


def _two_paths(site: Site, x: int, out: int, inner: list[Inner], *, kind: str, expansion: float) -> int:
    """The frame of `C3`: modules on one of two paths of a share of the channels (Wang et al. 2020, CSPNet)."""
    hidden = int(out * expansion)
    y = site.conv("cv1", x, hidden)
    for place, build in zip(_repeated(site, kind, len(inner)), inner, strict=True):
        y = build(place, y)
    return site.conv("cv3", site.add("concat", [y, site.conv("cv2", x, hidden)], "concat"), out)


@module("C3", scaled=_OUT, out=count(), repeats=count(1), **_PARTIAL)
def c3(site: Site, x: int, given: Any) -> int:
    """Bottlenecks of a pointwise and a 3 x 3 convolution on one of two paths."""
    inner = [_bottlenecks(given, 1, 3)] * given.repeats
    return _two_paths(site, x, given.out, inner, kind="Bottleneck", expansion=given.expansion)


@module("C3x", scaled=_OUT, out=count(), repeats=count(1), **_PARTIAL)
def c3x(site: Site, x: int, given: Any) -> int:
    """As `C3`, with convolutions along one axis each."""
    inner = [_bottlenecks(given, [1, 3], [3, 1])] * given.repeats
    return _two_paths(site, x, given.out, inner, kind="Bottleneck", expansion=given.expansion)


@module("C3Ghost", scaled=_OUT, out=count(), repeats=count(1), **_PARTIAL)
def c3_ghost(site: Site, x: int, given: Any) -> int:
    """As `C3`, with ghost bottlenecks."""

    def build(place: Site, y: int) -> int:
        return _ghost_bottleneck(place, y, place.channels(y), kernel=3, stride=1)

    return _two_paths(site, x, given.out, [build] * given.repeats, kind="GhostBottleneck", expansion=given.expansion)


@module("BottleneckCSP", scaled=_OUT, out=count(), repeats=count(1), **_PARTIAL)
def bottleneck_csp(site: Site, x: int, given: Any) -> int:
    """Bottlenecks on one of two paths, which are normalised together (Wang et al. 2020, CSPNet)."""
    hidden = int(given.out * given.expansion)
    y = site.conv("cv1", x, hidden)
    for place in _repeated(site, "Bottleneck", given.repeats):
        y = bottleneck_of(place, y, hidden, given=given, kernels=(1, 3))
    y = site.add("conv", [y], "cv3", out=hidden, bias=False)
    other = site.add("conv", [x], "cv2", out=hidden, bias=False)
    y = site.norm(site.add("concat", [y, other], "concat"))
    return site.conv("cv4", site.activate(y), given.out)


@module("SPP", scaled=_OUT, out=count(), kernels=size([5, 9, 13]))
def spp(site: Site, x: int, given: Any) -> int:
    """Max pools of several sizes side by side (He et al. 2015, spatial pyramid pooling)."""
    kernels = given.kernels if isinstance(given.kernels, list) else [given.kernels]
    y = site.conv("cv1", x, site.channels(x) // 2)
    pools = [
        site.add("maxpool", [y], f"m[{index}]", kernel=kernel, stride=1, padding=kernel // 2)
        for index, kernel in enumerate(kernels)
    ]
    return site.conv("cv2", site.add("concat", [y, *pools], "concat"), given.out)


@module("SPPF", scaled=_OUT, out=count(), kernel=count(5))
def sppf(site: Site, x: int, given: Any) -> int:
    """Max pools one after the other, which see what larger ones would."""
    kept = [site.conv("cv1", x, site.channels(x) // 2)]
    for name in ("m", "m_2", "m_3"):
        kept.append(site.add("maxpool", [kept[-1]], name, kernel=given.kernel, stride=1, padding=given.kernel // 2))
    return site.conv("cv2", site.add("concat", kept, "concat"), given.out)


@module("GhostBottleneck", scaled=_OUT, out=count(), kernel=count(3), stride=count(1))
def ghost_bottleneck(site: Site, x: int, given: Any) -> int:
    """Two ghost modules, and the sum with what they read (Han et al. 2020, GhostNet)."""
    return _ghost_bottleneck(site, x, given.out, kernel=given.kernel, stride=given.stride)


def _ghost_bottleneck(site: Site, x: int, out: int, *, kernel: int, stride: int) -> int:
    y = _ghost(site.inside("conv[0]", "GhostConv"), x, out // 2)
    if stride == 2:
        y = site.depthwise("conv[1]", y, out // 2, kernel, stride=stride, act=False)
    y = _ghost(site.inside("conv[2]", "GhostConv"), y, out, act=False)
    if stride == 2:
        x = site.depthwise("shortcut[0]", x, site.channels(x), kernel, stride=stride, act=False)
        x = site.conv("shortcut[1]", x, out, act=False)
    return site.add("add", [y, x], "add")


@module("GhostConv", scaled=_OUT, out=count(), kernel=count(1), stride=count(1), groups=count(1), act=flag(True))
def ghost(site: Site, x: int, given: Any) -> int:
    """Half of the channels by a convolution, the others from those by a depthwise one (Han et al. 2020, GhostNet)."""
    return _ghost(site, x, **vars(given))


def _ghost(site: Site, x: int, out: int, *, kernel: int = 1, stride: int = 1, groups: int = 1, act: bool = True) -> int:
    hidden = out // 2
    y = site.conv("cv1", x, hidden, kernel, stride=stride, groups=groups, act=act)
    cheap = site.conv("cv2", y, hidden, 5, groups=hidden, act=act)
    return site.add("concat", [y, cheap], "concat")
