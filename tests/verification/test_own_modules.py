"""Layers that a spec defines itself, compared with the modules that it names."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
import torch
from typer.testing import CliRunner

from cnncost import SpecError, build, verify
from cnncost.cli.app import app
from cnncost.language.load import loads
from cnncost.verification.receptive_field import response
from tests.torch_models.own_layers import Involution

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.verification.result import Check, Verification

# The kernels are made by two 1x1 convolutions, of which the first has no bias and a batch norm behind it. Backward, the
# gradient of the patches and of the kernels are a product each; that of the kernels goes on through both convolutions.
INVOLUTION = """
layers:
  involution(kernel, stride=1, groups=1, reduction=4):
    output: [channels, (spatial - 1) // stride + 1]
    parameters: made(channels, reduction, kernel, groups) + 2 * (channels // reduction) + kernel ** 2 * groups
    buffers: {statistics: 2 * (channels // reduction), counters: 1}
    operations:
      mac: output_positions * (made(channels, reduction, kernel, groups) + kernel ** 2 * channels)
      add: output_positions * kernel ** 2 * groups
    gradient_macs:
      weights: output_positions * made(channels, reduction, kernel, groups)
      inner: output_positions * kernel ** 2 * (channels + groups * (channels // reduction))
      inputs: output_positions * channels * (channels // reduction + kernel ** 2)
    window: {kernel, stride, padding: (kernel - 1) // 2}
    kept: output_positions * kernel ** 2 * channels
    module: tests.torch_models.own_layers:Involution
vars:
  made(c, r, k, g): (c // r) * (c + k ** 2 * g)
"""


def network(text: str) -> Graph:
    return loads(dedent(text), "net.yaml")


def verified(text: str, **options: object) -> Verification:
    return verify(network(text), allow_code=True, latency=False, device="cpu", **options)


def refusal(text: str, *, allow_code: bool = True) -> SpecError:
    with pytest.raises(SpecError) as caught:
        build(network(text), device="meta", allow_code=allow_code)
    return caught.value


@pytest.mark.parametrize("arguments", ["{kernel: 3}", "{kernel: 7, groups: 4}", "{kernel: 5, stride: 2, reduction: 2}"])
def test_involution_is_what_its_module_does(arguments: str) -> None:
    steps = f"[{{conv: [16, 3]}}, {{involution: {arguments}}}, relu, {{conv: [8, 3]}}]"
    found = verified(f"input: [3, 34, 34]{INVOLUTION}network: {steps}", mode="train")
    assert found.mismatches == ()
    assert found.complete


def test_the_numbers_of_involution_are_those_of_pytorch() -> None:
    graph = network(f"input: [16, 12, 12]{INVOLUTION}network: [{{involution: {{kernel: 7, groups: 4}}}}]")
    module = Involution(16, 7, groups=4)
    assert graph.layers[0].parameters() == sum(weight.numel() for weight in module.parameters())
    assert sum(graph.layers[0].buffers()) == sum(buffer.numel() for buffer in module.buffers())


def test_a_built_network_runs_the_module() -> None:
    graph = network(f"input: [16, 12, 12]{INVOLUTION}network: [{{involution: {{kernel: 3, stride: 2}}}}]")
    model = build(graph, allow_code=True)
    assert isinstance(model.involution, Involution)
    assert model(torch.zeros(2, 16, 12, 12)).shape == (2, 16, 6, 6)


SNAKE = """
layers:
  snake:
    output: input
    parameters: channels
    buffers: 0
    operations:
      mul: 2 * elements(channels, positions)
      exp: elements(channels, positions)
      div: elements(channels, positions)
      add: elements(channels, positions)
    window: point
    module: tests.torch_models.own_layers:Snake
  blur:
    output: [channels, (spatial + 1) // 2]
    parameters: 0
    buffers: {weights: 9 * channels}
    operations: {mac: 9 * channels * output_positions}
    gradient_macs: {inputs: 9 * channels * output_positions}
    window: {kernel: 3, stride: 2, padding: 1, groups: channels}
    module: tests.torch_models.own_layers:Blur
vars:
  elements(c, p): c * p
"""


def test_an_activation_and_a_fixed_filter_of_the_specs_own() -> None:
    steps = "[{conv: [8, 3]}, snake, {conv: 8, name: deep}, {snake, share: snake}, blur, {conv: [4, 3]}]"
    found = verified(f"input: [3, 17, 17]{SNAKE}network: {steps}", mode="train")
    assert found.mismatches == ()
    assert found.complete


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("parameters: channels * kernel ** 2", "params"),  # and a bias each, which it forgets
        ("operations: {mac: kernel * positions * channels}", "macs"),
        ("output: [channels, spatial - 1]", "output_shape"),
        ("window: {kernel: kernel - 2, padding: kernel // 2 - 1, groups: channels}", "receptive_field"),
        ("window: point", "receptive_field"),
        ("window: {kernel: kernel + 2, padding: kernel // 2 + 1, groups: channels}", "receptive_field"),
        ("buffers: 1", "buffers"),
    ],
)
def test_what_a_definition_gets_wrong_is_found(said: str, figure: str) -> None:
    right = {
        "output": "input",
        "parameters": "channels * (kernel ** 2 + 1)",
        "buffers": "0",
        "operations": "{mac: kernel ** 2 * positions * channels}",
        "window": "{kernel, padding: kernel // 2, groups: channels}",
        "module": "tests.torch_models.own_layers:OneWide",
    }
    key, _, value = said.partition(": ")
    text = "\n".join(f"    {name}: {each}" for name, each in (right | {key: value}).items())
    found = verified(f"input: [4, 16, 16]\nlayers:\n  wide(kernel):\n{text}\nnetwork: [{{wide: 5}}]")
    assert figure in {check.figure for check in found.mismatches if check.layer == "wide"}


def test_what_a_definition_leaves_unsaid_is_not_measured() -> None:
    text = "layers: {wide(kernel): {output: input, module: 'tests.torch_models.own_layers:OneWide'}}"
    found = verified(f"input: [4, 16, 16]\n{text}\nnetwork: [{{conv: 4}}, {{wide: 5}}, {{conv: 4}}]")
    assert found.passed
    assert not found.complete
    unmeasured = {check.figure for check in found.checks if check.layer == "wide" and check.measured is None}
    assert unmeasured >= {"params", "buffers", "macs", "receptive_field"}
    assert any(check.note == "a definition under `layers` does not say it" for check in found.checks)


@pytest.mark.parametrize("module", ["AcrossSamples", "OneSample", "InPlace"])
def test_modules_that_do_not_run_in_batches_are_seen_all_the_same(module: str) -> None:
    found = probed(module, "point")
    assert (found.verdict, found.note) == ("same", "")


def test_a_module_that_reads_everything_is_no_point() -> None:
    assert probed("SharedAxes", "point").verdict == "different"
    assert probed("SharedAxes", "all").verdict == "same"


def test_a_module_that_gives_something_else_each_time_is_not_measured() -> None:
    found = probed("Random", "point")
    assert found.verdict == "not measured"
    assert found.note == "its module computes something else each time, whatever it reads"


def test_modules_that_would_run_for_too_long_are_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 4 x 16 x 16 numbers, 1,024, each run computes some; there are at least 8 runs for 16 rows."""
    monkeypatch.setattr(response, "_MOST_READS", {"cpu": 8 * 1024})
    text = f"input: [4, 16, 16]{own_layer('OneSample', 'point')}network: [relu, own, relu]"
    fields = [check for check in verified(text).checks if check.figure == "receptive_field"]
    assert [check.verdict for check in fields] == ["same", "not measured", "not measured"]
    assert {check.note for check in fields[1:]} == {"not measured: it would take too long"}


def own_layer(module: str, window: str) -> str:
    """A definition of which the receptive field is said."""
    return (
        "\nlayers:\n  own:\n    output: input\n    parameters: 0\n"
        f"    window: {window}\n    module: tests.torch_models.own_layers:{module}\n"
    )


def probed(module: str, window: str) -> Check:
    """The check of the receptive field of such a layer."""
    text = f"input: [2, 9, 7]{own_layer(module, window)}network: [{{conv: {{out: 3, kernel: 3, padding: 1}}}}, own]"
    (found,) = [check for check in verified(text).checks if (check.layer, check.figure) == ("own", "receptive_field")]
    return found


def test_code_runs_only_where_it_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "marks_that_it_ran.py").write_text("open('ran', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    text = "input: [4, 8, 8]\nlayers: {own: {output: input, module: 'marks_that_it_ran:Own'}}\nnetwork: [own]"
    error = refusal(text, allow_code=False)
    assert error.message == "`own` needs the code of `marks_that_it_ran:Own`, which is not allowed to run"
    assert error.hint is not None
    assert "`--allow-code`" in error.hint
    assert not (tmp_path / "ran").exists()
    assert refusal(text).message == "`marks_that_it_ran` has no `Own`"
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("", "`own` is a layer of the spec's own, without a PyTorch module"),
        ("module: no_such_package.layers:Own", "there is no module `no_such_package`"),
        (
            "module: tests.torch_models.own_layers:Involutio",
            "`tests.torch_models.own_layers` has no `Involutio`; did you mean `Involution`?",
        ),
        (
            "module: tests.torch_models.own_layers:Broken",
            "`tests.torch_models.own_layers:Broken` fails: ValueError: no such width",
        ),
        (
            "module: tests.torch_models.own_layers:not_a_module",
            "`tests.torch_models.own_layers:not_a_module` makes no module, but a list",
        ),
    ],
)
def test_modules_that_are_refused(module: str, message: str) -> None:
    error = refusal(f"input: [4, 8, 8]\nlayers:\n  own:\n    output: input\n    {module}\nnetwork: [own]")
    assert error.message == message
    assert error.origin is not None
    assert error.origin.where == "net.yaml:6:11"


def test_the_command_refuses_without_the_option(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(dedent(f"input: [3, 17, 17]{SNAKE}network: [snake, blur]"))
    command = ["verify", str(spec), "--device", "meta"]
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 2
    assert "which is not allowed to run" in refused.stderr
    assert CliRunner().invoke(app, [*command, "--allow-code"]).exit_code == 0
