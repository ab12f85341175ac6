"""The tools: one function each, from a model and its inputs to the numbers that the tool prints.

Every tool sees the model as it is: in evaluation mode unless the tool itself keeps training mode. Nothing depends
on weights or inputs.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.version import Version

from tests.compiled_operators import import_torchvision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor, nn


class Count(NamedTuple):
    """What a tool says of a model.

    Attributes:
        total: the number it prints. layers: by the names of modules, where it gives them; each without its children.
    """

    total: int
    layers: dict[str, int] | None = None


class Metric(NamedTuple):
    """One of the numbers that a tool prints, and the preset that says how it comes about."""

    preset: str
    name: str
    unit: str


class Tool(NamedTuple):
    """A tool that counts.

    Attributes:
        distribution: what it is installed as. count: from a model and inputs to its numbers. metrics: their names,
            in order. trains: whether it counts a model in training as such; the others switch to evaluation.
        device: where the model lies. Most of them need the processor: they trace, or add tensors up.
    """

    distribution: str
    count: Callable[..., tuple[Count, ...]]
    metrics: tuple[Metric, ...]
    trains: bool = False
    device: str = "cpu"

    def run(self, model: nn.Module, samples: Iterable[Tensor]) -> tuple[Count, ...]:
        """The tool's numbers, one for each of its metrics; whatever it raises goes through."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of deprecated imports, and of what they leave out
            return self.count(model, *samples)

    @property
    def version(self) -> str:
        """The version that is installed; raises PackageNotFoundError when none is."""
        return Version(version(self.distribution)).public


def flop_counter_mode(model: nn.Module, *samples: Tensor) -> tuple[Count]:
    """``torch.utils.flop_counter``."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(*samples)
    counts = counter.get_flop_counts()
    inclusive = {name.partition(".")[2]: sum(kinds.values()) for name, kinds in counts.items() if name != "Global"}
    return (Count(counter.get_total_flops(), _without_children(inclusive)),)


def _without_children(inclusive: dict[str, int]) -> dict[str, int]:
    """Figures of modules less those of the modules inside them."""
    own = dict(inclusive)
    for name, count in inclusive.items():
        parent = name
        while parent:
            parent = parent.rpartition(".")[0]
            if parent in own:
                own[parent] -= count
                break
    return own


def fvcore(model: nn.Module, *samples: Tensor) -> tuple[Count]:
    """``FlopCountAnalysis``."""
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(model, samples).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return (Count(int(analysis.total())),)


def torchinfo(model: nn.Module, *samples: Tensor) -> tuple[Count]:
    """``summary``, of all levels of the model."""
    from torchinfo import summary

    mode = "train" if model.training else "eval"
    statistics = summary(model, input_data=samples, verbose=0, depth=100, mode=mode, device=samples[0].device)
    return (Count(statistics.total_mult_adds),)


def ptflops(model: nn.Module, *samples: Tensor) -> tuple[Count]:
    """``get_model_complexity_info`` with its default backend; what it calls functions for belongs to no layer."""
    return _ptflops(model, samples, "pytorch")


def ptflops_aten(model: nn.Module, *samples: Tensor) -> tuple[Count]:
    """``get_model_complexity_info`` with the backend that looks at ATen's operators."""
    return _ptflops(model, samples, "aten")


def _ptflops(model: nn.Module, samples: tuple[Tensor, ...], backend: str) -> tuple[Count]:
    import_torchvision()  # ptflops has a rule for one of its layers
    from ptflops import get_model_complexity_info

    def inputs(_: tuple[int, ...]) -> Any:
        if len(samples) == 1:
            return samples[0]
        graph: Any = model.graph
        return {graph.nodes[number].name: sample for number, sample in zip(graph.inputs, samples, strict=True)}

    macs, _ = get_model_complexity_info(
        model, (1,), input_constructor=inputs, backend=backend, as_strings=False, print_per_layer_stat=False
    )
    if macs is None:
        raise RuntimeError("ptflops gives up")  # it has printed why
    return (Count(int(macs)),)


