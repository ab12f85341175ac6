"""A network as a step of another: which file, its settings, its inputs, what can be read of it, and where it ends."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from cnncost.errors import Span, SpecError
from cnncost.language.limits import Limits
from cnncost.language.load import load, loads
from tests.language.small import message, names, node, params, reads, shape, small

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.graph.graph import Graph

INNER = """
    input: [4, 16, 16]
    vars: {width: 6, act: relu, depths: [2, 2, 2]}
    blocks:
      unit(out): [{conv: {out, kernel: 3, stride: 2, padding: 1}}, act]
    network:
      - {conv: width, name: stem}
      - for: depth
        in: depths
        name: stage
        do: [{unit: width * 2 ** index, name: down}, {unit: width, repeat: depth - 1, name: more}]
      - flatten
      - {linear: 5, name: logits}
    variants:
      wide: {set: {width: 2 * 6}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the spec `inner.yaml`."""
    write(tmp_path, "inner.yaml", INNER)
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def outer(folder: Path, text: str, **options: Any) -> Graph:
    """The graph of a spec beside `inner.yaml`."""
    text = dedent(text).lstrip("\n")
    return load(write(folder, "outer.yaml", text if "input:" in text else f"input: [4, 32, 32]\n{text}"), **options)


def refused(folder: Path, text: str, **options: Any) -> SpecError:
    with pytest.raises(SpecError) as caught:
        outer(folder, text, **options)
    return caught.value


def test_its_steps_hang_below_the_name_of_the_step(folder: Path) -> None:
    graph = outer(folder, "network: [{network: inner.yaml, name: body}, relu]")
    assert names(graph)[:6] == [
        "body.stem",
        "body.stage[0].down.conv",
        "body.stage[0].down.relu",
        "body.stage[0].more[0].conv",
        "body.stage[0].more[0].relu",
        "body.stage[1].down.conv",
    ]
    assert names(graph)[-3:] == ["body.flatten", "body.logits", "relu"]
    assert reads(graph, "body.stem") == ["input"]
    assert [container.name for container in node(graph, "body.stage[0].down.conv").containers] == [
        "body",
        "stage[0]",
        "down",
    ]
    assert node(graph, "body.stage[0].down.conv").containers[0].kind == "inner"
    assert node(graph, "body.stage[0].down.conv").module_name == "body.stage.0.down.conv"


def test_sizes_follow_what_it_reads(folder: Path) -> None:
    graph = outer(folder, "network: [{maxpool: 2}, {network: inner.yaml, until: stage}]", input=[4, 128, 64])
    assert node(graph, "network.stem").xs[0].dims == (4, 64, 32)
    assert shape(graph) == (6, 1, 1)  # six convolutions of stride 2: 64 / 64, and 32 / 64 rounded up


@pytest.mark.parametrize(
    ("reference", "read"),
    [
        ("body", "body.stage[1].more[0].relu"),
        ("body.stem", "body.stem"),
        ("body.stage", "body.stage[1].more[0].relu"),
        ("'body.stage[0]'", "body.stage[0].more[0].relu"),
        ("'body.stage[-2]'", "body.stage[0].more[0].relu"),
        ("'body.stage[0].down'", "body.stage[0].down.relu"),
        ("'body.stage[0].down.conv'", "body.stage[0].down.conv"),
        ("body.stage.more", "body.stage[1].more[0].relu"),
        ("body.input", "input"),
    ],
)
def test_what_is_inside_can_be_read(folder: Path, reference: str, read: str) -> None:
    graph = outer(
        folder,
        f"""
        network:
          - {{network: inner.yaml, name: body, until: "stage[1]"}}
          - {{identity, from: {reference}, name: read}}
        outputs: [body, read]
        """,
    )
    assert reads(graph, "read") == [read]


def test_all_turns_inside_can_be_read(folder: Path) -> None:
    graph = outer(
        folder,
        """
        network:
          - {network: inner.yaml, name: body, until: stage}
          - {for: i, in: range(3), name: top, do: [{conv: 8, from: "body.stage[i]"}]}
        outputs: ["top[*]", "body.stage[*]"]
        """,
    )
    last = [f"body.stage[{turn}].more[0].relu" for turn in range(3)]
    assert [reads(graph, f"top[{turn}].conv") for turn in range(3)] == [[name] for name in last]
    assert [graph.nodes[output].name for output in graph.outputs][3:] == last


def test_until_leaves_out_what_nothing_reads(folder: Path) -> None:
    graph = outer(folder, 'network: [{network: inner.yaml, name: body, until: "stage[1].down"}]')
    assert names(graph)[-2:] == ["body.stage[1].down.conv", "body.stage[1].down.relu"]
    # 4·6 + 6, 6·9·6 + 6, 6·9·6 + 6 and 6·9·12 + 12
    assert params(graph) == 30 + 330 + 330 + 660
    kept = outer(
        folder,
        """
        network:
          - {network: inner.yaml, name: body, until: "stage[0].down"}
          - {conv: 2, from: "body.stage[0].more"}
        """,
    )
    assert "body.stage[0].more[0].conv" in names(kept)
    assert "body.stage[1].down.conv" not in names(kept)
    assert reads(kept, "conv") == ["body.stage[0].more[0].relu"]
    numbers = [node.id for node in kept.nodes]
    assert numbers == list(range(len(numbers)))


def test_it_does_not_run_what_comes_behind_its_end(folder: Path) -> None:
    """A convolution of 5 x 5 has no room on 2 x 2 positions, nor has the classifier's pool."""
    write(
        folder,
        "deep.yaml",
        """
        input: [3, 32, 32]
        network:
          - {for: i, in: range(4), name: stage, do: [{conv: [8, 5]}]}
          - {maxpool: 20, repeat: 2, name: pool}
        """,
    )
    read = "{from: 'body.stage[-1]', identity, name: end}"
    graph = outer(
        folder,
        f"input: [3, 8, 8]\nnetwork: [{{network: deep.yaml, name: body, until: 'stage[0]'}}, {read}]",
    )
    assert shape(graph) == (8, 4, 4)
    assert names(graph) == ["body.stage[0].conv", "end"]
    repeated = "input: [3, 40, 40]\nnetwork: [{network: deep.yaml, name: body, until: 'pool[0]'}]"
    assert shape(outer(folder, repeated)) == (8, 1, 1)


def test_settings_are_expressions_of_the_caller(folder: Path) -> None:
    graph = outer(
        folder,
        """
        vars: {width: 10, depths: [1, 1]}
        blocks:
          body(scale, act): [{network: inner.yaml, name: net, set: {width: scale * channels, depths, act}, until: stage}]
        network:
          - {body: [2, {leaky_relu: 0.3}], name: b}
        """,
    )
    assert node(graph, "b.net.stem").y.channels == 8
    assert [item.type for item in graph.layers] == ["conv", "conv", "leaky_relu", "conv", "leaky_relu"]


def test_a_block_of_the_caller_is_a_value(folder: Path) -> None:
    """It sees the variables and blocks of its own file, be they called as those of the other."""
    graph = outer(
        folder,
        """
        vars: {width: 3}
        blocks:
          unit(): [{conv: width, name: mine}]
          twice(): [unit, unit]
        network: [{network: inner.yaml, name: body, set: {act: twice, depths: [1]}, until: stage}]
        """,
    )
    assert names(graph) == [
        "body.stem",
        "body.stage[0].down.conv",
        "body.stage[0].down.twice.unit.mine",
        "body.stage[0].down.twice.unit_2.mine",
    ]
    assert [item.y.channels for item in graph.layers] == [6, 6, 3, 3]


def test_it_sees_nothing_of_its_caller(folder: Path) -> None:
    write(folder, "needy.yaml", "input: [4, 8, 8]\nnetwork: [{conv: zzyzx}]")
    error = refused(folder, "vars: {zzyzx: 3}\nnetwork: [{network: needy.yaml}, {conv: zzyzx}]")
    assert error.message == "unknown name `zzyzx`"
    write(folder, "needy.yaml", "input: [4, 8, 8]\nnetwork: [{relu, from: stem}]")
    error = refused(folder, "network: [{conv: 4, name: stem}, {network: needy.yaml}]")
    assert error.message.startswith("no step is named `stem`")


def test_variants_and_expectations(folder: Path) -> None:
    wide = outer(folder, "network: [{network: inner.yaml@wide, until: stem}]")
    assert shape(wide)[0] == 12
    both = outer(folder, "network: [{network: inner.yaml@wide, until: stem, set: {width: 5}}]")
    assert shape(both)[0] == 5
    shipped = small("input: [3, 64, 64]\nnetwork: [{network: resnet18}]")
    assert params(shipped) == 11_689_512  # torchvision's
    assert shipped.expect is None
    assert shipped.published == ()
    assert shipped.year is None
    assert params(small("input: [3, 64, 64]\nnetwork: [{network: resnet@resnet18}]")) == 11_689_512


def test_the_name_of_a_network_may_be_a_variable() -> None:
    text = """
        input: [3, 64, 64]
        vars: {backbone: "'resnet18'"}
        network: [{network: backbone, until: stage}]
    """
    assert shape(small(text)) == (512, 2, 2)
    assert shape(small(text, set={"backbone": "'resnet50'"})) == (2048, 2, 2)


def test_paths_are_relative_to_the_file_that_has_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "parts/leaf.yaml", "input: [4, 8, 8]\nnetwork: [{conv: 7}]")
    write(folder, "parts/stem.yaml", "input: [4, 8, 8]\nnetwork: [{network: leaf.yaml}, {network: ../head.yaml}]")
    write(folder, "head.yaml", "input: [7, 8, 8]\nnetwork: [{conv: 9}]")
    text = "network: [{network: parts/stem.yaml}]"
    assert names(outer(folder, text)) == ["network.network.conv", "network.network_2.conv"]
    monkeypatch.chdir(folder)
    assert params(small(text)) == 4 * 7 + 7 + 7 * 9 + 9  # a text's are relative to where one is
    assert params(small(f"network: [{{network: {folder}/parts/leaf.yaml}}]")) == 4 * 7 + 7
    monkeypatch.chdir(folder / "parts")
    assert message(text) == "there is no file `parts/stem.yaml`"


