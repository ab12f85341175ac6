"""Others' models, and those typed from papers, compute what the models of our specs compute, with the same weights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
import torch

from cnncost import build, load
from tests.torch_models import REFERENCES, Shape
from tests.torch_models.classification.equivariant import RotatedMNIST
from tests.torch_models.classification.recent import unstandardized
from tests.torch_models.generation.style_based import StyleGAN2
from tests.verification.test_foreign_models import every_output, with_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from cnncost.graph.graph import Graph

SAMPLED = [name for name, reference in REFERENCES.items() if reference.sample]


@pytest.mark.parametrize("name", SAMPLED)
def test_outputs_are_the_same_with_the_same_weights(name: str) -> None:
    reference, graph = REFERENCES[name], load(name)
    inputs = [graph.nodes[number].name for number in graph.inputs]
    shapes = reference.sample or ()
    compare(reference.factory, load(name, input=dict(zip(inputs, map(list, shapes), strict=True))), shapes)


def test_a_style_based_generator_with_filters_that_can_be_copied() -> None:
    # weights that are computed from 16 numbers have no room for a filter: here each channel stores one of its own
    graph = load("stylegan2_256", set={"levels": 4, "own_filters": True})
    compare(partial(StyleGAN2, levels=4, own_filters=True), graph, ((512,),))


@pytest.mark.parametrize(("name", "theirs"), [("nfnet_f0", "dm_nfnet_f0"), ("nf_resnet50", "nf_resnet50")])
def test_normalizer_free_networks_with_weights_as_they_are_stored(name: str, theirs: str) -> None:
    graph = load(name, set={"standardized": False}, input=[3, 64, 64])
    compare(partial(unstandardized, theirs), graph, ((3, 64, 64),))


def compare(factory: Callable[[], nn.Module], graph: Graph, shapes: tuple[Shape, ...]) -> None:
    """Both models get the same numbers, tensors of a shape in their order, and give the same outputs."""
    torch.manual_seed(0)
    with torch.device("meta"):
        theirs = factory().eval()
    theirs = with_numbers(theirs)
    ours = build(graph, device="cpu").eval()
    given: dict[str, list[torch.Tensor]] = {}
    for tensor in theirs.state_dict().values():
        given.setdefault(_kind(tensor), []).append(tensor)
    weights, known = {}, dict[int, torch.Tensor]()  # those that are shared have several names
    for key, tensor in ours.state_dict().items():
        if tensor.data_ptr() not in known:
            known[tensor.data_ptr()] = given[_kind(tensor)].pop(0).reshape(tensor.shape)
        weights[key] = known[tensor.data_ptr()]
    assert not any(given.values())
    ours.load_state_dict(weights)
    samples = [torch.randn(2, *shape) for shape in shapes]
    with torch.no_grad():
        outputs, expectations = every_output(ours(*samples)), every_output(theirs(*samples))
    for output, expected in zip(outputs, expectations, strict=True):
        assert expected.std() > 0
        assert (output - expected).abs().max() <= 1e-4 * expected.std()


def _kind(tensor: torch.Tensor) -> str:
    """Weights of one shape come in one order in both: a filter of one element of a group is one without elements."""
    return str([size for size in tensor.shape if size > 1] + [tensor.dtype])


@pytest.mark.parametrize(("group", "width", "pooled"), [("p4", 4, False), ("p4", 4, True), ("p4m", 3, False)])
def test_the_typed_networks_do_not_mind_a_quarter_turn(group: str, width: int, pooled: bool) -> None:
    torch.manual_seed(0)
    model = RotatedMNIST(group, width, pooled=pooled).eval()
    with torch.no_grad():
        for tensor in model.parameters():
            tensor.normal_()
        sample = torch.randn(1, 1, 28, 28)
        expected, turned = model(sample), model(sample.rot90(1, (-2, -1)))
    assert expected.std() > 0
    assert (turned - expected).abs().max() <= 1e-4 * expected.std()