def thop(model: nn.Module, *samples: Tensor) -> tuple[Count]:
    """``profile``."""
    from thop import profile

    total, _, parts = profile(model, inputs=samples, verbose=False, ret_layer_info=True)
    return (Count(int(total), dict(_leaves("", parts))),)


def _leaves(name: str, parts: dict[str, Any]) -> Iterable[tuple[str, int]]:
    """thop's figures of the modules that have no modules in them."""
    for child, (operations, _, inner) in parts.items():
        path = f"{name}.{child}" if name else child
        yield from _leaves(path, inner) if inner else [(path, int(operations))]


def calflops(model: nn.Module, *samples: Tensor) -> tuple[Count, Count]:
    """What ``calculate_flops`` does, by hand for the sake of the layers' figures."""
    import_torchvision()  # transformers looks whether it is there
    from calflops.calculate_pipline import CalFlopsPipline

    pipeline = CalFlopsPipline(model.eval(), include_backPropagation=False, compute_bp_factor=2.0)
    pipeline.start_flops_calculate()
    try:
        model(*samples)
        return (
            Count(pipeline.get_total_flops(), _attributes(model, "__flops__")),
            Count(pipeline.get_total_macs(), _attributes(model, "__macs__")),
        )
    finally:
        pipeline.end_flops_calculate()


def deepspeed(model: nn.Module, *samples: Tensor) -> tuple[Count, Count]:
    """What ``get_model_profile`` does, by hand for the sake of the layers' figures."""
    from deepspeed.profiling.flops_profiler import FlopsProfiler

    profiler = FlopsProfiler(model.eval())
    profiler.start_profile()
    try:
        model(*samples)
        return (
            Count(profiler.get_total_flops(), _attributes(model, "__flops__")),
            Count(profiler.get_total_macs(), _attributes(model, "__macs__")),
        )
    finally:
        profiler.end_profile()


def _attributes(model: nn.Module, attribute: str) -> dict[str, int]:
    return {name: int(getattr(module, attribute)) for name, module in model.named_modules()}


def torchscan(model: nn.Module, *samples: Tensor) -> tuple[Count, Count]:
    """``crawl_module``."""
    from torchscan import crawl_module

    report = crawl_module(model, args=samples)
    return _torchscan(report, "module_flops"), _torchscan(report, "macs")


def _torchscan(report: dict[str, Any], metric: str) -> Count:
    layers: Counter[str] = Counter()
    for layer in report["layers"]:
        layers[layer["path"]] += layer["metrics"].get(metric, {}).get("known_value") or 0
    return Count(report["totals"][metric]["known_value"], dict(layers))


TOOLS = (
    Tool("torch", flop_counter_mode, (Metric("torch", "total flops", "FLOPs"),), trains=True, device="meta"),
    Tool("fvcore", fvcore, (Metric("fvcore", "total", "MACs"),), trains=True),
    Tool("torchinfo", torchinfo, (Metric("torchinfo", "total_mult_adds", "MACs"),), trains=True),
    Tool("ptflops", ptflops, (Metric("ptflops", "macs, backend pytorch", "MACs"),)),
    Tool("ptflops", ptflops_aten, (Metric("ptflops_aten", "macs, backend aten", "MACs"),)),
    Tool("thop", thop, (Metric("thop", "total_ops", "MACs"),)),
    Tool("calflops", calflops, (Metric("calflops", "flops", "FLOPs"), Metric("calflops_macs", "macs", "MACs"))),
    Tool("deepspeed", deepspeed, (Metric("deepspeed", "flops", "FLOPs"), Metric("deepspeed_macs", "macs", "MACs"))),
    Tool(
        "torchscan", torchscan, (Metric("torchscan", "module_flops", "FLOPs"), Metric("torchscan_macs", "macs", "MACs"))
    ),
)
"""Every tool whose numbers a preset gives."""


REQUIRED = "CNNCOST_REQUIRE_PEERS" in os.environ
"""Whether a tool that is missing is an error, and not a reason to skip its tests."""


def missing() -> list[str]:
    """The tools that are not installed."""
    return sorted({tool.distribution for tool in TOOLS if find_spec(tool.distribution) is None})