def test_several_inputs(folder: Path) -> None:
    write(
        folder,
        "two.yaml",
        """
        input: {left: [3, 8, 8], right: [5, 8, 8]}
        network: [{conv: 4, from: left, name: l}, {conv: 4, from: right, name: r}, {add, from: [l, r]}]
        """,
    )
    text = """
        input: {a: [3, 8, 8], b: [5, 8, 8]}
        network:
          - {network: two.yaml, name: body, from: %s}
    """
    for written in ("[a, b]", "{left: a, right: b}", "{right: b, left: a}"):
        graph = outer(folder, text % written)
        assert reads(graph, "body.l") == ["a"]
        assert reads(graph, "body.r") == ["b"]
    assert refused(folder, text % "[b, a]").message == (
        "`two` is for an input of [3, 8, 8], and `body` reads [5, 8, 8]"
    )
    assert refused(folder, text % "{left: a, right: [a, b]}").message == "a reference is the name of a step"
    error = refused(folder, "network: [{conv: {out: 3}, from: {a: input}}]")
    assert error.message == "a reference is the name of a step"


def test_other_channels_are_asked_for() -> None:
    """7·7·64 weights for each channel of a ResNet's input, and two numbers for each of its norm."""
    for written in ("channels: 1", "channels", "channels: 3 - 2"):
        graph = small(f"input: [1, 64, 64]\nnetwork: [{{network: resnet18, until: conv_bn, {written}}}]")
        assert params(graph) == 1 * 49 * 64 + 2 * 64
    assert message("input: [1, 64, 64]\nnetwork: [{network: resnet18, channels: 2}]") == (
        "`resnet18` is for an input of [2, 224, 224], and `network` reads [1, 64, 64]"
    )
    flat = "input: 20\nnetwork: [{network: resnet18}]"
    assert message(flat) == "`resnet18` is for an input of [3, 224, 224], and `network` reads [20]"


