"""What users meet: half precision, loops over the batch, slips in sizes, libraries that are imported late."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnncost import analyze, load
from cnncost.errors import SpecError

MODELS = "tests.importers.trap_models"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_inputs_have_the_type_of_the_weights(dtype: str) -> None:
    totals = analyze(f"{MODELS}:Half@dtype={dtype}", input=[3, 10, 10]).totals
    assert (totals.params, totals.macs) == (3 * 8 * 9 + 8, 64 * 3 * 8 * 9)


def test_of_several_types_it_is_said_how_to_choose() -> None:
    with pytest.raises(SpecError) as refused:
        load(f"{MODELS}:Mixed", input=[3, 10, 10])
    assert "Input type (float) and bias type (c10::BFloat16) should be the same" in refused.value.message
    assert "`x` of [3, 10, 10] in float32" in str(refused.value.hint)
    assert "`--input x=SHAPE:float16` gives numbers of another type" in str(refused.value.hint)
    macs = 64 * 3 * 8 * 9 + 8 * 2
    assert analyze(f"{MODELS}:Mixed", input={"x": "3x10x10:bfloat16"}).totals.macs == macs


def test_absurd_sizes_are_refused() -> None:
    with pytest.raises(SpecError, match="stores more than 1,000,000,000,000 numbers") as refused:
        load(f"{MODELS}:Absurd", input=[3, 10, 10])
    assert refused.value.hint == "the largest tensor is `wide`, of [8, 1000000000000]"


@pytest.mark.parametrize("how", ["iterated", "indexed", "sliced"])
def test_a_loop_over_the_batch_runs_once(how: str) -> None:
    """What the model does to one sample, which is all that there is of a batch of one."""
    graph = load(f"{MODELS}:OneByOne@how={how}", input=[3, 12, 12])
    assert [node.type for node in graph.layers if node.type != "reshape"] == ["conv", "conv"]
    assert analyze(graph).totals.macs == 100 * 3 * 8 * 9 + 64 * 8 * 8 * 9
    assert graph.nodes[-1].y.dims == (8, 8, 8)


def test_torchvision_may_be_imported_late() -> None:
    """In a process of its own, where nothing has imported it yet; its compiled part need not load."""
    code = (
        f"import cnncost, sys; graph = cnncost.load('{MODELS}:ImportsLate', input=[3, 8, 8]); "
        "import torchvision; print([node.type for node in graph.layers], 'torchvision.ops' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "['conv', 'deform_conv'] True", run.stderr


@pytest.mark.parametrize("name", ["regnet_y_128gf", "regnet_y_16gf", "vit_h_14"])
def test_a_model_is_of_the_size_that_it_was_made_for(name: str) -> None:
    """Some have weights that were tuned on larger images too: SWAG's, 384 and 518 pixels (Singh et al. 2022)."""
    assert load(f"torchvision:{name}").nodes[0].y.dims == (3, 224, 224)
