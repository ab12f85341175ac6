"""Models typed from papers compute what the models of our specs compute, with the same weights."""

from __future__ import annotations

import pytest
import torch

from cnncost import build, load
from tests.torch_models import REFERENCES
from tests.torch_models.equivariant import RotatedMNIST
from tests.verification.test_foreign_models import with_numbers

# Shapes that are large enough for every layer, and small enough to compute.
SAMPLES = {
    "wavenet_10": (256, 1100),
    "vggish": (1, 96, 64),
    "p4cnn": (1, 28, 28),
    "p4cnn_rotation_pooling": (1, 28, 28),
    "z2cnn": (1, 28, 28),
    "p4m_resnet44": (3, 8, 8),
    "z2_resnet26": (3, 8, 8),
    "resnet20": (3, 32, 32),
    "resnetv2_110": (3, 32, 32),
    "seresnet50": (3, 64, 64),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_outputs_are_the_same_with_the_same_weights(name: str) -> None:
    torch.manual_seed(0)
    shape = SAMPLES[name]
    with torch.device("meta"):
        theirs = REFERENCES[name].factory().eval()
    theirs = with_numbers(theirs)
    ours = build(load(name, input=list(shape)), device="cpu").eval()
    given: dict[str, list[torch.Tensor]] = {}
    for tensor in theirs.state_dict().values():
        given.setdefault(_kind(tensor), []).append(tensor)
    weights = {key: given[_kind(tensor)].pop(0).reshape(tensor.shape) for key, tensor in ours.state_dict().items()}
    assert not any(given.values())
    ours.load_state_dict(weights)
    sample = torch.randn(2, *shape)
    with torch.no_grad():
        output, expected = ours(sample), theirs(sample)
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
