"""A formula that is broken is found, and the layer and the figure are named.

Formulas are broken in our own classes only: PyTorch's layers stay right, since they are made from the fields. Shapes
are worked out while a spec is loaded, so a broken shape is there from the beginning; other formulas are asked later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost.language.load import loads
from cnncost.layers import REGISTRY, Buffers, Operations, Tensor
from cnncost.layers.base.costs import GradientMacs
from cnncost.layers.base.window import Window
from cnncost.layers.contractions.contraction import Parametrised
from cnncost.layers.contractions.conv import Conv
from cnncost.measurement.options import MeasureOptions
from cnncost.metrics import METRICS, Analysis, parameters
from cnncost.metrics import textbook_memory as memory
from cnncost.verification.result import DIFFERENT, Verification
from cnncost.verification.run import Plan, verify_graph

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = """\
name: faulty
input: [4, 33, 33]
network:
  - {conv: {out: 8, kernel: 3, stride: 2, padding: 1}, name: strided}
  - {batchnorm, name: norm}
  - {relu, name: act}
  - {maxpool: {kernel: 3, stride: 1, padding: 1}, name: pool}
  - {conv: {out: 8, kernel: 3, padding: 2, dilation: 2}, name: dilated}
  - {conv: {out: 8, kernel: 3, padding: 1, groups: 4, bias: false}, name: grouped}
  - {conv: {out: 8, kernel: 3, padding: 1, groups: 4, bias: false}, name: again, share: grouped}
  - {global_avgpool, name: mean}
  - {flatten, name: flat}
  - {linear: 5, name: logits}
  - {conv: 2, from: act, name: head}
outputs: [logits]
auxiliary: [head]
"""
CONVOLUTIONS = {"strided", "dilated", "grouped", "again", "head"}

BatchNorm, Linear = REGISTRY["batchnorm"], REGISTRY["linear"]


def verification(device: str = "meta", **options: Any) -> Verification:
    plan = Plan.checked(MeasureOptions(device=device, batch=2, **options), latency=False)
    return verify_graph(loads(SPEC, "faulty.yaml"), plan)


def differing(found: Verification, figure: str) -> set[str]:
    """The layers whose figure differs; the empty name is the whole network."""
    assert not found.failure
    return {check.layer for check in found.checks if check.figure == figure and check.verdict == DIFFERENT}


@pytest.mark.parametrize("mode", ["infer", "train"])
def test_without_a_fault_everything_is_the_same(mode: str) -> None:
    found = verification("cpu", mode=mode)
    assert found.mismatches == ()
    assert found.passed


def without_padding(layer: Any, x: Tensor) -> Tensor:
    pairs = zip(x.spatial, layer.kernel, layer.dilation, layer.stride, strict=True)
    return Tensor(layer.out, tuple((size - d * (k - 1) - 1) // s + 1 for size, k, d, s in pairs))


def without_stride(layer: Any, x: Tensor) -> Tensor:
    return Tensor(layer.out, x.spatial)


def without_groups(layer: Any, x: Tensor) -> int:
    kernel = layer.kernel[0] * layer.kernel[1]
    return int(layer.out * x.channels * kernel)


def test_a_padding_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conv, "output", without_padding)
    # The head has a kernel of one and no padding. Layers behind a wrong one read what the graph says, and are right.
    assert differing(verification(), "output_shape") - {""} == CONVOLUTIONS - {"head"}


def test_a_stride_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conv, "output", without_stride)
    found = verification()
    assert differing(found, "output_shape") - {""} == {"strided"}
    assert "strided" in differing(found, "macs")
    assert "strided" in differing(found, "activation_bytes")


def test_a_bias_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parametrised, "parameters", lambda layer, x: layer.weights(x))
    found = verification()
    for figure in ("params", "trainable_params", "param_bytes", "gradient_bytes"):
        assert differing(found, figure) == {"", "strided", "dilated", "logits", "head"}
    assert differing(found, "optimizer_bytes") == {""}
    assert differing(found, "macs") == set()


def test_groups_that_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conv, "weights", without_groups)
    found = verification()
    assert differing(found, "params") == {"", "grouped"}  # shared weights are counted once
    for figure in ("macs", "weight_gradient_flops", "input_gradient_flops"):
        assert differing(found, figure) == {"", "grouped", "again"}


def test_a_dilation_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    def undilated(layer: Any, x: Tensor, y: Tensor) -> Any:
        windows = zip(layer.kernel, layer.stride, layer.padding, strict=True)
        return (tuple(Window(kernel, stride, -before) for kernel, stride, (before, _) in windows),)

    monkeypatch.setattr(Conv, "reach", undilated)
    # Every layer behind it sees less as well; the first that is named is the one.
    assert differing(verification("cpu"), "receptive_field") == {"dilated", "grouped", "again"}


def test_buffers_that_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchNorm, "buffers", lambda layer, x: Buffers())
    found = verification()
    assert differing(found, "buffers") == differing(found, "buffer_bytes") == {"", "norm"}


def test_a_counter_taken_for_a_statistic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchNorm, "buffers", lambda layer, x: Buffers(statistics=2 * x.channels + 1))
    found = verification()
    assert differing(found, "buffers") == set()
    assert differing(found, "buffer_bytes") == {"", "norm"}


@pytest.mark.parametrize(
    ("gradients", "figure"),
    [
        (lambda macs: GradientMacs(weights=macs), "input_gradient_flops"),
        (lambda macs: GradientMacs(inputs=macs), "weight_gradient_flops"),
    ],
)
def test_a_gradient_that_is_left_out(
    monkeypatch: pytest.MonkeyPatch, gradients: Callable[[int], GradientMacs], figure: str
) -> None:
    monkeypatch.setattr(Linear, "gradient_macs", lambda layer, x, y: gradients(layer.operations(x, y).mac))
    found = verification()
    assert differing(found, figure) == differing(found, "backward_flops") | {"logits"} == {"", "logits"}


def test_gradients_for_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Analysis, "trained_upstream", property(lambda analysis: [True] * len(analysis.nodes)))
    assert differing(verification(), "input_gradient_flops") == {"", "strided"}


FOLLOWED = """\
input: {image: [3, 8, 8], frame: [3, 8, 8]}
network:
  - {conv: [8, 3], from: frame, name: stem}
  - {conv: [8, 3], from: stem, name: guide}
  - {conv: {out: 4, kernel: 3, stride: 2, padding: 1}, from: image, name: small}
  - {upsample: {like: guide}, from: small, name: up}
  - {conv: 2, from: stem, name: head}
