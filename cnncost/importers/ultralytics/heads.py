"""The heads of Ultralytics' networks: what follows the last row that is a feature map.

Boxes are decoded from distances and anchors, which is arithmetic on a few numbers for each position: what comes
before it is an output, and the graph says so. Definitions are those of `nn/modules/head.py`; distances are
distributions (Li et al. 2020, Generalized Focal Loss, section 3.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.ultralytics.modules import count, module, optional, size

if TYPE_CHECKING:
    from cnncost.importers.ultralytics.site import Site

_BINS = 16
"""How many numbers a distance's distribution has."""
_SIDES = 4
"""Distances of a box: to the left, above, to the right and below."""
_WIDTH_TO_CLASSIFY = 1280
DECODED = "boxes are decoded from what the outputs hold: not counted"


@module("Detect", joins=True, classes=count(80), anchors=optional())
def detect(site: Site, xs: list[int], given: Any) -> tuple[int, ...]:
    """Distances and classes for each position of each level; with anchors, as YOLOv5 has it, for each of these."""
    if given.anchors:
        return _with_anchors(site, xs, given.classes, given.anchors)
    return _detect(site, xs, given.classes)


def _detect(site: Site, xs: list[int], classes: int) -> tuple[int, ...]:
    boxes, scores = _levels(site, xs, classes)
    return _decoded(site, boxes, scores)


@module("Segment", joins=True, scaled=("width",), classes=count(80), masks=count(32), width=count(256))
def segment(site: Site, xs: list[int], given: Any) -> tuple[int, ...]:
    """`Detect`, coefficients of masks for each position, and the masks that they are of (Bolya et al. 2019, YOLACT)."""
    place = site.inside("proto", "Proto")
    y = place.conv("cv1", xs[0], given.width, 3)
    y = place.add("conv_transpose", [y], "upsample", out=given.width, kernel=2, stride=2)
    prototypes = place.conv("cv3", place.conv("cv2", y, given.width, 3), given.masks)
    coefficients = _more(site, xs, given.masks)
    return (*_detect(site, xs, given.classes), coefficients, prototypes)


@module("Pose", joins=True, classes=count(80), keypoints=size(51))
def pose(site: Site, xs: list[int], given: Any) -> tuple[int, ...]:
    """`Detect`, and so many keypoints of so many numbers for each position."""
    numbers = given.keypoints if isinstance(given.keypoints, int) else given.keypoints[0] * given.keypoints[-1]
    return (_more(site, xs, numbers), *_detect(site, xs, given.classes))


@module("OBB", joins=True, classes=count(80), angles=count(1))
def oriented(site: Site, xs: list[int], given: Any) -> tuple[int, ...]:
    """`Detect`, and an angle for each position."""
    angle = site.add("sigmoid", [_more(site, xs, given.angles)], "angle")
    return (angle, *_detect(site, xs, given.classes))


@module("Classify", scaled=("out",), out=count(), kernel=count(1), stride=count(1))
def classify(site: Site, x: int, given: Any) -> int:
    """A convolution, the mean of its channels, and a linear layer."""
    y = site.conv("conv", x, _WIDTH_TO_CLASSIFY, given.kernel, stride=given.stride)
    y = site.add("adaptive_avgpool", [y], "pool", size=1)
    y = site.add("flatten", [y], "flatten")
    y = site.add("linear", [site.add("dropout", [y], "drop", p=0.0)], "linear", out=given.out)
    return site.add("softmax", [y], "softmax")


def _levels(site: Site, xs: list[int], classes: int) -> tuple[list[int], list[int]]:
    """The numbers of boxes and of classes of each level."""
    first = site.channels(xs[0])
    width = max(16, first // 4, _SIDES * _BINS)
    wide = max(first, min(classes, 100))
    boxes, scores = [], []
    for index, x in enumerate(xs):
        boxes.append(_twice(site.inside(f"cv2[{index}]", "Sequential"), x, width, _SIDES * _BINS))
        place = site.inside(f"cv3[{index}]", "Sequential")
        scores.append(_lightly(place, x, wide, classes) if site.is_light else _twice(place, x, wide, classes))
    return boxes, scores


def _twice(site: Site, x: int, width: int, out: int) -> int:
    """Two 3 x 3 convolutions, and one that gives the output."""
    y = site.conv("[1]", site.conv("[0]", x, width, 3), width, 3)
    return site.add("conv", [y], "[2]", out=out)


def _lightly(site: Site, x: int, width: int, out: int) -> int:
    """Twice a depthwise and a pointwise convolution, and one that gives the output."""
    for index in range(2):
        x = site.depthwise(f"[{index}][0]", x, site.channels(x), 3)
        x = site.conv(f"[{index}][1]", x, width)
    return site.add("conv", [x], "[2]", out=out)


def _more(site: Site, xs: list[int], out: int) -> int:
    """Further numbers for each position, of all levels in a row."""
    width = max(site.channels(xs[0]) // 4, out)
    levels = [_twice(site.inside(f"cv4[{index}]", "Sequential"), x, width, out) for index, x in enumerate(xs)]
    return _in_a_row(site, levels, "cv4_row")


def _in_a_row(site: Site, levels: list[int], name: str) -> int:
    """The positions of all levels, one after the other."""
    rows = [
        site.add("reshape", [level], f"{name}_{index}", size=[site.channels(level), -1])
        for index, level in enumerate(levels)
    ]
    return rows[0] if len(rows) == 1 else site.add("concat", rows, name, axis="positions")


def _decoded(site: Site, boxes: list[int], scores: list[int]) -> tuple[int, ...]:
    """The distances that distributions are the means of, and the probabilities of classes."""
    y = _in_a_row(site, boxes, "box")
    positions = site.shape(y).positions
    place = site.inside("dfl", "DFL")
    y = place.add("reshape", [y], "reshape", size=[_SIDES, _BINS, positions])
    y = place.add("softmax", [place.add("permute", [y], "transpose", axes=[1, 0, 2])], "softmax")
    y = place.add("conv", [y], "conv", trainable=False, out=1, bias=False)
    distances = place.add("reshape", [y], "view", size=[_SIDES, positions])
    return distances, site.add("sigmoid", [_in_a_row(site, scores, "cls")], "sigmoid")


def _with_anchors(site: Site, xs: list[int], classes: int, anchors: int) -> tuple[int, ...]:
    """For each anchor a box, whether there is something, and its class (Redmon and Farhadi 2018, YOLOv3)."""
    numbers = anchors * (_SIDES + 1 + classes)
    heads = [site.add("conv", [x], f"m[{index}]", out=numbers) for index, x in enumerate(xs)]
    return tuple(site.add("sigmoid", [head], f"sigmoid_{index}") for index, head in enumerate(heads))
