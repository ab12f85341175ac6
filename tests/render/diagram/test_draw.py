"""What a drawing says, and how it is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from cnncost import SpecError, draw
from cnncost.graph.builder import GraphBuilder
from cnncost.language.load import loads
from cnncost.layers import REGISTRY, Tensor
from cnncost.render.diagram import converters
from tests.exporters.diagram_grammars import read_dot, read_mermaid

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost import Graph

HOSTILE = ("<script>alert(1)</script>", "[red]x[/red]", "=1+1", "\\input{x}", '"&amp;', "a\nb\x1b[31m", "卷积")


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def in_a_row(network: str, first: str, *names: str) -> Graph:
    """A network of activations with these names."""
    builder = GraphBuilder(network)
    at = builder.add_input(first, Tensor(3, (8, 8)))
    for name in names:
        at = builder.add(REGISTRY["relu"](), [at], name=name)
    return builder.finish([at])


def test_boxes_say_what_they_are_and_cost() -> None:
    said = texts(draw("lenet5", depth=None))
    assert said[:2] == ["lenet5", "61.7 K params, 417 K MACs, batch 1"]  # 416,520 in the five layers with weights
    assert {"conv", "5×5", "156 params · 118 K MACs", "1×32×32", "6×28×28", "MACs"} <= {*said}


def test_the_darkest_box_has_the_most() -> None:
    svg = draw("lenet5", color_by="params", depth=None)
    groups = re.findall(r"<g><title>(.*?)</title><rect [^>]*fill=\"(#\w+)\"", svg, re.DOTALL)
    colours = {title.split("\n")[0]: colour for title, colour in groups}
    assert colours["input"] == "#ffffff"
    assert [name for name, colour in colours.items() if colour == "#08519c"] == ["linear"]  # 48,120 of 61,706


def test_figures_are_those_of_the_settings() -> None:
    assert "batch 4, train" in texts(draw("lenet5", batch=4, mode="train"))[1]
    assert "118 K MACs" in texts(draw("lenet5", depth=None))[10] or any(
        "118 K" in text for text in texts(draw("lenet5"))
    )
    assert any("470 K MACs" in text for text in texts(draw("lenet5", batch=4)))  # 4 x 117,600
    assert any("18.4 KiB activation" in text for text in texts(draw("lenet5", color_by="activation_bytes")))


def test_drawings_are_the_same_every_time() -> None:
    assert draw("googlenet", depth=None) == draw("googlenet", depth=None)


def test_names_are_text_in_every_form() -> None:
    graph = in_a_row("<b>net</b>", "in<put>", *HOSTILE)
    svg = draw(graph)
    said = " ".join(texts(svg))
    for name in (*[name for name in HOSTILE if name.isprintable()], "in<put>", "<b>net</b>"):
        assert name in said
    assert not re.findall("<script>|\x1b", svg)
    for form, reader in (("dot", read_dot), ("mermaid", read_mermaid)):
        assert len(reader(str(draw(graph, form))).nodes) == len(HOSTILE) + 1


def test_long_names_are_cut_and_stand_whole_in_the_hint() -> None:
    svg = draw(in_a_row("long", "input", "x" * 5000))
    assert max(map(len, texts(svg))) < 60
    assert "x" * 5000 in svg


@pytest.mark.parametrize(
    ("form", "colour"), [("dot", 'fillcolor="#08519c"'), ("mermaid", "fill:#08519c,color:#ffffff")]
)
def test_dot_and_mermaid_are_coloured_too(form: str, colour: str) -> None:
    text = draw("lenet5", form, color_by="params", depth=None)
    assert isinstance(text, str)
    assert text.count(colour) == 1
    assert "48.1 K params" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"to": "gif"}, "nothing is drawn as `gif`"),
        ({"color_by": "mcas"}, "no box has a figure `mcas`; did you mean `macs`?"),
        ({"color_by": "peak_bytes"}, "`peak_bytes` is one figure of the whole network"),
        ({"depth": 0}, "`depth`"),
        ({"depth": "deep"}, "`depth`"),
        ({"to": 3}, "what to draw"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError, match=re.escape(message)):
        draw("lenet5", **arguments)  # type: ignore[arg-type]


def test_without_a_converter_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converters.shutil, "which", lambda _: None)
    with pytest.raises(SpecError) as error:
        draw("lenet5", "png")
    assert str(error.value) == (
        "error: nothing that is installed makes PNG of SVG\n"
        "  = hint: install one of resvg, rsvg-convert, cairosvg, inkscape or chromium; or take the SVG: `-o graph.svg`"
    )


def stand_in(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def test_the_first_converter_that_is_installed_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, "inkscape", "echo never >&2; exit 1")
    stand_in(
        tmp_path,
        "rsvg-convert",
        '[ "$1 $2 $3 $4" = "-z 2 -f png" ] && while read line; do echo "$line"; done < "$7" > "$6"',
    )
    drawn = draw("lenet5", "png")
    assert isinstance(drawn, bytes)
    assert drawn.startswith(b"<svg ")


def test_a_converter_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    stand_in(tmp_path, "resvg", "echo 'no fonts here' >&2; exit 3")
    with pytest.raises(SpecError, match="`resvg` made no PNG: no fonts here"):
        draw("lenet5", "png")


SKIPS = """\
name: skips
input: [3, 32, 32]
network:
  - {conv: 8, name: down}
  - maxpool: 2
  - {conv: 16, name: deep}
  - {upsample: 2, name: up}
  - {concat, from: [up, down], name: joined}
  - {conv: 4, name: final}
"""


def test_skips_end_upright_and_keep_off_the_labels() -> None:
    svg = draw(loads(SKIPS), depth=None)
    ends = dict(re.findall(r"C[^C]* ([\d.]+ [\d.]+)V([\d.]+)(?=[M\"])", svg))
    ends = {tuple(map(float, start.split())): float(end) for start, end in ends.items()}
    heads = {(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)l-3 -6h6Z", svg)}
    curved = [end - above for (x, above), end in ends.items() if (x, end) in heads]
    assert curved
    assert min(curved) > 6  # the height of a head
    # What `up` puts out stands on the left of its line, since the skip comes from the right.
    (label,) = re.findall(r"<text [^>]*>16×32×32</text>", svg)
    assert 'text-anchor="end"' in label
    (other,) = re.findall(r"<text [^>]*>16×16×16</text>", svg)
    assert "text-anchor" not in other