outputs: [up]
auxiliary: [head]
"""


@pytest.mark.parametrize(
    ("mode", "without"), [("infer", {"stem", "guide"}), ("train", {"guide"})], ids=["inference", "training"]
)
def test_gradients_of_what_is_read_for_its_shape_alone(
    monkeypatch: pytest.MonkeyPatch, mode: str, without: set[str]
) -> None:
    """The stem has one in training only, by way of the head."""
    plan = Plan.checked(MeasureOptions(device="meta", mode=mode), latency=False)
    assert verify_graph(loads(FOLLOWED), plan).passed
    for decided in ("gets_gradient", "weights_get_gradient"):
        monkeypatch.setattr(Analysis, decided, property(lambda analysis: [True] * len(analysis.nodes)))
    found = verify_graph(loads(FOLLOWED), plan)
    assert differing(found, "weight_gradient_flops") == {"", *without}
    assert differing(found, "input_gradient_flops") == {"", "guide"}
    assert differing(found, "gradient_bytes") == {"", "guide"}
    assert differing(found, "optimizer_bytes") == {""}


def test_operations_of_one_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Operations, "times", lambda operations, count: operations)
    # The head does not run, and zero stays zero.
    assert differing(verification(), "macs") == {"", "logits"} | CONVOLUTIONS - {"head"}


def test_a_linear_layer_that_counts_additions_as_macs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Linear, "operations", lambda layer, x, y: Operations(mac=layer.parameters(x)))
    assert differing(verification(), "macs") == {"", "logits"}


def test_activations_of_another_width(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_eight_bytes(analysis: Analysis) -> list[int]:
        return [2 * (count or 0) for count in memory.activation_bytes(analysis)]

    broken = METRICS["activation_bytes"]._replace(compute=of_eight_bytes)
    monkeypatch.setitem(METRICS, "activation_bytes", broken)
    running = CONVOLUTIONS - {"head"} | {"norm", "act", "pool", "mean", "flat", "logits"}
    assert differing(verification(), "activation_bytes") == {"", *running}


def test_shared_weights_that_are_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters, "_owned", lambda analysis, counts: counts)
    assert differing(verification(), "params") == {"", "again"}


def test_a_head_that_runs_in_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Analysis, "running", lambda analysis, values: list(values))
    assert differing(verification(), "activation_bytes") == {"", "head"}


def test_a_formula_that_fails_is_a_failure_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(layer: Any, x: Tensor) -> int:
        raise ZeroDivisionError("no such formula")

    graph = loads(SPEC, "faulty.yaml")
    monkeypatch.setattr(Linear, "parameters", broken)
    found = verify_graph(graph, Plan.checked(MeasureOptions(device="meta")))
    assert found.failure == "analysis: ZeroDivisionError: no such formula"
    assert not found.passed
