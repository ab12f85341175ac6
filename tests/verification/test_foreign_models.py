"""Models that others wrote: torchvision's networks compute what the models of our specs compute.

Parameters and buffers are copied over in order, so that a model agrees only if its layers come in the same order, have
the same shapes, and are wired alike.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch

from cnncost.language.load import load
from cnncost.pytorch.build import build
from tests.torch_models import torchvision

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph


class Pair(NamedTuple):
    """A shipped spec and torchvision's model of the same network, at the resolution of the comparison."""

    spec: str
    model: str
    variables: dict[str, object] | None = None
    arguments: dict[str, object] | None = None
    resolution: int = 64
    frames: int | None = None  # of a video

    @property
    def shape(self) -> list[int]:
        """The shape of a sample."""
        return [3, *([self.frames] if self.frames else []), self.resolution, self.resolution]


# The auxiliary heads come before the classifier in torchvision and behind it in the spec: compared by their shapes.
WITH_HEADS = Pair("googlenet", "googlenet", None, {"aux_logits": True, "init_weights": False})
LABELLING = {"weights_backbone": None, "aux_loss": True}  # no download, and the second head
PAIRS = (
    Pair("alexnet_torchvision", "alexnet", resolution=96),
    Pair("vgg11", "vgg11", resolution=32),
    Pair("vgg16_bn", "vgg16_bn", resolution=32),
    Pair("googlenet", "googlenet", {"heads": False}, {"aux_logits": False, "init_weights": False}),
    Pair("inception_v3", "inception_v3", {"heads": False}, {"aux_logits": False, "init_weights": False}, resolution=96),
    Pair("resnet18", "resnet18"),
    Pair("resnet34", "resnet34"),
    Pair("resnet50", "resnet50"),
    Pair("resnet101", "resnet101"),
    Pair("densenet121", "densenet121"),
    Pair("densenet169", "densenet169"),
    Pair("mobilenet_v2", "mobilenet_v2"),
    Pair("mobilenet_v2_140", "mobilenet_v2", None, {"width_mult": 1.4}),
    Pair("efficientnet_b0", "efficientnet_b0"),
    Pair("efficientnet_b1", "efficientnet_b1"),
    Pair("efficientnet_v2_s", "efficientnet_v2_s"),
    Pair("mobilenet_v3_large", "mobilenet_v3_large"),
    Pair("mobilenet_v3_small", "mobilenet_v3_small"),
    Pair("shufflenet_v2_x1_0", "shufflenet_v2_x1_0"),
    Pair("vit_b_16", "vit_b_16", None, {"image_size": 64}),
    Pair("deeplabv3_resnet50", "deeplabv3_resnet50", None, LABELLING),
    Pair("deeplabv3_mobilenet_v3_large", "deeplabv3_mobilenet_v3_large", None, LABELLING),
    Pair("r3d_18", "r3d_18", resolution=32, frames=8),
    Pair("r2plus1d_18", "r2plus1d_18", resolution=32, frames=8),
)
EVERY_PAIR = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.spec)


def graph_of(pair: Pair) -> Graph:
    return load(pair.spec, set=pair.variables, input=pair.shape)


def torchvision_model(pair: Pair, device: str = "meta") -> Any:
    with torch.device(device):
        return torchvision.models.get_model(pair.model, weights=None, **(pair.arguments or {})).eval()


def shapes(tensors: Any) -> Counter[tuple[int, ...]]:
    return Counter(tuple(tensor.shape) for tensor in tensors)


def in_our_order(state: dict[str, Any]) -> list[Any]:
    """Parameters and buffers as they come in the spec: a vision transformer's class token after its patches."""
    return [state[name] for name in sorted(state, key=lambda name: not name.startswith("conv_proj"))]


def with_numbers(model: Any) -> Any:
    """The model in memory, its numbers drawn so that every one of them shows in the output.

    As PyTorch draws them, norms and biases do nothing, and the output of a deep network all but vanishes.
    """
    model = model.to_empty(device="cpu")
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.dim() > 1:
                tensor.normal_(std=(2 / tensor[0].numel()) ** 0.5)
            elif tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5)
    return model


@pytest.mark.parametrize("pair", [*PAIRS, WITH_HEADS], ids=[*[pair.spec for pair in PAIRS], "with heads"])
def test_parameters_and_buffers_have_the_same_shapes(pair: Pair) -> None:
    ours, theirs = build(graph_of(pair), "meta"), torchvision_model(pair)
    assert shapes(ours.parameters()) == shapes(theirs.parameters())
    assert shapes(ours.buffers()) == shapes(theirs.buffers())


def every_output(returned: Any) -> list[torch.Tensor]:
    """What a model returns, in order: a tensor, several of them, or (torchvision's segmentation) a mapping of them."""
    if isinstance(returned, torch.Tensor):
        return [returned]
    return list(returned.values() if isinstance(returned, dict) else returned)


@EVERY_PAIR
def test_outputs_are_the_same_with_the_same_weights(pair: Pair) -> None:
    torch.manual_seed(0)
    theirs = with_numbers(torchvision_model(pair))
    ours = build(graph_of(pair), "meta").eval()
    weights = dict(zip(ours.state_dict(), in_our_order(theirs.state_dict()), strict=True))
    ours.load_state_dict(weights, assign=True)
    sample = torch.randn(1, *pair.shape)
    with torch.no_grad():
        outputs, expectations = every_output(ours(sample)), every_output(theirs(sample))
    for output, expected in zip(outputs, expectations, strict=True):
        # Of the spread, since a common offset would hide everything else.
        assert expected.std() > 0
        assert (output - expected).abs().max() <= 1e-4 * expected.std()
