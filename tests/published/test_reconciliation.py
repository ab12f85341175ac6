"""Published figures, found again: which convention and which variant gives what papers and tools print."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import torch

from cnncost import analyze, build, reconcile
from cnncost.errors import SpecError
from cnncost.language.limits import Limits
from cnncost.language.load import load, loads
from cnncost.published.reconciliation.candidates import Subject
from cnncost.published.reconciliation.counts import QUANTITIES, Counts
from cnncost.published.reconciliation.parameters import PARAMETERS
from cnncost.published.reconciliation.search import search
from cnncost.published.reconciliation.ways import Way

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.graph.graph import Graph

# network, the figure, who prints it, what gives it: a way of counting, and what is different from the spec.
PUBLISHED = [
    ("resnet50", "3.8G", "He et al. 2015, Table 1", "macs", ("the variant `resnet50_v1`",)),
    ("resnet50", "4.09G", "torchvision's table of weights", "macs", ()),
    ("resnet50", "4.11G", "timm's table of results, by fvcore", "fvcore", ()),
    ("resnet50", "7.7G", "twice the 3.858G of the paper's own, as FLOPs", "torch", ("the variant `resnet50_v1`",)),
    ("resnet50", "8.2G", "twice torchvision's 4.089G, as FLOPs", "torch", ()),
    ("resnet50", "25.6M", "torchvision's table of weights", "all parameters", ()),
    ("resnet152", "11.3G", "He et al. 2015, Table 1", "macs", ("the variant `resnet152_v1`",)),
    ("vgg16", "15.5G", "Canziani et al. 2016 and many after them", "macs", ()),
    ("vgg16", "138M", "Simonyan & Zisserman 2015, Table 2", "all parameters", ()),
    ("googlenet", "6.6M", "torchvision's table of weights", "parameters without auxiliary heads", ()),
    ("inception_v3", "27.2M", "torchvision's table of weights", "all parameters", ()),
    ("inception_v3", "23.8M", "timm's table of results, without the head", "parameters without auxiliary heads", ()),
    ("inception_v3", "5.71G", "torchvision's table of weights", "macs", ()),
    ("densenet121", "2.83G", "torchvision's table of weights", "macs", ()),
    ("mobilenet_v1", "569M", "Howard et al. 2017, Table 8", "macs", ()),
    ("efficientnet_b0", "0.39G", "torchvision's table of weights", "macs", ()),
]


@cache
def counted(network: str) -> tuple[Subject, Counts]:
    """A network with all that is one change away from it, counted once for every figure of these tests."""
    subject = Subject(network, {}, None, Limits())
    return subject, Counts(subject, QUANTITIES)


def ways(network: str, figure: str) -> tuple[Way, ...]:
    """The ways in which a network has a figure, the likeliest first, as `reconcile` finds them."""
    return search(*counted(network), figure).matches


@pytest.mark.parametrize(("network", "figure", "source", "counting", "changes"), PUBLISHED)
def test_a_published_figure_is_found(
    network: str, figure: str, source: str, counting: str, changes: tuple[str, ...]
) -> None:
    best = ways(network, figure)[0]
    assert counting in best.countings, source
    assert best.changes == changes


def way(*changes: str, counted: str = "thop", documented: bool = False, **fields: Any) -> Way:
    return Way(
        "net", changes, documented, "flops", (counted,), 1, **{"agreement": "rounded", "difference": 0, **fields}
    )


RANKED = [
    way("a switch", "pixels", agreement="exact"),  # to the unit: no accident
    way(counted="macs", difference=0.04),
    way(counted="torch", difference=0.03),
    way(difference=0.01),
    way(difference=-0.02),
    way(agreement="truncated"),  # cut off in place of being rounded: as odd as a change
    way("a switch", documented=True),
    way("pixels", counted="macs"),
    way("a switch", documented=True, agreement="truncated"),
    way("a switch", "pixels"),
    way(thousand=1024),  # rarer than any change
    way("a switch", "pixels", agreement="truncated"),
    way(agreement="truncated", thousand=1024),
    way(agreement=None, counted="macs", difference=0.05),
    way("pixels", agreement=None),
]


def test_ways_are_ranked_by_how_little_they_assume() -> None:
    ranks = [each.rank for each in RANKED]
    assert ranks == sorted({*ranks})


def test_a_number_to_the_unit_comes_first_whatever_it_assumes() -> None:
    # The paper's ResNet-50, by fvcore's convolutions and linear layers: its strides stand in the 1 x 1 convolutions.
    best = ways("resnet50", "3,857,973,248")[0]
    assert (best.agreement, best.network) == ("exact", "resnet50_v1")


def test_what_the_spec_documents_comes_before_what_it_does_not() -> None:
    matches = [way for way in ways("resnet50", "7.7G") if len(way.changes) == 1 and way.agreement == "rounded"]
    documented = [way.documented for way in matches]
    assert documented == sorted(documented, reverse=True)
    assert {*documented} == {True, False}


def test_a_number_that_a_change_leaves_alone_is_found_once() -> None:
    values = [(way.quantity, way.value) for way in ways("resnet50", "4.09G")]
    assert len(values) == len(set(values))
    assert reconcile("resnet50", "4.09G")[0].matches == ways("resnet50", "4.09G")


def test_where_nothing_gives_the_figure_the_nearest_are_told() -> None:
    (found,) = reconcile("lenet5", "0.9G", nearest=3)
    assert found.matches == ()
    assert len(found.nearest) == 3
    factors = [900_000_000 / way.value for way in found.nearest]
    assert factors == sorted(factors)
    assert all(way.value < 900_000_000 for way in found.nearest)
    assert all(len(way.changes) <= 1 for way in found.nearest)  # of two, something comes near everything


def test_twice_too_much_is_nearer_than_a_tenth(tmp_path: Path) -> None:
    # 3 x 8 x 1 weights and 8 biases are 32 parameters; 24 x 64 MACs are 1536.
    path = tmp_path / "net.yaml"
    path.write_text("input: [3, 8, 8]\nnetwork: [{conv: 8}]\n", encoding="utf-8")
    assert reconcile(str(path), "0.7K")[0].nearest[0].value == 1536


def test_a_rule_that_changes_nothing_is_not_named() -> None:
    (found,) = reconcile("resnet50", "25,557,032", quantity="params")  # nothing but convolutions and no heads
    assert found.matches[0].countings == ("all parameters",)


def test_a_network_is_read_and_counted_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However many figures are held against it, and whatever is edited in it."""
    read: list[tuple[object, object]] = []

    def counting_loads(*arguments: Any, **options: Any) -> Graph:
        read.append((options["variant"], str(options["set"]) + str(options["input"])))
        return loads(*arguments, **options)

    monkeypatch.setattr("cnncost.published.reconciliation.candidates.loads", counting_loads)
    path = tmp_path / "net.yaml"
    text = "input: [3, 8, 8]\nnetwork: [{conv: 8}, batchnorm]\npublished: "
    for claims in ("[{source: a, params: 1T}]", "[{source: a, params: 1T, flops: 2T}, {source: b, flops: 3T}]"):
        path.write_text(text + claims, encoding="utf-8")
        read.clear()
        reconcile(str(path), thorough=True)
        assert len(read) == 1 + 1 + 18  # the network, at 32 pixels as Ultralytics counts, and at 18 other resolutions


