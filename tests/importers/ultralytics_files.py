"""Model files of Ultralytics, composed: backbones and necks as rows, for every head."""

from __future__ import annotations

import re

_SMALL = "n: [0.33, 0.25, 1024], s: [0.33, 0.50, 1024]"


def yolov8(head: str, classes: int = 80, block: str = "C2f", conv: str = "Conv", extra: str = "") -> str:
    """YOLOv8 with a head, or with the blocks of its `ghost` variant."""
    stages = [(64, 0), (128, 3), (256, 6), (512, 6), (1024, 3)]
    backbone = []
    for filters, repeats in stages:
        module = "Conv" if filters == 64 else conv
        backbone.append(f"[-1, 1, {module}, [{filters}, 3, 2]]")
        if repeats:
            backbone.append(f"[-1, {repeats}, {block}, [{filters}, True]]")
    neck = []
    if not head.startswith("Classify"):
        backbone.append("[-1, 1, SPPF, [1024, 5]]")
        for filters, skip in ((512, 6), (256, 4)):
            neck += ['[-1, 1, nn.Upsample, [None, 2, "nearest"]]', f"[[-1, {skip}], 1, Concat, [1]]"]
            neck.append(f"[-1, 3, {block}, [{filters}]]")
        for filters, skip in ((512, 12), (1024, 9)):
            neck += [f"[-1, 1, {conv}, [{filters // 2}, 3, 2]]", f"[[-1, {skip}], 1, Concat, [1]]"]
            neck.append(f"[-1, 3, {block}, [{filters}]]")
        neck.append(f"[[15, 18, 21], 1, {head}]")
    else:
        neck.append(f"[-1, 1, {head}]")
    scales = (
        "n: [0.33, 0.25, 1024], s: [0.33, 0.50, 1024], m: [0.67, 0.75, {m}], l: [1.0, 1.0, {l}], x: [1.0, 1.25, {l}]"
    )
    most = {"m": 1024, "l": 1024} if head.startswith("Classify") else {"m": 768, "l": 512}
    return _file(classes, scales.format(**most), backbone, neck, extra)


def yolov5(head: str, extra: str = "") -> str:
    """YOLOv5, version 6: `C3` blocks, and a head with or without anchors."""
    backbone = ["[-1, 1, Conv, [64, 6, 2, 2]]"]
    for filters, repeats in ((128, 3), (256, 6), (512, 9), (1024, 3)):
        backbone += [f"[-1, 1, Conv, [{filters}, 3, 2]]", f"[-1, {repeats}, C3, [{filters}]]"]
    backbone.append("[-1, 1, SPPF, [1024, 5]]")
    neck = []
    for filters, skip in ((512, 6), (256, 4)):
        neck += [f"[-1, 1, Conv, [{filters}, 1, 1]]", "[-1, 1, nn.Upsample, [None, 2, 'nearest']]"]
        neck += [f"[[-1, {skip}], 1, Concat, [1]]", f"[-1, 3, C3, [{filters}, False]]"]
    for filters, skip in ((512, 14), (1024, 10)):
        neck += [f"[-1, 1, Conv, [{filters // 2}, 3, 2]]", f"[[-1, {skip}], 1, Concat, [1]]"]
        neck.append(f"[-1, 3, C3, [{filters}, False]]")
    neck.append(f"[[17, 20, 23], 1, {head}]")
    scales = f"{_SMALL}, m: [0.67, 0.75, 1024], l: [1.0, 1.0, 1024], x: [1.33, 1.25, 1024]"
    return _file(80, scales, backbone, neck, extra)


def yolov5_of_one_size(depth: float, width: float, anchors: str) -> str:
    """YOLOv5 as its own repository writes it: a file for each size, and anchors."""
    multiples = f"depth_multiple: {depth}\nwidth_multiple: {width}\n"
    text = re.sub(r"scales:.*\n", multiples, yolov5("Detect, [nc, anchors]"))
    return text + f"anchors: {anchors}\n"


def yolo11(head: str, classes: int = 80, extra: str = "") -> str:
    """YOLO11: `C3k2` blocks, attention at the end of the backbone, and lighter heads."""
    backbone = ["[-1, 1, Conv, [64, 3, 2]]"]
    for filters, arguments in ((128, "[256, False, 0.25]"), (256, "[512, False, 0.25]"), (512, "[512, True]")):
        backbone += [f"[-1, 1, Conv, [{filters}, 3, 2]]", f"[-1, 2, C3k2, {arguments}]"]
    backbone += ["[-1, 1, Conv, [1024, 3, 2]]", "[-1, 2, C3k2, [1024, True]]"]
    neck = []
    if not head.startswith("Classify"):
        backbone += ["[-1, 1, SPPF, [1024, 5]]", "[-1, 2, C2PSA, [1024]]"]
        for filters, skip in ((512, 6), (256, 4)):
            neck += ['[-1, 1, nn.Upsample, [None, 2, "nearest"]]', f"[[-1, {skip}], 1, Concat, [1]]"]
            neck.append(f"[-1, 2, C3k2, [{filters}, False]]")
        for filters, skip, nested in ((512, 13, False), (1024, 10, True)):
            neck += [f"[-1, 1, Conv, [{filters // 2}, 3, 2]]", f"[[-1, {skip}], 1, Concat, [1]]"]
            neck.append(f"[-1, 2, C3k2, [{filters}, {nested}]]")
        neck.append(f"[[16, 19, 22], 1, {head}]")
    else:
        backbone.append("[-1, 2, C2PSA, [1024]]")
        neck.append(f"[-1, 1, {head}]")
    small = "n: [0.5, 0.25, 1024], s: [0.5, 0.5, 1024]"
    return _file(classes, f"{small}, m: [0.5, 1.0, 512], l: [1.0, 1.0, 512], x: [1.0, 1.5, 512]", backbone, neck, extra)


def _file(classes: int, scales: str, backbone: list[str], head: list[str], extra: str) -> str:
    rows = {"backbone": backbone, "head": head}
    parts = [f"{part}:\n" + "".join(f"  - {row}\n" for row in given) for part, given in rows.items()]
    return f"nc: {classes}\nscales: {{{scales}}}\n{extra}" + "".join(parts)
