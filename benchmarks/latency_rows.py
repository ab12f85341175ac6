"""What was measured of kernels and of networks on an H200, and the kernels that cnncost says those run."""

from __future__ import annotations

import csv
import gzip
import json
import pickle
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cnncost
from cnncost.footprint.settings import StepSettings
from cnncost.roofline import kernels_of
from cnncost.roofline.fitting import Observation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.graph.graph import Graph
    from cnncost.roofline import Kernel

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "h200"

_LIBRARIES = {"tv_seg": "torchvision", "tv_vid": "torchvision", "timm": "timm"}
_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "amp_bf16": "float32"}
_GRAPHS = Path(tempfile.gettempdir()) / "cnncost-h200-graphs.pickle"

_WEIGHTS = {"64": 0.5, "1": 0.2}
"""What an operator weighs by its batch: there are ten times as many as networks, and single samples take other ways."""

_FAMILIES = ("resnetv2", "resnet", "vgg", "densenet", "mobilenet_v3", "efficientnet", "convnext")
"""Networks whose names begin with these are relatives: none of them is fitted where another is predicted."""


class Row(NamedTuple):
    """One network as it was measured."""

    network: str
    dtype: str
    """``fp32``, ``bf16`` or ``amp_bf16``."""
    settings: StepSettings
    kernel_seconds: float
    wall_seconds: float
    kernels: Sequence[Kernel]

    @property
    def family(self) -> str:
        """What is left out with it."""
        return family(self.network)


def family(network: str) -> str:
    """The relatives that a network is left out with.

    >>> family("resnet152"), family("timm:nf_resnet50"), family("tv_seg:deeplabv3_resnet50")
    ('resnet', 'nf_resnet50', 'deeplabv3_resnet50')
    """
    name = network.rpartition(":")[2]
    return next((known for known in _FAMILIES if name.startswith(known)), name)


def rows() -> list[Row]:
    """Every network of `latency.csv`; those of an earlier call are read from a file."""
    graphs: dict[str, Graph] = pickle.loads(_GRAPHS.read_bytes()) if _GRAPHS.exists() else {}
    found = []
    with (FOLDER / "latency.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            name = row["network"]
            if name not in graphs:
                graphs[name] = _graph(name, row["input"])
                _GRAPHS.write_bytes(pickle.dumps(graphs))
            settings = settings_of(row)
            found.append(
                Row(
                    network=name,
                    dtype=row["dtype"],
                    settings=settings,
                    kernel_seconds=float(row["kernel_ms"]) / 1e3,
                    wall_seconds=float(row["median_ms"]) / 1e3,
                    kernels=kernels_of(graphs[name], settings),
                )
            )
    return found


def settings_of(row: dict[str, str]) -> StepSettings:
    """How a row's step ran."""
    trains = row["mode"] == "train"
    return StepSettings(
        mode=row["mode"],
        batch=int(row["batch"]),
        dtype=_DTYPES[row["dtype"]],
        amp="bfloat16" if row["dtype"].startswith("amp") else None,
        optimizer="adamw" if trains else "adam",
        channels_last=row["channels_last"] == "1",
        device="h200",
    )


def spec_of(network: str) -> str:
    """How cnncost calls it."""
    place, _, name = network.rpartition(":")
    return f"{_LIBRARIES.get(place, 'torchvision')}:{name}"


def _graph(network: str, size: str) -> Graph:
    return cnncost.load(spec_of(network), input=[int(axis) for axis in size.split("x")])


def operators() -> Iterator[Observation]:
    """The operators of `operators.csv.gz`, each with the kernels of its network that have the same shapes.

    What PyTorch runs besides, such as copies of running statistics, belongs to no kernel of ours and is left out.
    """
    graphs: dict[str, Graph] = pickle.loads(_GRAPHS.read_bytes())
    measured: dict[tuple[str, ...], dict[Any, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0, 0.0]))
    with gzip.open(FOLDER / "operators.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            run = (row["network"], row["batch"], row["dtype"], row["channels_last"])
            counted = measured[run][_measured_key(row["op"], json.loads(row["shapes"]))]
            counted[0] += int(row["calls"])
            counted[1] += float(row["us"]) / 1e6
    for (name, batch, dtype, last), parts in measured.items():
        settings = settings_of({"mode": "infer", "batch": batch, "dtype": dtype, "channels_last": last})
        ours: dict[Any, list[Kernel]] = defaultdict(list)
        for kernel in kernels_of(graphs[name], settings):
            ours[_own_key(graphs[name], kernel, settings.batch)].append(kernel)
        for key, (calls, taken) in parts.items():
            if len(ours.get(key, ())) == calls:
                yield Observation(name, ours[key], taken, _WEIGHTS[batch])


def _own_key(graph: Graph, kernel: Kernel, batch: int) -> Any:
    node = graph.nodes[kernel.layer]
    if kernel.call is not None:
        layer, x = kernel.call.layer, kernel.call.x
        return "conv", (batch, *x.dims), (layer.out, x.channels // layer.groups, *layer.kernel)
    if kernel.operation == "addmm" and kernel.product is not None:
        return "addmm", (kernel.product.rows, kernel.product.depth), (kernel.product.columns,)
    if kernel.operation == "cat":  # the profiler has them all together
        return "cat"
    read = kernel.operation in ("pool", "mean")
    return kernel.operation, (batch, *(node.xs[0] if read else node.y).dims)


def _measured_key(operator: str, shapes: Any) -> Any:
    if operator == "aten::cat":
        return "cat"
    sizes = [tuple(shape) if isinstance(shape, list) else () for shape in shapes]
    if operator == "aten::cudnn_convolution":
        return "conv", sizes[0], sizes[1]
    if operator == "aten::addmm":
        return "addmm", sizes[1], sizes[0]
    if operator == "aten::add_":
        channels = sizes[1][2:] == (1, 1)
        return "bias" if channels else "add", sizes[0]
    return _NAMES.get(operator, operator), sizes[0]


_NAMES = {
    "aten::cudnn_batch_norm": "batch_norm",
    "aten::native_batch_norm": "batch_norm",
    "aten::clamp_min_": "relu",
    "aten::max_pool2d_with_indices": "pool",
    "aten::_adaptive_avg_pool2d": "pool",
    "aten::mean": "mean",
}