def test_what_is_being_done_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    reconcile("lenet5", "9T", progress=lambda text, done, total: told.append((text, done, total)))
    steps = list(dict.fromkeys(text for text, _, _ in told))
    assert steps == ["the network as it stands", "networks with one change", "networks with two changes"]
    assert all(done < total for _, done, total in told)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("416.5K", None),
        ("416.5 KMACs", "flops"),
        ("416.5K mult-adds", "flops"),
        ("416.5 kflops", "flops"),
        ("61.7K params", "params"),
        ("61,706 parameters", "params"),
    ],
)
def test_a_figure_may_say_what_it_is_of(text: str, quantity: str | None) -> None:
    (found,) = reconcile("lenet5", text)
    assert found.figure == text
    assert found.matches[0].changes == ()
    quantities = {way.quantity for way in (*found.matches, *found.nearest)}
    assert quantities == {quantity} if quantity else "flops" in quantities


def test_rules_for_parameters() -> None:
    # 3 x 8 x 9 weights and 8 biases; 2 x 8 of the norm, and its 16 statistics and one counter; 8 x 10 + 10.
    graph = loads("input: [3, 8, 8]\nnetwork: [{conv: [8, 3]}, batchnorm, global_avgpool, flatten, {linear: 10}]\n")
    assert {rule: count(graph) for rule, count in PARAMETERS.items()} == {
        "all parameters": 224 + 16 + 90,
        "parameters without auxiliary heads": 224 + 16 + 90,
        "trainable parameters": 224 + 16 + 90,
        "parameters of convolutions and linear layers": 224 + 90,
        "weights of convolutions and linear layers": 216 + 80,
        "parameters of convolutions": 224,
        "parameters and running statistics": 224 + 16 + 90 + 17,
    }


@pytest.mark.parametrize("name", ["p4cnn", "vit_b_16", "unet", "mobilenet_v2", "convnext_tiny"])
def test_weights_and_biases_are_those_of_pytorch(name: str) -> None:
    """Weights are arrays of two axes or more that are called so; biases are those of the modules that have such."""
    found = {"weight": 0, "bias": 0}
    for module in build(name, device="meta").modules():
        own = dict(module.named_parameters(recurse=False))
        weights = {key for key, value in own.items() if key.endswith("weight") and value.dim() > 1}
        if weights or isinstance(module, torch.nn.Linear):
            for key, value in own.items():
                found[key.rpartition("_")[2]] += value.numel()
    graph = load(name)
    assert PARAMETERS["weights of convolutions and linear layers"](graph) == found["weight"]
    assert PARAMETERS["parameters of convolutions and linear layers"](graph) == found["weight"] + found["bias"]


def test_without_a_figure_what_the_spec_publishes_is_reconciled() -> None:
    found = reconcile("resnet50")
    assert {each.published_by for each in found} >= {"torchvision 0.28 IMAGENET1K_V1"}
    assert all(each.matches for each in found)


@pytest.mark.parametrize(
    ("figure", "quantity", "message"),
    [
        ("0", None, "`0` is nothing to look for"),
        ("four", None, "`four` is not a valid amount"),
        ("4.09", None, "`4.09` is not a whole number"),
        ("25M", "flop", "unknown quantity `flop`; did you mean `flops`?"),
        ("4,09G", None, "`4,09G` is not a valid amount"),
        ("1e400", None, "the exponent of `1e400` is too large"),
        ("MACs", None, "`MACs` is not a valid amount"),
        (None, None, "`lenet5_mnist` publishes no figure to reconcile"),
    ],
)
def test_what_cannot_be_reconciled_is_refused(figure: str | None, quantity: str | None, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        reconcile("lenet5_mnist", figure, quantity=quantity)
    assert refused.value.message == message


def test_a_convention_that_somebody_brought_along_is_not_searched(tmp_path: Path) -> None:
    path = tmp_path / "ones.yaml"
    rules = "name: ones\nunit: FLOPs\nsource: nobody\nabout: One.\nrules: {conv: 1}\notherwise: 1\n"
    path.write_text(rules, encoding="utf-8")
    analyze("lenet5", convention=str(path))
    found = reconcile("lenet5", "12", thorough=False)[0]
    assert all("ones" not in way.countings for way in (*found.matches, *found.nearest))
