"""Networks at random as PyTorch code: blocks in blocks, branches, loops, values from far, shared and frozen weights."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cnncost import export
from cnncost.errors import SpecError
from cnncost.graph.weights import has_weights
from tests.exporters.exported import compare
from tests.graphs import Builder
from tests.layers.strategies import PATIENT

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import DrawFn

    from cnncost.graph.graph import Graph

STEPS = [
    ("conv", {"out": 4, "kernel": 3, "padding": 1}),
    ("conv", {"out": 8}),
    ("conv", {"out": 4, "kernel": 3, "padding": 1, "bias": False}),
    "batchnorm",
    "relu",
    "layernorm",
    "layer_scale",
    ("channel_shuffle", {"groups": 2}),
    ("dropout", {"p": 1}),  # of what is dropped at random, another order of the layers would drop something else
    "identity",
    ("pad", {"before_after": 0}),
]
KINDS = ["block", "unit", "for", "branch", "residual", "shortcut"]
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
NAMES = ["train", "forward", "class", "x", "1x1", "conv", "stem", "a-b", "self", "torch", "float", "skip"]


@st.composite
def networks(draw: DrawFn) -> Graph:
    """A network of up to twelve layers, in containers that begin and end anywhere."""
    net = Builder()
    net.input(4, 5, 5)
    for _ in range(draw(st.integers(1, 12))):
        _add(draw, net)
    read = {value for node in net.builder.nodes for value in node.inputs}
    ends = [node.id for node in net.builder.nodes if node.id not in read]
    auxiliary = ends[: draw(st.integers(0, len(ends) - 1))] if draw(st.booleans()) else []
    outputs = [end for end in ends if end not in auxiliary]
    if draw(st.booleans()):
        outputs.append(draw(st.integers(0, net.builder.size - 1)))
    return net.graph(*dict.fromkeys(outputs), auxiliary=auxiliary)


def _add(draw: DrawFn, net: Builder) -> None:
    """One layer more, if it fits what it is to read."""
    nodes = net.builder.nodes
    last = nodes[-1]
    read = draw(st.sampled_from([last, last, last, *nodes]))
    containers: Any = last.containers if last.containers and draw(st.booleans()) else ()
    containers = containers[: draw(st.integers(0, len(containers)))]
    if draw(st.integers(0, 2)) == 0 and len(containers) < 3:
        kind = draw(st.sampled_from(KINDS))
        turn = f"[{draw(st.integers(0, 2))}]" if draw(st.booleans()) else ""
        containers = (*containers, (f"{draw(st.sampled_from([kind, *NAMES]))}{turn}", kind))
    name = draw(st.sampled_from(NAMES)) if draw(st.integers(0, 3)) == 0 else None
    if name in {container.name for node in nodes for container in node.containers}:
        return  # a layer with layers inside, as only joins have them
    if {name for name, _ in containers} & {node.name.rpartition(".")[2] for node in nodes}:
        return
    options: dict[str, Any] = {"name": name, "containers": containers, "trainable": draw(st.integers(0, 4)) > 0}
    try:
        if draw(st.integers(0, 3)) == 0:
            net.add(draw(st.sampled_from(["add", "concat", "multiply"])), last.id, read.id, **options)
            return
        owners = [node for node in nodes if has_weights(node) and node.xs == (read.y,)]
        if owners and draw(st.booleans()):
            owner = draw(st.sampled_from(owners))
            net.add(owner.layer, read.id, share=owner.id, **options)
        else:
            net.add(draw(st.sampled_from(STEPS)), read.id, **options)
    except SpecError:  # a name that is taken, or shapes that do not fit
        return


@settings(PATIENT, max_examples=100, phases=UNSHRUNK)
@given(networks())
def test_outputs_are_equal_with_copied_weights(graph: Graph) -> None:
    compare(graph)
    compare(graph, training=True)


def test_ruff_leaves_random_networks_as_they_are(tmp_path: Path) -> None:
    @settings(PATIENT, max_examples=100, phases=UNSHRUNK)
    @given(networks())
    def write(graph: Graph) -> None:
        text = export(graph, "pytorch")
        assert isinstance(text, str)
        (tmp_path / f"network_{len([*tmp_path.iterdir()])}.py").write_text(text)

    write()
    options = ["--isolated", "--no-cache", "--line-length=120", "--target-version=py311"]
    for command in (["check", "--extend-select=I"], ["format", "--diff"]):
        ruff = [sys.executable, "-m", "ruff", *command, *options, tmp_path]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr
