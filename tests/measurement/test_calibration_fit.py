"""From readings to a profile: coefficients that were put into readings come out again, and files say what they hold."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from cnncost import load
from cnncost.algorithms import ConvolutionCall
from cnncost.devices import profile
from cnncost.devices.kinds import KINDS
from cnncost.devices.latency import Coefficients, HostCosts, Key, LatencyProfile
from cnncost.devices.record import LatencyRecord
from cnncost.devices.rules import WorkspaceRule
from cnncost.devices.written import latency_data
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.contractions.conv import Conv
from cnncost.measurement.calibration.case import Case, Conditions
from cnncost.measurement.calibration.coefficients import fitted
from cnncost.measurement.calibration.facts import Facts
from cnncost.measurement.calibration.plan import cases
from cnncost.measurement.calibration.reading import LayerReading, Reading
from cnncost.measurement.ceilings import Ceilings
from cnncost.measurement.options import MeasureOptions
from cnncost.roofline import kernels_of, predict_on

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

ROOF = Ceilings(flops_per_second=1e15, matrix_size=1024, bytes_per_second=1e10, copy_bytes=2**25)
FACTS = Facts("cpu", 1, 2**21, 16)
LAUNCH = 5e-6


def seconds(graph: Graph, batch: int, number: int) -> float:
    """What a layer takes on a device that starts a kernel in 5 µs and moves 20 GB/s, whatever it computes."""
    settings = MeasureOptions(device="cpu", batch=batch).step_settings("cpu")
    kernels = [kernel for kernel in kernels_of(graph, settings) if kernel.layer == number]
    return sum(LAUNCH + kernel.bytes / 2e10 for kernel in kernels)


def reading(case: Case) -> Reading:
    graph = case.chain.graph()
    layers = [LayerReading(forward=seconds(graph, case.batch, node.id)) for node in graph.layers]
    return Reading(case=case, layers=tuple(layers), spread=0.0, reference_seconds=1.0)


def test_networks_are_predicted_as_the_readings_say() -> None:
    readings = [reading(case) for case in islice(cases("cpu", [Conditions()]), 250)]
    latency, conditions, kinds = fitted(readings, {"float32": ROOF}, FACTS, "cpu")
    assert (conditions[0].cases, conditions[0].conditions) == (250, "float32, contiguous, infer")
    assert conditions[0].errors.median < 0.05
    assert {kind.kind for kind in kinds} <= set(KINDS)
    for name in ("resnet18", "mobilenet_v2"):
        graph = load(name)
        taken = sum(seconds(graph, 1, node.id) for node in graph.layers)
        predicted = predict_on(graph, MeasureOptions(device="cpu").step_settings("cpu"), latency)
        assert predicted.seconds == pytest.approx(taken, rel=0.02)


def test_a_layer_that_was_faster_than_the_ceiling_raises_it() -> None:
    readings = [reading(case) for case in islice(cases("cpu", [Conditions()]), 30)]
    low = ROOF.model_copy(update={"flops_per_second": 1e9})
    latency, _, _ = fitted(readings, {"float32": low}, FACTS, "cpu")
    assert latency.peaks["float32"] > 1e10


def test_what_is_written_is_what_is_read() -> None:
    relu = Key("elementwise", "float32", channels_last=False, operation="relu")
    rest = relu._replace(operation=None)
    latency = LatencyProfile(
        device="cpu",
        units=2,
        cache_bytes=4194304,
        peaks={"float32": 1.25e11},
        bandwidth=8e9,
        host=HostCosts(3e-6, 1e-6, (1.0, 1.5)),
        coefficients={
            relu: Coefficients(launch=2e-6, bandwidth=9e9, cached=4e10),
            rest: Coefficients(launch=4e-6, rate=2e9, tiles=((64, 32),), grain=8, step=1e-9, load=1e-12),
        },
        algorithms=(WorkspaceRule("ragged", axes=2, pointwise=False, in_channels=(5, None), ragged=16),),
        intervals={("float32", "infer"): (1.25, 1.5)},
    )
    data = latency_data(latency)
    read = LatencyProfile.of(LatencyRecord.model_validate(data).model_dump(exclude_none=True))
    assert set(read.coefficients) == {relu, rest}
    assert read.coefficients[rest].tiles == ((64, 32),)
    for name in ("launch", "rate", "grain", "step", "load"):
        assert getattr(read.coefficients[rest], name) == pytest.approx(getattr(latency.coefficients[rest], name))
    assert read.coefficients[relu].cached == pytest.approx(4e10)
    assert (read.host.operation, read.host.gap) == pytest.approx((3e-6, 1e-6))
    assert read.algorithms == latency.algorithms
    assert read.intervals == latency.intervals
    assert latency_data(read) == data


def test_operations_have_coefficients_of_their_own_or_those_of_their_kind() -> None:
    kind = Key("elementwise", "float32", channels_last=False)
    own = kind._replace(operation="relu")
    latency = profile("h200").latency
    assert latency is not None
    latency = latency._replace(coefficients={kind: Coefficients(1e-6), own: Coefficients(2e-6)})
    assert latency.find(own) == own
    assert latency.find(kind._replace(operation="add")) == kind
    assert latency.find(own._replace(channels_last=True)) == own


@pytest.mark.parametrize(
    ("channels", "out", "kernel", "groups", "is_ragged"),
    [
        (64, 64, 3, 1, False),
        (64, 60, 3, 1, True),
        (60, 64, 3, 1, True),
        (60, 60, 1, 1, False),  # of one element: another kind
        (3, 64, 3, 1, False),  # the first convolution
        (60, 60, 3, 60, False),  # each channel by itself
    ],
)
def test_which_convolutions_are_ragged(channels: int, out: int, kernel: int, groups: int, *, is_ragged: bool) -> None:
    layer = Conv.make({"out": out, "kernel": kernel, "padding": kernel // 2, "groups": groups}, rank=2)
    x = Tensor(channels, (8, 8))
    rule = WorkspaceRule("ragged", axes=2, pointwise=False, in_channels=(5, None), ragged=16)
    assert rule.fits(ConvolutionCall(layer, x, layer.output(x), 1), "forward", "float32") is is_ragged
