"""Published figures, found again: which convention and which variant gives what papers and tools print."""

from __future__ import annotations

import pytest

from cnncost import reconcile
from cnncost.errors import SpecError
from cnncost.reconciliation.edits import with_biases, without_batchnorm, without_biases
from cnncost.reconciliation.parameters import PARAMETERS
from cnncost.spec.load import load, loads

# network, the figure, who prints it, what gives it: a way of counting, and what is different from the spec.
PUBLISHED = [
    ("resnet50", "3.8G", "He et al. 2015, Table 1", "macs", ("the variant `resnet50_v1`",)),
    ("resnet50", "4.09G", "torchvision's table of weights", "macs", ()),
    ("resnet50", "4.11G", "timm's table of results, by fvcore", "fvcore", ()),
    ("resnet50", "25.6M", "torchvision's table of weights", "all parameters", ()),
    ("resnet152", "11.3G", "He et al. 2015, Table 1", "macs", ("the variant `resnet152_v1`",)),
    ("vgg16", "138M", "Simonyan & Zisserman 2015, Table 2", "all parameters", ()),
    ("googlenet", "6.6M", "torchvision's table of weights", "parameters without auxiliary heads", ()),
    ("densenet121", "2.83G", "torchvision's table of weights", "macs", ()),
    ("mobilenet_v1", "569M", "Howard et al. 2017, Table 8", "macs", ()),
    ("efficientnet_b0", "0.39G", "torchvision's table of weights", "macs", ()),
]


@pytest.mark.parametrize(("network", "figure", "source", "counting", "changes"), PUBLISHED)
def test_a_published_figure_is_found(
    network: str, figure: str, source: str, counting: str, changes: tuple[str, ...]
) -> None:
    best = reconcile(network, figure)[0].matches[0]
    assert counting in best.countings, source
    assert best.changes == changes


def test_matches_come_in_order_of_agreement_and_of_how_little_they_change() -> None:
    matches = reconcile("resnet50", "4.09G")[0].matches
    agreements = [("exact", "rounded", "truncated").index(way.agreement or "") for way in matches]
    assert agreements == sorted(agreements)
    rounded = [len(way.changes) for way in matches if way.agreement == "rounded"]
    assert rounded == sorted(rounded)


def test_a_number_that_a_change_leaves_alone_is_found_once() -> None:
    values = [(way.quantity, way.value) for way in reconcile("resnet50", "4.09G")[0].matches]
    assert len(values) == len(set(values))


def test_where_nothing_gives_the_figure_the_nearest_are_told() -> None:
    (found,) = reconcile("lenet5", "0.9G", nearest=3)
    assert found.matches == ()
    assert len(found.nearest) == 3
    distances = [abs(way.difference) for way in found.nearest]
    assert distances == sorted(distances)
    assert all(way.value < 900_000_000 for way in found.nearest)


def test_two_changes_are_tried_where_one_is_not_enough() -> None:
    # Without the batch norm of 8 channels (16 parameters) and with 8 biases, the convolution of 27 x 8 weights has 224.
    spec = "input: [3, 8, 8]\nnetwork: [{conv: {out: 8, kernel: 3, bias: false}}, batchnorm]\n"
    graph = loads(spec)
    biased = with_biases(graph)
    assert biased is not None
    both = without_batchnorm(biased)
    assert both is not None
    assert (sum(node.parameters() for node in graph.layers), sum(node.parameters() for node in both.layers)) == (
        232,
        224,
    )


def test_edits_say_when_they_change_nothing() -> None:
    graph = load("lenet5")  # every convolution has a bias, and nothing is normalised
    assert with_biases(graph) is None
    assert without_batchnorm(graph) is None
    assert without_biases(graph) is not None


def test_rules_for_parameters() -> None:
    # 3 x 8 x 9 weights and 8 biases; 2 x 8 of the norm, and its 16 statistics and one counter; 8 x 10 + 10.
    graph = loads("input: [3, 8, 8]\nnetwork: [{conv: [8, 3]}, batchnorm, global_avgpool, flatten, {linear: 10}]\n")
    assert {rule: count(graph) for rule, count in PARAMETERS.items()} == {
        "all parameters": 224 + 16 + 90,
        "parameters without auxiliary heads": 224 + 16 + 90,
        "parameters of convolutions and linear layers": 224 + 90,
        "weights of convolutions and linear layers": 216 + 80,
        "parameters of convolutions": 224,
        "parameters and running statistics": 224 + 16 + 90 + 17,
    }


def test_without_a_figure_what_the_spec_publishes_is_reconciled() -> None:
    found = reconcile("resnet50")
    assert {each.published_by for each in found} >= {"torchvision 0.28 IMAGENET1K_V1"}
    assert all(each.matches for each in found)


@pytest.mark.parametrize(
    ("figure", "quantity", "message"),
    [
        ("0", None, "`0` is nothing to look for"),
        ("four", None, "`four` is no amount"),
        ("25M", "flop", "unknown quantity `flop`; did you mean `flops`?"),
        (None, None, "`lenet5_mnist` publishes no figure to reconcile"),
    ],
)
def test_what_cannot_be_reconciled_is_refused(figure: str | None, quantity: str | None, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        reconcile("lenet5_mnist", figure, quantity=quantity)
    assert refused.value.message == message
