"""Darknet's configuration files: figures that its authors publish, a module of our own, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cnncost import SpecError, analyze
from cnncost.importers.darknet.load import load_darknet
from cnncost.language.limits import Limits
from tests.importers.darknet_files import HEADER, conv, head, yolov3, yolov3_tiny, yolov4

HEADER_BYTES = 20
"""What a file of weights begins with: three numbers of its version, and how many images were seen."""

PUBLISHED = [
    # network, billions of operations as pjreddie.com/darknet/yolo prints them (two for each multiply-accumulate of
    # the convolutions), bytes of the file of weights that is offered beside it
    (yolov3(416), 65.86, 248_007_048),
    (yolov3(608), 140.69, 248_007_048),
    (yolov3_tiny(416), 5.56, 35_434_956),
    # github.com/AlexeyAB/darknet, releases: yolov4.weights; the operations are printed with those of other layers
    (yolov4(608), None, 257_717_640),
]


NET = HEADER.format(size=8)


def load(text: str, shape: object = None) -> Any:
    return load_darknet(text.encode(), "net.cfg", shape, Limits())


@pytest.mark.parametrize(("text", "operations", "weights"), PUBLISHED, ids=["yolov3-416", "yolov3-608", "tiny", "v4"])
def test_published_figures(text: str, operations: float | None, weights: int) -> None:
    totals = analyze(load(text)).to_dict()["totals"]
    if operations is not None:
        assert round(2 * totals["macs"] / 1e9, 2) == operations
    # Weights, biases, and the running mean and variance of every normalised channel, at 4 bytes each.
    normalised = totals["buffers"] - sum(1 for node in load(text).layers if node.type == "batchnorm")
    assert 4 * (totals["params"] + normalised) + HEADER_BYTES == weights


def test_the_input_is_another() -> None:
    graph = load(yolov3(416), [3, 320, 320])
    assert [graph.nodes[output].y.dims for output in graph.outputs] == [(255, 10, 10), (255, 20, 20), (255, 40, 40)]
    assert graph.warnings == ("3 outputs are what detections are decoded from: not counted",)


class Reference(nn.Module):
    """What a small configuration file says, written by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.1))
        self.group = nn.Sequential(nn.Conv2d(4, 8, 1, bias=False), nn.BatchNorm2d(8), nn.Mish())
        self.gate = nn.Sequential(nn.Conv2d(8, 8, 1), nn.Sigmoid())
        self.fc = nn.Linear(16 * 8 * 8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        y = self.group(x[:, 4:])
        y = x * self.gate(y.mean((2, 3), keepdim=True)) + y
        z = nn.functional.pad(y, (0, 1, 0, 1), value=-torch.inf)
        pooled = nn.functional.max_pool2d(z, 2, 1)
        return torch.softmax(self.fc(torch.cat([pooled, x], 1).flatten(1)), 1)


SMALL = (
    HEADER.format(size=16)
    + conv(8, 3, 2)  # 0
    + "[route]\nlayers=-1\ngroups=2\ngroup_id=1\n"  # 1
    + conv(8, 1, 1, "mish")  # 2
    + "[avgpool]\n"  # 3
    + "[convolutional]\nfilters=8\nsize=1\nactivation=logistic\n"  # 4
    + "[scale_channels]\nfrom=0\n"  # 5
    + "[shortcut]\nfrom=2\n"  # 6
    + "[maxpool]\nsize=2\nstride=1\n"  # 7
    + "[route]\nlayers=-1, 0\n"  # 8
    + "[connected]\noutput=5\nactivation=linear\n[softmax]\n[cost]\ntype=sse\n"
)


def test_a_module_of_our_own() -> None:
    """Parameters, products and the output, with the same weights."""
    from torch.utils.flop_counter import FlopCounterMode

    from cnncost.pytorch.build import build

    graph = load(SMALL)
    ours, theirs = build(graph).eval(), Reference().eval()
    with torch.no_grad():
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            mine.copy_(other)
    x = torch.randn(2, 3, 16, 16)
    assert torch.allclose(ours(x), theirs(x), atol=1e-6)
    totals = analyze(graph).to_dict()["totals"]
    assert totals["params"] == sum(each.numel() for each in theirs.parameters())
    with FlopCounterMode(display=False) as counter:
        Reference().to("meta")(torch.empty(1, 3, 16, 16, device="meta"))
    assert 2 * totals["macs"] == counter.get_total_flops()


def test_shortcuts_between_unlike_maps() -> None:
    """Darknet adds what is there: channels that one of the two lacks are left as they are, and strides thin out."""
    graph = load(NET + conv(4, 3) + conv(6, 3, 2) + "[shortcut]\nfrom=-2\n[shortcut]\nfrom=0\n")
    assert [node.type for node in graph.layers if node.name.startswith("layers[2]")] == [
        "maxpool",
        "pad_channels",
        "add",
    ]
    assert graph.nodes[-1].y.dims == (6, 4, 4)


def test_what_is_ignored_is_said() -> None:
    graph = load(NET + "[convolutional]\nfilters=4\nsize=3\npad=1\nactivaton=leaky\n")
    assert graph.warnings == ("`activaton` of `[convolutional]` on line 10 is not known, and is ignored",)
    assert graph.nodes[-1].type == "sigmoid"  # Darknet's default


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "`net.cfg` does not begin with `[net]`", None),
        ("[convolutional]\nsize=3", "`net.cfg` does not begin with `[net]`", "net.cfg:1:1"),
        ("[net]\nwidth=8\nheight=8\n", "there are no layers", "net.cfg:1:1"),
        ("[net]\n[maxpool]\n", "`[net]` says neither height nor width", "net.cfg:1:1"),
        ("width=3", "the option `width` stands in no section", "net.cfg:1:1"),
        ("[net", "a section ends with `]`", "net.cfg:1:1"),
        ("[net]\n  nonsense", "a line is a `[section]`, an `option=value` or a comment", "net.cfg:2:3"),
        (
            NET + "[convolutionl]\n",
            "`[convolutionl]` is not known; did you mean `convolutional`?",
            None,
        ),
        (NET + "[local]\nsize=3\n", "`[local]` is not known; did you mean `local_avg`?", None),
        (
            NET + "[convolutional]\nfilters=many\n",
            "`filters` must be a whole number of at least 1, not `many`",
            "net.cfg:7:1",
        ),
        (
            NET + "[convolutional]\nactivation=lekay\n",
            "the activation `lekay` is not known; did you mean `leaky`?",
            "net.cfg:7:1",
        ),
        (
            NET + "[convolutional]\nxnor=1\n",
            "`xnor` of `[convolutional]` is not known",
            "net.cfg:7:1",
        ),
        (NET + "[route]\nlayers=-1\n", "there is no layer -1 before layer 0", "net.cfg:7:1"),
        (NET + "[route]\n", "`[route]` needs `layers`", "net.cfg:6:1"),
        (
            NET + conv(5, 1) + "[route]\nlayers=-1\ngroups=2\n",
            "2 groups do not divide 5 channels",
            "net.cfg:15:1",
        ),
        (
            HEADER.format(size=9) + conv(5, 1) + conv(5, 3, 2) + "[shortcut]\nfrom=-2\n",
            "a shortcut from [5, 9, 9] does not fit [5, 5, 5]",
            "net.cfg:21:1",
        ),
        (
            NET + conv(5, 1) + "[shortcut]\nfrom=-1\nweights_type=per_channel\n",
            "`weights_type=per_channel` is not known",
            "net.cfg:15:1",
        ),
        (
            NET + "[convolutional]\nfilters=99999999999999999999\n",
            "`filters` must be a whole number of at least 1, not `99999999999999999999`",
            "net.cfg:7:1",
        ),
        (
            NET + "[convolutional]\nsize=9\n",
            "kernel of 9 is larger than its input of 8",
            "net.cfg:6:1",
        ),
    ],
)
def test_refused(text: str, message: str, place: str | None) -> None:
    with pytest.raises(SpecError) as refused:
        load(text)
    assert refused.value.message == message
    assert place is None or place in str(refused.value)


def test_heads_are_outputs() -> None:
    graph = load(NET + head(255))
    assert [graph.nodes[output].name for output in graph.outputs] == ["layers[0].conv"]


@pytest.mark.parametrize(
    ("options", "alpha", "beta", "k"),
    [
        ("", 5 * 1e-4, 0.75, 1.0),
        ("size=3\nalpha=0.01\nbeta=0.5\nkappa=2\n", 3 * 0.01, 0.5, 2.0),
    ],
)
def test_darknet_does_not_divide_alpha(options: str, alpha: float, beta: float, k: float) -> None:
    """`forward_normalization_layer` adds `alpha` times each square to `kappa`; PyTorch divides it by their number."""
    layer: Any = load(NET + f"[normalization]\n{options}").layers[0].layer
    assert (layer.alpha, layer.beta, layer.k) == (alpha, beta, k)