def test_several_outputs(folder: Path) -> None:
    write(
        folder,
        "heads.yaml",
        """
        input: [4, 8, 8]
        network: [{conv: 4, name: a}, {conv: 5, name: b}, {conv: 6, name: c}]
        outputs: [a, c]
        """,
    )
    graph = outer(folder, "network: [{network: heads.yaml, name: body}, concat]")
    assert reads(graph, "concat") == ["body.a", "body.c"]
    graph = outer(
        folder, "network: [{network: heads.yaml, name: body}, {relu, from: body.a}]\noutputs: [relu, 'body[1]']"
    )
    assert graph.nodes[graph.outputs[1]].name == "body.c"
    assert refused(folder, "network: [{network: heads.yaml, name: body}, relu]").message == (
        "`relu` reads one output, not 2"
    )
    unread = refused(folder, "network: [{network: heads.yaml, name: body}, {relu, from: body.a}]")
    assert unread.message == "nothing reads the step `body.c`"
    assert unread.hint == "read it, or stop before it: `until` beside `network` names the last step"
    stopped = outer(folder, "network: [{network: heads.yaml, name: body, until: a}, {relu, from: body.a}]")
    assert names(stopped) == ["body.a", "relu"]


AUXILIARY = """
    input: [4, 8, 8]
    network:
      - {conv: 4, name: trunk}
      - {conv: 2, from: trunk, name: deep}
      - {relu, name: early}
      - {conv: 3, from: trunk, name: logits}
    outputs: [logits]
    auxiliary: [early]
"""


