"""The built model is a module like any other: it can be copied, kept, moved, trained and changed."""

from __future__ import annotations

import copy
import io

import pytest
import torch

from cnncost.language.load import loads
from cnncost.pytorch.build import build

SPEC = """
input: [3, 8, 8]
network:
  - {conv: {out: 3, kernel: 3, padding: 1}, name: train}
  - {batchnorm, name: type}
  - add: [[], {conv: 3}]
  - {conv: {out: 3, kernel: 3, padding: 1}, share: train}
  - {batchnorm, share: type}
  - {conv: 4, trainable: false, name: frozen}
  - global_avgpool
  - flatten
  - linear: 2
"""


def model() -> torch.nn.Module:
    torch.manual_seed(0)
    built: torch.nn.Module = build(loads(SPEC))
    return built


def test_any_name_of_a_step_is_a_name_of_a_module() -> None:
    names = dict(model().named_modules(remove_duplicate=False))
    assert {"train", "type", "add", "add.1.conv", "conv", "batchnorm", "frozen", "linear"} <= names.keys()
    assert callable(model().train)


def test_shared_weights_are_one_parameter_wherever_the_model_goes() -> None:
    # conv 3*3*9+3 = 84, batchnorm 6, add's conv 12, frozen 16, linear 10; the shared ones once
    assert sum(parameter.numel() for parameter in model().parameters()) == 84 + 6 + 12 + 16 + 10
    moved = model().to(torch.float64)
    modules = dict(moved.named_modules(remove_duplicate=False))
    assert modules["conv"].weight is modules["train"].weight
    assert modules["batchnorm"].running_mean is modules["type"].running_mean


def test_frozen_weights_take_no_step() -> None:
    frozen = {name for name, parameter in model().named_parameters() if not parameter.requires_grad}
    assert frozen == {"frozen.weight", "frozen.bias"}


def test_copies_and_pickles_compute_the_same() -> None:
    original, x = model().eval(), torch.randn(2, 3, 8, 8)
    kept = io.BytesIO()
    torch.save(original, kept)
    kept.seek(0)
    for other in (copy.deepcopy(original), torch.load(kept, weights_only=False)):
        assert torch.equal(other(x), original(x))


def test_a_training_step_changes_the_trainable_weights_alone() -> None:
    trained, before = model(), model().state_dict()
    optimizer = torch.optim.SGD([p for p in trained.parameters() if p.requires_grad], lr=0.1)
    trained(torch.randn(4, 3, 8, 8)).square().sum().backward()
    optimizer.step()
    after = trained.state_dict()
    assert not torch.equal(after["linear.weight"], before["linear.weight"])
    assert torch.equal(after["frozen.weight"], before["frozen.weight"])
    assert torch.equal(after["conv.weight"], after["train.weight"])


def test_a_module_that_a_user_puts_in_is_used() -> None:
    changed = model().eval()
    changed.linear = torch.nn.Linear(4, 7)
    assert changed(torch.randn(1, 3, 8, 8)).shape == (1, 7)


def test_inputs_go_by_name_too_and_wrong_ones_are_refused() -> None:
    plain, x = model().eval(), torch.randn(1, 3, 8, 8)
    assert torch.equal(plain(input=x), plain(x))
    for arguments in ((), (x, x)):
        with pytest.raises(TypeError, match="the model takes input"):
            plain(*arguments)


_ATTRIBUTES = sorted({*dir(torch.nn.Module()), "training", "graph", "layer", "bind", "node", "function"})
"""What PyTorch's modules have, and what ours have besides."""


@pytest.mark.parametrize("name", _ATTRIBUTES)
def test_a_step_may_be_called_as_an_attribute_of_a_module(name: str) -> None:
    spec = f"""
input: [3, 8, 8]
network:
  - {{conv: {{out: 3, kernel: 1}}, name: {name}}}
  - {{step: 2, name: outer}}
blocks:
  step(out):
    - {{conv: {{out: out, kernel: 1}}, name: {name}}}
"""
    original, x = build(loads(spec)).train().eval(), torch.randn(2, 3, 8, 8)
    weights = original.state_dict()
    assert list(weights) == [f"{name}.weight", f"{name}.bias", f"outer.{name}.weight", f"outer.{name}.bias"]
    assert original.get_submodule(f"outer.{name}").out_channels == 2
    other = build(loads(spec)).eval()
    other.load_state_dict(weights, assign=True)
    for same in (other, copy.deepcopy(original)):
        assert torch.equal(same(x), original(x))
    original.train()(x).sum().backward()
    assert original.training
    assert original.get_submodule(name).weight.grad is not None
