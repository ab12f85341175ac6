"""A layer on its own: how what is wrong with it is shown, and where."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from cnncost import SpecError
from cnncost.explanation.single import layer_graph
from cnncost.language.limits import Limits

REFUSED: dict[str, tuple[str, Any, dict[str, object], str]] = {
    "a value that a field cannot be": (
        "conv",
        [8, 14, 14],
        {"out": "2 * 2.25"},
        """
        error: `out` must be a positive whole number, not 4.5
         --> --set out:1:1
          |
        1 | 2 * 2.25
          | ^^^^^^^^
        """,
    ),
    "an expression without a value": (
        "conv",
        [8, 14, 14],
        {"out": "channels * widht"},
        """
        error: unknown name `widht`
         --> --set out:1:12
          |
        1 | channels * widht
          |            ^^^^^
        """,
    ),
    "a value that does not fit the input": (
        "conv",
        [3, 4, 4],
        {"out": 4, "kernel": [3, 9]},
        """
        error: kernel of 9 is larger than its input of 4
         --> --set kernel:1:1
          |
        1 | [3, 9]
          | ^^^^^^
          = hint: the input is [3, 4, 4]
        """,
    ),
    "a word that a field does not know": (
        "upsample",
        [8, 14, 14],
        {"scale": 2, "mode": "cubic"},
        """
        error: `mode` must be one of `nearest`, `linear`, `bilinear`, `trilinear`, `bicubic`, not the text "cubic"
         --> --set mode:1:1
          |
        1 | cubic
          | ^^^^^
        """,
    ),
    "a parameter that the layer does not have": (
        "conv",
        [8, 14, 14],
        {"out": 4, "kernal": 3},
        """
        error: `conv` has no parameter `kernal`; did you mean `kernel`?
         --> --set kernal
          = hint: it is conv(out, kernel=1, stride=1, padding=0, dilation=1, groups=1, bias=true, fixed=false, weight_norm=false, spectral_norm=false, computed_from=none, padding_mode=zeros)
        """,  # noqa: E501
    ),
    "a parameter of a layer without any": (
        "gelu",
        [8, 14, 14],
        {"slope": 1},
        """
        error: `gelu` has no parameter `slope`
         --> --set slope
          = hint: `gelu` takes no arguments
        """,
    ),
    "a parameter that is missing": (
        "conv",
        [8, 14, 14],
        {},
        """
        error: `conv` needs `out`, output channels
         --> conv of input [8, 14, 14]
          = hint: it is conv(out, kernel=1, stride=1, padding=0, dilation=1, groups=1, bias=true, fixed=false, weight_norm=false, spectral_norm=false, computed_from=none, padding_mode=zeros)
        """,  # noqa: E501
    ),
    "a value that is no setting": (
        "conv",
        [8, 14, 14],
        {"out": None},
        "error: the setting `out` must be a number, a list or an expression",
    ),
    "a layer as a value": (
        "conv",
        [8, 14, 14],
        {"out": "relu"},
        """
        error: `out` must be a positive whole number; `relu` is a layer
         --> --set out:1:1
          |
        1 | relu
          | ^^^^
        """,
    ),
    "an input of the wrong layout": (
        "linear",
        [8, 14, 14],
        {"out": 3},
        """
        error: `linear` takes a flat tensor or tokens, not a map of [8, 14, 14]
         --> linear of input [8, 14, 14]
          = hint: put a `flatten` before it, or say which `axis` it is over
        """,
    ),
    "tokens are shown as they were given": (
        "attention",
        [10, 16],
        {"heads": 3},
        """
        error: 3 heads do not divide the 16 input channels
         --> --set heads:1:1
          |
        1 | 3
          | ^
        """,
    ),
    "one input of a join": (
        "add",
        [8, 14, 14],
        {},
        """
        error: `add` joins one output with nothing
         --> add of input [8, 14, 14]
          = hint: give it several, such as `cnncost explain add --input a=64,56,56 --input b=64,56,56`
        """,
    ),
    "inputs that cannot be joined": (
        "add",
        {"a": [8, 14, 14], "b": [8, 7, 7]},
        {},
        """
        error: `add` joins unlike shapes [8, 14, 14] and [8, 7, 7]
         --> add of a [8, 14, 14], b [8, 7, 7]
          = hint: [8, 14, 14] comes from `a`; [8, 7, 7] comes from `b`
        """,
    ),
    "several inputs of a layer that reads one": (
        "relu",
        {"a": [8, 14, 14], "b": [8, 7, 7]},
        {},
        """
        error: `relu` reads one output, not 2
         --> relu of a [8, 14, 14], b [8, 7, 7]
        """,
    ),
    "an input that is not there": (
        "crop",
        {"image": [8, 14, 14], "other": [8, 7, 7]},
        {"like": "othr"},
        """
        error: there is no input `othr`; did you mean `other`?
         --> --set like:1:1
          |
        1 | othr
          | ^^^^
        """,
    ),
    "an input of what reads nothing": (
        "parameter",
        [8, 4, 4],
        {"shape": [8, 4, 4]},
        """
        error: `parameter` reads nothing: leave out the input
          = hint: it is parameter(shape, tokens=false, fixed=false, computed_from=none)
        """,
    ),
    "an input of no shape": (
        "conv",
        {"image": [8, 0, 14]},
        {"out": 4},
        """
        error: the shape of `image` must be a list of 1 to 8 positive whole numbers
          = hint: channels first, without the batch: [3, 224, 224]
        """,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_shown_where_it_was_given(name: str) -> None:
    keyword, shapes, arguments, text = REFUSED[name]
    with pytest.raises(SpecError) as caught:
        layer_graph(keyword, shapes, arguments)
    assert str(caught.value) == dedent(text).strip()


def test_the_limit_on_layers_holds() -> None:
    with pytest.raises(SpecError, match="more than 0 layers"):
        layer_graph("relu", 8, {}, Limits(nodes=0))


@pytest.mark.parametrize(
    ("keyword", "shapes", "arguments", "dims"),
    [
        ("conv", [3, 9, 9], {"out": "2 * channels", "kernel": "[1, 3]", "padding": "same"}, (6, 9, 9)),
        ("conv", [3, 9, 9], {"out": "8", "kernel": 3, "padding": [[0, 1], [2, 3]]}, (8, 8, 12)),
        ("upsample", [3, 4, 4], {"scale": "2", "mode": "bilinear"}, (3, 8, 8)),
        ("linear", 64, {"out": 10, "bias": False}, (10,)),
        ("attention", [10, 16], {"heads": 4}, (10, 16)),
        ("add", {"add": [8, 4], "b": [8, 4]}, {}, (8, 4)),
        ("parameter", None, {"shape": [8, 4, 4]}, (8, 4, 4)),
        ("parameter", None, {"shape": "[2, 2 * 8]", "tokens": "true"}, (2, 16)),
        ("crop", {"a": [8, 14, 14], "b": [3, 10, 12]}, {"like": "b"}, (8, 10, 12)),
    ],
)
def test_arguments_are_read_as_in_a_spec(
    keyword: str, shapes: Any, arguments: dict[str, object], dims: tuple[int, ...]
) -> None:
    graph = layer_graph(keyword, shapes, arguments)
    assert graph.name == keyword
    assert graph.layers[-1].type == keyword
    assert graph.layers[-1].y.dims == dims


def test_an_input_may_be_called_like_the_layer() -> None:
    graph = layer_graph("add", {"add": [8, 4], "b": [8, 4]}, {})
    assert [node.name for node in graph.nodes] == ["add", "b", "add_2"]