def test_auxiliary_heads_are_left_out_unless_they_are_read(folder: Path) -> None:
    write(folder, "aux.yaml", AUXILIARY)
    assert names(outer(folder, "network: [{network: aux.yaml, name: n}]")) == ["n.trunk", "n.logits"]
    graph = outer(
        folder,
        """
        network: [{network: aux.yaml, name: n}, {relu, name: out}, {sigmoid, from: n.early, name: side}]
        outputs: [out]
        auxiliary: [side]
        """,
    )
    assert [item.name for item in graph.layers if item.auxiliary] == ["n.deep", "n.early", "side"]


def test_modifiers_of_the_step(folder: Path) -> None:
    write(folder, "unit.yaml", "input: [4, 8, 8]\nnetwork: [{conv: 4}, batchnorm]")
    graph = outer(folder, "network: [{network: unit.yaml, name: u, repeat: 3, trainable: false, when: index != 1}]")
    assert names(graph) == ["u[0].conv", "u[0].batchnorm", "u[2].conv", "u[2].batchnorm"]
    assert not any(item.trainable for item in graph.layers)
    left_out = outer(folder, "network: [{network: missing.yaml, when: false}, relu]")
    assert names(left_out) == ["relu"]
    joined = outer(folder, "network: [{add: [[{network: unit.yaml}], []]}]")
    assert names(joined) == ["add[0].network.conv", "add[0].network.batchnorm", "add"]


SIAMESE = """
    input: {left: [4, 32, 32], right: [4, 32, 32]}
    network:
      - {network: inner.yaml, from: left, name: one, until: stage}
      - {network: inner.yaml, from: right, name: two, until: stage, share: one}
      - {subtract, from: [%s, two]}
"""


def test_the_same_network_twice_shares_its_weights(folder: Path) -> None:
    graph = outer(folder, SIAMESE % "one")
    single = outer(folder, "network: [{network: inner.yaml, until: stage}]")
    owned = sum(item.parameters() for item in graph.layers if item.owns_weights)
    assert owned == params(single)


def test_shared_weights_outlive_the_network_that_lent_them(folder: Path) -> None:
    """Of the first network only a part is read; the second has the weights that the first would have had."""
    text = dedent(SIAMESE % "two") + "outputs: [subtract, 'one.stage[0]']\n"
    graph = outer(folder, text)
    owners = {item.name: graph.nodes[item.weights].name for item in graph.layers}
    assert owners["two.stage[0].down.conv"] == "one.stage[0].down.conv"
    assert owners["two.stage[2].down.conv"] == "two.stage[2].down.conv"
    owned = sum(item.parameters() for item in graph.layers if item.owns_weights)
    assert owned == params(outer(folder, "network: [{network: inner.yaml, until: stage}]"))


def test_a_network_that_contains_itself(folder: Path) -> None:
    error = refused(folder, "network: [{network: ./outer.yaml}]")
    assert error.message == f"the network `{folder}/outer.yaml` calls itself"
    write(folder, "b.yaml", "input: [4, 8, 8]\nnetwork: [{network: c.yaml}]")
    write(folder, "c.yaml", f"input: [4, 8, 8]\nnetwork: [{{network: ../{folder.name}/b.yaml}}]")
    error = refused(folder, "network: [{network: b.yaml}]")
    assert error.message.endswith("b.yaml` calls itself")
    assert error.hint is not None
    assert [path.rsplit("/", 1)[-1] for path in error.hint.removeprefix("the calls are ").split(" > ")] == [
        "b.yaml",
        "c.yaml",
        "b.yaml",
    ]


