"""Networks over sequences, as specs and typed in PyTorch: the same weights give the same outputs, at the same cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncost.language.load import loads
from cnncost.measurement.options import MeasureOptions
from cnncost.metrics.analysis import Analysis
from cnncost.metrics.receptive_field.figures import receptive_fields
from cnncost.pytorch.build import build
from cnncost.report.analyze import analyze_graph
from cnncost.settings import Settings
from cnncost.verification.comparison.compare import compare
from cnncost.verification.comparison.reference import Reference
from cnncost.verification.result import NOT_MEASURED, SAME
from cnncost.verification.run import Plan, verify_graph

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

CRNN = """
name: CRNN, Shi et al. 2015, with fewer channels
input: [1, 32, 100]
blocks:
  unit(out, pool): [{conv: {out, kernel: 3, padding: 1}}, relu, {maxpool: {kernel: pool}}]
network:
  - {unit: [8, 2]}
  - {unit: [16, [4, 2]]}
  - {unit: [24, [4, 1]]}                      # 24 x 1 x 25: a column of the image is a step
  - patch_tokens
  - {lstm: {hidden: 12, bidirectional: true}}
  - {lstm: {hidden: 12, bidirectional: true}}
  - {linear: 37}
"""


class Crnn(nn.Module):
    """Convolutions, two LSTMs in both directions, a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        widths, pools = (1, 8, 16, 24), ((2, 2), (4, 2), (4, 1))
        self.maps = nn.Sequential(
            *[
                nn.Sequential(nn.Conv2d(before, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(pool))
                for before, width, pool in zip(widths, widths[1:], pools, strict=False)
            ]
        )
        self.first = nn.LSTM(24, 12, bidirectional=True, batch_first=True)
        self.second = nn.LSTM(24, 12, bidirectional=True, batch_first=True)
        self.head = nn.Linear(24, 37)

    def forward(self, image: torch.Tensor) -> Any:
        steps = self.maps(image).squeeze(2).transpose(1, 2)
        return self.head(self.second(self.first(steps)[0])[0])


CLASSIFIER = """
name: a review is good or bad
input: 20
network:
  - {embedding: [1000, 16]}
  - {gru: {hidden: 24, layers: 2}}
  - {select_token: 19}
  - {linear: 2}
"""


class Classifier(nn.Module):
    """What a GRU has read at the last word decides."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(1000, 16)
        self.gru = nn.GRU(16, 24, num_layers=2, batch_first=True)
        self.head = nn.Linear(24, 2)

    def forward(self, words: torch.Tensor) -> Any:
        _, states = self.gru(self.words(words))
        return self.head(states[-1])


TAGGER = """
name: a character-level tagger
input: [1, 30]
network:
  - {embedding: [60, 8]}
  - {conv: {out: 12, kernel: 3, padding: 1}}
  - {rnn: {hidden: 10, nonlinearity: relu, bias: false}}
  - {lstm: {hidden: 12, projection: 5}}
  - {conv: 4}
"""


class Tagger(nn.Module):
    """Convolutions before and behind recurrent layers, over the characters of a word."""

    def __init__(self) -> None:
        super().__init__()
        self.characters = nn.Embedding(60, 8)
        self.before = nn.Conv1d(8, 12, 3, padding=1)
        self.rnn = nn.RNN(12, 10, nonlinearity="relu", bias=False, batch_first=True)
        self.lstm = nn.LSTM(10, 12, proj_size=5, batch_first=True)
        self.behind = nn.Conv1d(5, 4, 1)

    def forward(self, characters: torch.Tensor) -> Any:
        x = self.before(self.characters(characters[:, 0]).transpose(1, 2)).transpose(1, 2)
        return self.behind(self.lstm(self.rnn(x)[0])[0].transpose(1, 2))


pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")

NETWORKS = {
    "crnn": (CRNN, Crnn, lambda: torch.rand(2, 1, 32, 100)),
    "classifier": (CLASSIFIER, Classifier, lambda: torch.randint(1000, (2, 20))),
    "tagger": (TAGGER, Tagger, lambda: torch.randint(60, (2, 1, 30))),
}


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> tuple[Graph, Any, torch.Tensor]:
    torch.manual_seed(0)
    text, module, sample = NETWORKS[request.param]
    return loads(text, f"{request.param}.yaml"), module(), sample()


def test_the_same_weights_give_the_same_outputs(network: tuple[Graph, Any, torch.Tensor]) -> None:
    graph, theirs, x = network
    ours = build(graph)
    weights = list(theirs.state_dict().values())
    ours.load_state_dict(dict(zip(ours.state_dict(), weights, strict=True)))
    torch.testing.assert_close(ours(x), theirs(x))


@pytest.mark.parametrize("mode", ["train", "infer"])
def test_an_imported_model_has_the_same_totals(mode: str) -> None:
    """Layer by layer they differ: the model has permutations where the spec has tokens."""
    graph = loads(CRNN, "crnn.yaml")
    found = compare(graph, analyze_graph(graph, Settings.checked(mode=mode)), Reference.found(Crnn))
    assert {check.verdict for check in found.totals} == {"same"}
    assert any(check.figure == "macs" and check.predicted for check in found.totals)


def test_parameters_and_multiply_accumulates(network: tuple[Graph, Any, torch.Tensor]) -> None:
    graph, theirs, x = network
    totals = analyze_graph(graph, Settings(batch=2)).totals
    assert totals.params == sum(weight.numel() for weight in theirs.parameters())
    with FlopCounterMode(display=False) as counter:
        theirs.to("meta")(x.to("meta"))
    assert totals.macs == counter.get_total_flops() // 2


@pytest.mark.parametrize("mode", ["train", "infer"])
def test_every_figure_is_pytorchs(network: tuple[Graph, Any, torch.Tensor], mode: str) -> None:
    graph, _, _ = network
    plan = Plan.checked(MeasureOptions(device="cpu", batch=2, mode=mode), latency=False)
    found = verify_graph(graph, plan)
    assert (found.failure, found.mismatches) == ("", ())
    of_flat = {NOT_MEASURED} if not graph.nodes[0].y.spatial else set()  # has no axes to look at
    assert {check.verdict for check in found.checks} == {SAME} | of_flat


def test_what_a_step_sees_of_the_input() -> None:
    """The pixels of the CRNN's columns by hand: 3 + 1, and 2 x 2 more, which lie 4 apart after the second pool.

    A unit of the tagger sees 3 characters, and those before it: 3 + 29; a second layer goes as far again, 3 + 2 x 29.
    """
    graph = loads(TAGGER, "tagger.yaml")
    (fields,) = receptive_fields(Analysis(graph)).values()
    assert [field and field.size for field in fields] == [(1,), (1,), (3,), (32,), (61,), (61,)]
    (fields,) = receptive_fields(Analysis(loads(CRNN, "crnn.yaml"))).values()
    assert [field and field.is_everything for field in fields][-4:] == [False, True, True, True]
    (fields,) = receptive_fields(Analysis(loads(CLASSIFIER, "classifier.yaml"))).values()
    assert {field and field.size for field in fields} == {()}  # a flat input has no axes
