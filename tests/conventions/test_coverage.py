"""What a convention neither counts nor names as free is refused, and no preset leaves a layer type out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost import analyze
from cnncost.conventions import CONVENTIONS
from cnncost.conventions.catalogue import presets
from cnncost.conventions.file import read_convention
from cnncost.conventions.rules import RuleConvention
from cnncost.errors import SpecError
from cnncost.layers import REGISTRY, Layer, Operations, Reach, Reads, Tensor
from tests.graphs import chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

HEAD = "name: mine\nunit: FLOPs\nsource: me\nabout: It counts.\n"


def left_out() -> dict[str, list[str]]:
    """The layer types that a preset leaves out, by preset; those of all others it names, by a rule or as free."""
    books = {name: preset.book for name in presets() if isinstance(preset := CONVENTIONS[name], RuleConvention)}
    assert books.keys() == presets().keys()
    assert all(book.otherwise is None for book in books.values())
    return {name: uncounted for name, book in books.items() if (uncounted := book.uncounted())}


def test_presets_name_every_layer_type() -> None:
    assert left_out() == {}


@pytest.fixture(params=["activation", "of its own"])
def new_type(request: pytest.FixtureRequest) -> Iterator[Layer]:
    """A layer type that no preset knows, in a family of which some presets count a part, and in one of its own."""

    class Twice(Layer, keyword="twice"):
        family = request.param

        def output(self, x: Tensor) -> Tensor:
            return x

        def parameters(self, x: Tensor) -> int:
            return 0

        def operations(self, x: Tensor, y: Tensor) -> Operations:
            return Operations(mul=y.elements)

        def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
            return (Reads.POINT,)

        def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
            return tape.elementwise("mul", x, "nothing")

        def counterpart(self, nn: Any, x: Tensor) -> Any:
            return lambda x: 2 * x

    yield Twice()
    del REGISTRY["twice"]


def test_a_new_layer_type_is_missed(new_type: Layer) -> None:
    missed = left_out()
    assert set(missed.get("calflops", [])) == {"twice"}
    assert (missed.keys() == presets().keys()) == (new_type.family == "of its own")


def test_it_is_refused_where_it_would_be_counted(new_type: Layer) -> None:
    graph = chain([new_type], (3, 4, 4))
    with pytest.raises(SpecError) as caught:
        analyze(graph, convention="calflops")
    text = str(caught.value)
    assert text.startswith("error: the convention `calflops` says nothing of `twice`\n --> ")
    assert "calflops.yaml:1:7\n" in text
    assert "in the convention calflops > the layer twice" in text
    assert analyze(graph, convention="textbook").totals.flops == 48  # as the layer itself says


def test_what_a_file_says_nothing_of_is_refused_with_what_else_it_leaves_out() -> None:
    free = ", ".join(sorted({layer.family for layer in REGISTRY.values()} - {"activation", "convolution"}))
    own = read_convention(f"{HEAD}rules: {{conv: mac, relu: 0}}\nfree: [{free}, relu6, elu]\n", "mine.yaml")
    graph = chain([("conv", {"out": 2}), "silu"], (3, 4, 4))
    with pytest.raises(SpecError) as caught:
        analyze(graph, convention=own)
    assert str(caught.value) == (
        "error: the convention `mine` says nothing of `silu`\n"
        " --> mine.yaml:1:7\n"
        "  |\n"
        "1 | name: mine\n"
        "  |       ^^^^\n"
        "  = in the convention mine > the layer silu_2\n"
        "  = hint: give it a rule, name it under `free`, or write `otherwise`; nor does it name `leaky_relu`, `rrelu`,"
        " `prelu`, `celu`, `selu`, `gelu` and 19 more"
    )


def test_free_types_and_families_count_nothing_and_a_type_goes_before_its_family() -> None:
    own = read_convention(
        f"{HEAD}rules: {{conv: mac, relu: output, normalisation: output}}\nfree: [activation, 'batchnorm, linear']\n"
    )
    steps = [("conv", {"out": 2}), "relu", "silu", "batchnorm", "layernorm", "flatten"]
    graph = chain(steps[:-1], (3, 4, 4))  # type: ignore[arg-type]
    assert [row.figures["flops"] for row in analyze(graph, convention=own).rows] == [3 * 2 * 16, 32, 0, 0, 32]
    assert own.book.free == ("activation", "batchnorm", "linear")
    with pytest.raises(SpecError, match="says nothing of `flatten`"):
        analyze(chain(steps, (3, 4, 4)), convention=own)  # type: ignore[arg-type]
