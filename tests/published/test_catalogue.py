"""The architectures that ship, as data: entries, filters, orders, and the frontier."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cnncost import load, zoo
from cnncost.errors import SpecError
from cnncost.graph.graph import Published
from cnncost.language import library
from cnncost.language.yaml import reader
from cnncost.published import catalogue
from cnncost.published.catalogue import SORTS, Entry, Zoo, frontier, shipped
from cnncost.published.filters import Filters
from cnncost.published.tasks import TASKS

if TYPE_CHECKING:
    from cnncost.language.yaml.nodes import MappingNode


def entry(name: str, macs: int | None, *accuracies: float | None, **fields: Any) -> Entry:
    """An entry with an accuracy of ImageNet, and perhaps one of CIFAR-10."""
    metrics = ("ImageNet top-1", "CIFAR-10 top-1")
    claims = [
        Published("a book", accuracy=value, metric=metric) for value, metric in zip(accuracies, metrics, strict=False)
    ]
    bare = Entry(name, "family", None, None, None, macs, None, None, None, None, tuple(claims))
    return bare.measured_by(metrics[0])._replace(**fields)


SMALL = Zoo(
    (
        entry("net18", 300, 70.0, 95.0, year=2015, task="images", params=5000),
        entry("net101", 900, 80.0, year=2016, task="images", params=9000),
        entry("wide_net", 900, 75.0, year=2018, task="images", params=20_000),
        entry("video_net", 5000, None, year=None, task="videos", params=None),
    )
)


def names(chosen: Zoo) -> list[str]:
    return [each.name for each in chosen.entries]


def test_everything_that_ships_is_there_with_what_its_spec_says() -> None:
    entries = {each.name: each for each in shipped().entries}
    assert entries.keys() == set(library.architectures())
    for name, each in entries.items():
        path, variant = library.names()[name]
        graph = load(name)
        assert each.family == path.stem
        assert graph.expect is not None
        assert (each.params, each.macs) == (graph.expect.params, graph.expect.macs), variant
        assert (each.year, each.published, each.source) == (graph.year, graph.published, each.source)
        assert each.source, name


def test_every_architecture_has_a_year_and_a_task() -> None:
    assert [each.name for each in shipped().entries if each.year is None or not each.task] == []
    assert all(each.year is not None and 1980 <= each.year <= 2030 for each in shipped().entries)
    assert [each.name for each in shipped().entries if library.names()[each.name][0].parent.name != each.task] == []


def test_every_file_is_read_once_and_its_steps_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # Catches a file parsed for each of its variants, and steps parsed for nothing: either takes several times as long.
    parsed: list[MappingNode] = []

    def parse(*arguments: Any) -> Any:
        parsed.append(reader.parse(*arguments))
        return parsed[-1]

    monkeypatch.setattr(catalogue, "parse", parse)
    shipped()
    assert len(parsed) == len(library.files())
    assert {len(tree.get("network").items) for tree in parsed} == {0}


def test_an_accuracy_comes_with_its_metric_and_its_source() -> None:
    lenet = next(each for each in shipped().entries if each.name == "lenet5")
    assert (lenet.accuracy, lenet.metric) == (99.05, "MNIST top-1")  # error 0.95, LeCun et al. 1998, III-B
    assert lenet.accuracy_source is not None
    assert "0.95" in lenet.accuracy_source


def test_a_metric_chooses_among_the_claims() -> None:
    net = SMALL.entries[0]
    assert (net.accuracy, net.metric) == (70.0, "ImageNet top-1")
    assert (net.measured_by("CIFAR-10 top-1").accuracy, net.measured_by("CIFAR-10 top-1").metric) == (
        95,
        "CIFAR-10 top-1",
    )
    assert net.measured_by("MNIST top-1")[6:9] == (None, None, None)


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, "net18 net101 wide_net video_net"),
        ({"pattern": "net1"}, "net18 net101"),
        ({"pattern": "NET1"}, "net18 net101"),
        ({"pattern": "net?8"}, "net18"),
        ({"pattern": "*_net"}, "wide_net video_net"),
        ({"task": "videos"}, "video_net"),
        ({"task": "Videos"}, "video_net"),
        ({"pattern": "wide", "task": "Im"}, "wide_net"),
        ({"since": 2016}, "net101 wide_net"),
        ({"until": 2016}, "net18 net101"),
        ({"max_params": 9000}, "net18 net101"),
        ({"max_macs": 899}, "net18"),
        ({"min_accuracy": 75}, "net101 wide_net"),
        ({"metric": "CIFAR-10 top-1"}, "net18"),
        ({"metric": "CIFAR-10 top-1", "min_accuracy": 90}, "net18"),
        ({"since": 2015, "until": 2017, "min_accuracy": 71}, "net101"),
    ],
)
def test_filters(filters: dict[str, Any], left: str) -> None:
    assert names(Filters(**filters).choose(SMALL)) == left.split()


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        ({"pattern": "nte18"}, "no architecture is called `nte18`", "did you mean `net18`?"),
        ({"pattern": "zebra"}, "no architecture is called `zebra`", "without a pattern, all of them are listed"),
        (
            {"task": "vidoes"},
            "no architecture is for the task `vidoes`",
            "they are for `images`, `videos`; did you mean `videos`?",
        ),
        ({"task": ""}, "no architecture is for the task ``", "they are for `images`, `videos`"),
        (
            {"pattern": "wide", "task": "videos"},
            "no architecture is for the task `videos` among the 1 that the other filters leave",
            "they are for `images`",
        ),
        ({"since": 2019}, "no architecture published in 2019 or later", "`wide_net` is nearest: 2018"),
        ({"until": 1990}, "no architecture published in 1990 or earlier", "`net18` is nearest: 2015"),
        ({"max_params": 10}, "no architecture with at most 10 parameters", "`net18` is nearest: 5,000 parameters"),
        (
            {"pattern": "net", "task": "images", "max_macs": 10},
            "no architecture with at most 10 multiply-accumulates among the 3 that the other filters leave",
            "`net18` is nearest: 300 multiply-accumulates",
        ),
        ({"max_memory": 10}, "no architecture whose step takes at most 10 bytes", None),
        ({"min_accuracy": 81}, "no architecture with an accuracy of at least 81 %", "`net101` is nearest: 80 %"),
        (
            {"task": "videos", "max_params": 10},
            "no architecture with at most 10 parameters among the 1 that the other filters leave",
            None,
        ),
        (
            {"metric": "CIFAR-10 top1"},
            "nothing here has a published accuracy of `CIFAR-10 top1`; did you mean `CIFAR-10 top-1`?",
            "it is of `ImageNet top-1`, `CIFAR-10 top-1`",
        ),
        ({"task": "videos", "metric": "mIoU"}, "nothing here has a published accuracy of `mIoU`", None),
    ],
)
def test_a_filter_that_leaves_nothing_says_so(filters: dict[str, Any], message: str, hint: str | None) -> None:
    with pytest.raises(SpecError) as caught:
        Filters(**filters).choose(SMALL)
    assert caught.value.message == message
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("name", "net18 net101 video_net wide_net"),
        ("year", "net18 net101 wide_net video_net"),
        ("params", "net18 net101 wide_net video_net"),
        ("macs", "net18 net101 wide_net video_net"),
        ("accuracy", "net101 wide_net net18 video_net"),
    ],
)
def test_orders(key: str, order: str) -> None:
    mixed = SMALL._replace(entries=SMALL.entries[::-1])
    if key == "macs":  # where two are equal they stay as they were
        order = "net18 wide_net net101 video_net"
    assert names(mixed.sorted_by(key)) == order.split()


def test_accuracies_of_unlike_metrics_are_not_in_one_order() -> None:
    digits = [entry("old_digits", 10, None, 95.0), entry("new_digits", 10, None, 96.0)]
    measured = [each.measured_by("CIFAR-10 top-1") for each in digits]
    mixed = Zoo((*measured, *SMALL.entries))
    imagenet, digits_too = ["net101", "wide_net", "net18"], ["new_digits", "old_digits"]
    assert names(mixed.sorted_by("accuracy")) == [*imagenet, *digits_too, "video_net"]


def test_there_are_no_other_orders() -> None:
    with pytest.raises(SpecError, match="unknown order `acuracy`; did you mean `accuracy`"):
        SMALL.sorted_by("acuracy")
    assert set(SORTS) == {"name", "year", "params", "macs", "memory", "accuracy"}


def test_the_frontier_by_hand() -> None:
    points = {
        "a": (100, 60.0),
        "b": (200, 70.0),
        "c": (300, 70.0),
        "d": (400, 65.0),
        "e": (400, 80.0),
        "f": (500, 79.9),
    }
    entries = [entry(name, macs, accuracy) for name, (macs, accuracy) in points.items()]
    unknown = [entry("g", None, 99.0), entry("h", 1, None)]
    # c is matched by b, which is cheaper; d and f by e
    assert [each.name for each in frontier([*entries, *unknown])] == ["a", "b", "e"]
    assert [each.name for each in frontier(reversed([*unknown, *entries]))] == ["a", "b", "e"]
    assert frontier([]) == ()


def test_nothing_off_the_frontier_beats_what_is_on_it() -> None:
    every = shipped()
    best = every.frontier()
    assert best.metric == "ImageNet top-1"
    assert len(best.entries) > 5
    for other in every.measured_by("ImageNet top-1").entries:
        cheaper = [each for each in best.entries if (each.macs or 0) <= (other.macs or 0)]
        assert other in best.entries or max(each.accuracy or 0 for each in cheaper) >= (other.accuracy or 0)


def test_the_frontier_is_of_the_metric_that_is_asked_for() -> None:
    assert names(SMALL.measured_by("CIFAR-10 top-1").frontier()) == ["net18"]
    with pytest.raises(SpecError, match="nothing here") as caught:
        Zoo(SMALL.entries[3:]).frontier()
    assert caught.value.message == "nothing here has a published accuracy"
    assert caught.value.hint == "`cnncost zoo` shows which architectures have one"
    with pytest.raises(SpecError, match="nothing here has a published accuracy of `ImageNet top-1`"):
        Zoo(SMALL.entries[3:], metric="ImageNet top-1").frontier()


FOR_TASKS = Zoo(
    (
        *SMALL.entries[:3],
        entry("old_box", 10, None, 70.0, year=2014, task="boxes"),
        entry("box", 20, 30.0, 71.0, year=2016, task="boxes"),
        entry("dear_box", 30, None, 69.0, year=2017, task="boxes"),
        entry("mask", 20, 31.0, 80.0, year=2018, task="masks"),
    )
)
"""Of boxes three have an accuracy of CIFAR-10 and one of ImageNet, of masks one has both."""


@pytest.mark.parametrize(
    ("filters", "metric", "left", "others"),
    [
        ({"task": "images"}, "ImageNet top-1", "net18 net101", "wide_net"),
        ({"task": "boxes"}, "CIFAR-10 top-1", "old_box box", "dear_box"),
        ({"task": "boxes", "until": 2016}, "CIFAR-10 top-1", "old_box box", ""),
        ({"pattern": "box", "min_accuracy": 70.5}, "CIFAR-10 top-1", "box", ""),
        ({"task": "masks"}, "ImageNet top-1", "mask", ""),  # equally common, and the first
        ({"task": "boxes", "metric": "ImageNet top-1"}, "ImageNet top-1", "box", ""),
    ],
)
def test_a_frontier_is_of_the_metric_that_is_usual_for_the_task(
    filters: dict[str, Any], metric: str, left: str, others: str
) -> None:
    best = Filters(**filters, frontier=True).choose(FOR_TASKS)
    assert best.metric == metric
    assert sorted(names(best)) == sorted(left.split())
    assert [each.name for each in best.others] == others.split()
    assert {each.metric for each in (*best.entries, *best.others)} == {metric}


def test_the_metric_of_a_task_does_not_change_with_other_filters() -> None:
    # Of the two boxes from 2016 on one is of ImageNet, and comes first; of all of them, three are of CIFAR-10.
    assert Filters(task="boxes", pattern="box", since=2016, until=2016, frontier=True).choose(FOR_TASKS).metric == (
        "CIFAR-10 top-1"
    )


def test_usual_metrics_of_what_ships() -> None:
    assert zoo(task="classification", frontier=True).metric == zoo(frontier=True).metric == "ImageNet top-1"
    assert zoo(task="video", frontier=True).metric == "Kinetics-400 top-1"
    assert zoo(task="detection", frontier=True).metric == "COCO AP"
    assert zoo("ssd300", frontier=True, max_macs=35 * 10**9).metric == "COCO AP"


def test_what_ships_is_listed_task_by_task_and_by_year() -> None:
    order = [(list(TASKS).index(str(each.task)), each.year or 0) for each in shipped().entries]
    assert order == sorted(order)
    assert list(TASKS) == [
        "classification",
        "detection",
        "segmentation",
        "generation",
        "super-resolution",
        "video",
        "audio",
        "points",
        "sequences",
    ]


def test_the_api() -> None:
    chosen = zoo("resnet*", max_params=25_000_000, since=2015, until=2015, sort="params")
    params = [each.params or 0 for each in chosen.entries]
    assert params == sorted(params)
    assert "resnet18" in names(chosen)
    assert "resnet50" not in names(chosen)
    best = zoo(frontier=True, max_macs=10**9)
    assert best.metric == "ImageNet top-1"
    assert all((each.macs or 0) <= 10**9 for each in best.entries)
    assert zoo(frontier=True, min_accuracy=75).entries[0].accuracy >= 75  # type: ignore[operator]  # filtered


def test_data() -> None:
    data = json.loads(json.dumps(SMALL.to_dict()))
    assert data["schema"] == 1
    assert data["metric"] is None
    first = data["architectures"][0]
    assert (first["name"], first["params"], first["accuracy"], first["accuracy_source"]) == (
        "net18",
        5000,
        70.0,
        "a book",
    )
    assert first["published"][1] == {
        "source": "a book",
        "params": None,
        "flops": None,
        "accuracy": 95.0,
        "metric": "CIFAR-10 top-1",
        "note": None,
    }