def test_the_same_block_name_inside_is_no_recursion(folder: Path) -> None:
    graph = outer(
        folder,
        """
        blocks: {unit(): [{network: inner.yaml, until: stage, set: {depths: [1]}}]}
        network: [unit]
        """,
    )
    assert names(graph)[-1] == "unit.network.stage[0].down.relu"


def test_errors_inside_show_the_inner_file_and_the_way_there(folder: Path) -> None:
    write(
        folder,
        "wrong.yaml",
        """
        input: [4, 8, 8]
        blocks:
          unit(): [{conv: widht}]
        vars: {width: 3}
        network:
          - {conv: width}
          - {for: i, in: range(2), name: stage, do: [unit]}
        """,
    )
    error = refused(folder, "network:\n  - relu\n  - {network: wrong.yaml, name: body}\n")
    assert str(error) == dedent(f"""\
        error: unknown name `widht`; did you mean `width`?
         --> {folder}/wrong.yaml:3:19
          |
        3 |   unit(): [{{conv: widht}}]
          |                   ^^^^^
          = in network > body ({folder}/wrong.yaml, called on line 4) > stage[0] > unit, called on line 7""")
    write(folder, "wrong.yaml", "input: [4, 8, 8]\nnetwork:\n  - cnov: 3\n")
    error = refused(folder, "network:\n  - {network: wrong.yaml, name: body}\n")
    assert str(error) == dedent(f"""\
        error: unknown layer or block `cnov`; did you mean `conv`?
         --> {folder}/wrong.yaml:3:5
          |
        3 |   - cnov: 3
          |     ^^^^
          = in network > body ({folder}/wrong.yaml), called on line 3""")
    write(folder, "wrong.yaml", "input: [4, 8, 8]\nnetwrok: relu\n")
    error = refused(folder, "network:\n  - {network: wrong.yaml, name: body}\n")
    assert error.message == "a spec has no key `netwrok`; did you mean `network`?"
    assert error.chain == ("network", f"body ({folder}/wrong.yaml)")


def test_limits_hold_for_all_files_together(folder: Path) -> None:
    text = "network: [{network: inner.yaml, until: stage}, {network: inner.yaml, until: stem, channels}]"
    size = len((folder / "inner.yaml").read_bytes()) + len(f"input: [4, 32, 32]\n{text}")
    outer(folder, text, limits=Limits(bytes=size))
    error = refused(folder, text, limits=Limits(bytes=size - 1))
    assert error.message.endswith(f"inner.yaml` and the specs that call it are larger than {size - 1:,} bytes")
    assert refused(folder, text, limits=Limits(nodes=12)).message == "more than 12 layers"


def test_networks_that_multiply_are_refused(folder: Path) -> None:
    """Ten files, each of which has the next one ten times: ten thousand million networks."""
    for number in range(10):
        steps = ", ".join([f"{{network: n{number + 1}.yaml}}"] * 10)
        write(folder, f"n{number}.yaml", f"input: [4, 8, 8]\nnetwork: [{steps}]")
    write(folder, "n10.yaml", "input: [4, 8, 8]\nnetwork: [{relu, when: false}]")
    with pytest.raises(SpecError) as caught:
        load(folder / "n0.yaml")
    assert caught.value.message == "more than 41,000 steps, turns of loops and references"


def test_networks_in_networks_nest_so_deep(folder: Path) -> None:
    for number in range(70):
        write(folder, f"n{number}.yaml", f"input: [4, 8, 8]\nnetwork: [{{network: n{number + 1}.yaml}}]")
    write(folder, "n70.yaml", "input: [4, 8, 8]\nnetwork: relu")
    with pytest.raises(SpecError) as caught:
        load(folder / "n0.yaml")
    assert caught.value.message == "blocks, loops and branches nest more than 60 deep"
    assert names(load(folder / "n20.yaml")) == ["network." * 50 + "relu"]


def test_a_text_is_a_network_too() -> None:
    graph = loads("input: [3, 64, 64]\nnetwork: [{network: resnet18, name: body, until: 'stage[1]'}]")
    assert shape(graph) == (128, 8, 8)


