"""Every layer type as PyTorch code: alone in a network, at random fields and shapes, it gives what it gives built."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cnncost.errors import SpecError
from cnncost.graph.builder import GraphBuilder
from cnncost.layers import REGISTRY, Tensor
from tests.exporters.exported import compare
from tests.layers.strategies import PATIENT, Placement, fitting

HOW = """
`{keyword}` cannot be exported to PyTorch code: {error}
What its `counterpart` does is noted by a stand-in for `torch.nn` (exporters/pytorch/recording.py): it may call
modules and functions of torch, methods and operators of tensors, with numbers that follow from fields and shapes. What
loops or decides by more than that is a function marked `@written` (layers/base/counterpart.py), with nothing but
`torch`, `nn` and its arguments in it: the file gets its source.
"""


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning")
@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_a_layer_gives_the_same_as_code(keyword: str) -> None:
    seen = []

    @settings(PATIENT, max_examples=10)
    @given(fitting(REGISTRY[keyword], largest=7))
    def check(placement: Placement) -> None:
        builder = GraphBuilder("alone")
        inputs = [builder.add_input(f"input_{number}", x) for number, x in enumerate(placement.xs)]
        beside = []
        if placement.layer.is_source:  # a network has an input, which says how many samples there are
            beside = [builder.add(REGISTRY["relu"](), [builder.add_input("input", Tensor(2, (), "flat"))])]
        try:
            graph = builder.finish([builder.add(placement.layer, inputs), *beside])
        except SpecError:
            return
        try:
            compare(graph)
        except SpecError as error:
            pytest.fail(HOW.format(keyword=keyword, error=error))
        seen.append(placement)

    check()
    assert seen