def test_steps_inside_are_frozen(folder: Path) -> None:
    text = "network: [{network: inner.yaml, name: body, until: stage, frozen: %s}]"
    graph = outer(folder, text % '[stem, "stage[0].down", "stage[1]"]')
    assert {item.name for item in graph.layers if not item.trainable and item.parameters()} == {
        "body.stem",
        "body.stage[0].down.conv",
        "body.stage[1].down.conv",
        "body.stage[1].more[0].conv",
    }
    assert not node(outer(folder, text % "stem"), "body.stem").trainable
    assert refused(folder, text % "stme").message == "no step is named `stme`; did you mean `stem`?"


def test_a_network_of_which_nothing_is_read(folder: Path) -> None:
    error = refused(folder, "network:\n  - {network: inner.yaml, name: body, until: stem}\n  - {relu, from: input}\n")
    assert error.message == "nothing reads the step `body`, nor what is inside"
    assert isinstance(error.origin, Span)
    assert error.origin.where == f"{folder}/outer.yaml:3:15"


def test_layers_of_its_own_know_its_own_variables(folder: Path) -> None:
    """What a definition says may depend on variables, which are others in each network."""
    write(
        folder,
        "own.yaml",
        """
        input: [4, 8, 8]
        vars: {width: 2}
        layers:
          mix(): {output: "[width, spatial[0], spatial[1]]", parameters: width * channels}
        network: [mix]
        """,
    )
    graph = outer(
        folder,
        """
        network:
          - {network: own.yaml, name: a}
          - {network: own.yaml, name: b, from: input, set: {width: 5}}
          - {concat, from: [a, b]}
        """,
    )
    assert [item.parameters() for item in graph.layers[:2]] == [2 * 4, 5 * 4]
    assert shape(graph)[0] == 7


def test_many_networks_of_one_file_are_read_once(folder: Path) -> None:
    """The expressions of a file cost their characters once, however often it is called."""
    sum_of_ones = " + ".join(["1"] * 404)
    write(folder, "wide.yaml", f"input: [4, 8, 8]\nvars: {{n: {sum_of_ones}}}\nnetwork: [{{conv: n - 400}}]")
    graph = outer(folder, "network: [{network: wide.yaml, repeat: 200}]")
    assert len(graph.layers) == 200


GATES = """
    input: [4, 8, 8]
    layers:
      gate(n=1): {output: input, parameters: n * channels, buffers: 0, operations: {}, window: point}
    network:
      - {conv: 6, name: stem}
      - {gate: 2, name: gated}
      - {gate: 2, share: gated, repeat: 2}
"""


def test_layers_of_its_own_are_its_own(folder: Path) -> None:
    """Either file has a layer `gate`, and each means its own."""
    write(folder, "own.yaml", GATES)
    text = "layers: {gate: {output: input, parameters: 7}}\nnetwork: [gate, {network: own.yaml, name: body}, gate]"
    graph = outer(folder, text)
    assert names(graph) == ["gate", "body.stem", "body.gated", "body.gate[0]", "body.gate[1]", "gate_2"]
    assert [item.parameters() for item in graph.layers if item.type == "gate"] == [7, 12, 12, 12, 7]
    assert params(graph) == 7 + (4 * 6 + 6) + 12 + 7


def test_a_layer_of_another_file_is_not_known(folder: Path) -> None:
    write(folder, "own.yaml", GATES)
    error = refused(folder, "network: [{network: own.yaml, name: body}, gate]")
    assert error.message == "unknown layer or block `gate`; did you mean `gather`?"


def test_each_call_has_own_weights_and_shares_them_inside(folder: Path) -> None:
    write(folder, "own.yaml", GATES)
    calls = "{network: own.yaml, name: a}, {network: own.yaml, name: b, from: input}"
    graph = outer(folder, f"network: [{calls}, {{add, from: [a, b]}}]")
    owners = {item.name: graph.nodes[item.weights].name for item in graph.layers if item.type == "gate"}
    assert owners == {
        **dict.fromkeys(["a.gated", "a.gate[0]", "a.gate[1]"], "a.gated"),
        **dict.fromkeys(["b.gated", "b.gate[0]", "b.gate[1]"], "b.gated"),
    }


def test_a_sequence_without_a_name_is_named_in_its_network(folder: Path) -> None:
    write(folder, "steps.yaml", "input: [4, 8, 8]\nnetwork: [{sequence: [{conv: 4}, relu]}, relu]")
    graph = outer(folder, "network: [{network: steps.yaml, name: body}, {sequence: [relu]}]")
    assert names(graph) == ["body.sequence[0]", "body.sequence[1]", "body.relu", "sequence[0]"]
