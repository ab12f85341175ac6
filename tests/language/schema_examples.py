"""Small specs for the JSON Schema, each for one rule of the language: those that load, and those that do not."""

from __future__ import annotations

# Specs that load, each for a rule of the language.
ACCEPTED = {
    "the least": "{input: 8, network: [relu]}",
    "one step without a list": "{input: 8, network: relu}",
    "texts that are none to YAML": "{name: true, source: 2017, input: 8, network: relu}",
    "floats that are whole": "{input: [3, 8, 8], network: [{conv: [4.0, 3.0]}]}",
    "a shape by expression": "{vars: {shape: '[3, 2 * 4, 8]'}, input: shape, network: [flatten]}",
    "several inputs": "{input: {slow: [3, 4, 8, 8], fast: [3, 4, 8, 8]}, network: [{add, from: [slow, fast]}]}",
    "an input called input": "{input: {input: [3, 8, 8]}, network: [{relu, from: input}]}",
    "every kind of value": """
input: 8
vars: {n: 3, x: 1e-3, flag: true, text: "'nearest'", e: 2 * n, rows: [[1, n], [2, 'n + 1']], act: {leaky_relu: 0.1}}
network: [{for: [a, b], in: rows, do: [{linear: a * b}, act], when: flag and n > 2 and x < 1 and e == 6}]""",
    "functions": "{vars: {twice(c): 2 * c, three(): 3}, input: 8, network: [{linear: twice(three())}]}",
    "parameters with defaults": """
input: [3, 8, 8]
blocks:
  conv_bn( out , kernel = [3, 3], act=relu ): [{conv: {out, kernel}}, batchnorm, act]
  plain: relu
network: [{conv_bn: 8}, {conv_bn: [8, 1]}, {conv_bn: {out: 8, act: {leaky_relu: 0.2}}}, plain, {plain, repeat: 2}]""",
    "a parameter without a value": """
input: [3, 8, 8]
vars: {out: 4, kernel: 3, mode: "'bilinear'"}
network: [{conv: {out, kernel}}, {upsample: {scale: 2, mode}}]""",
    "per-axis numbers": """
input: [3, 16, 16]
network:
  - conv: {out: 4, kernel: [3, 5], padding: [1, 2]}
  - conv: [4, [1, 7], 1, [[0, 0], [6, 0]]]
  - conv: {out: 4, kernel: 3, padding: same}
  - maxpool: [2]""",
    "a list for one parameter": "{input: [4, 8, 8], network: [{split: [1, 3], name: s}, {concat, from: ['s[*]']}]}",
    "loops over steps and turns": """
input: [4, 8, 8]
blocks: {head(): [{conv: 2}, {concat, from: [conv, input]}]}
network:
  - {conv: 4, name: a}
  - for: x
    in: [a, input]
    name: h
    do: [{head, from: x, name: o, share: "h[0].o"}, {add, from: [o, "h[index - 1]"], when: not first}]
outputs: ["h[*]"]""",
    "sizes of what a step reads": """
input: [4, 8, 8]
network: [{conv: [positions, spatial]}, {reshape: [channels, -1]}, {reshape: -1}]""",
    "a list of one argument": """
input: [4, 8, 8]
blocks: {unit(out): [{conv: out}]}
network:
  - dropout: [0.5]
  - dropout: []
  - {chunk: [2], name: c}
  - {concat, from: ['c[*]']}
  - adaptive_avgpool: [2]
  - unit: [4]""",
    "no arguments": "{input: 8, blocks: {b: relu}, network: [{relu: }, {relu: null}, {dropout: ~}, {b: null}]}",
    "a list by expression": "{input: [4, 8, 8], vars: {sizes: [2, 2]}, network: [{split: sizes}, concat]}",
    "a choice alone": """
input: [8, 4, 4]
network: [group_batchnorm, {group_batchnorm: p4}, {group_batchnorm: [p4m, false]}, {group_maxpool: {group: p4m}}]""",
    "choices": "{input: [4, 8, 8], network: [{upsample: {scale: 2, mode: nearest}}, {group_conv: [4, 3, p4, true]}]}",
    "joins": """
input: [4, 8, 8]
network:
  - add: [[], {conv: 4}, [batchnorm, relu], relu]
  - {multiply: [[], [global_avgpool, sigmoid]], name: gate}
  - {subtract: [relu, []]}
  - {concat, from: [gate, subtract]}""",
    "what joins take": """
input: [4, 8, 8]
network:
  - {concat: [[], relu], axis: 0, name: tall}
  - {axis: positions, from: [tall, tall], concat: , when: false}
  - {concat: 1, from: [tall, tall]}
  - {concat: {axis: channels}, from: [concat, concat], trainable: true}
  - {matmul: [[], relu], transpose: second, name: m}
  - {einsum: "bcij, bcjk -> bcik", from: [m, m]}
  - {einsum: [[], []], equation: "bcij,bcjk->bcik"}""",
    "maxima that are put back": """
input: [4, 8, 8]
network: [{maxpool: 2, name: p}, {conv: 4}, {max_unpool: p}, {max_unpool: {pool: p, kernel: 2}, from: conv}]
outputs: [max_unpool, max_unpool_2]""",
    "places that are computed": """
input: [4, 8, 8]
network:
  - {grid_sample: [[], {conv: 2}], mode: nearest, padding_mode: border}
  - {flatten, name: f}
  - {linear: 6}
  - {affine_grid: {size: [8, 8], align_corners: true}, name: grid}
  - {grid_sample: bilinear, from: [grid_sample, grid]}
  - {conv: 18, name: offsets}
  - {deform_conv: {out: 4, kernel: 3, padding: 1}, from: [input, offsets]}
  - {deform_conv: [[], {conv: [18, 3, 1, 1]}], out: 4, kernel: 3, padding: 1}
outputs: [deform_conv_2, grid_sample_2, deform_conv]""",
    "windows as columns": """
input: [4, 8, 8]
vars: {size: [8, 8]}
network: [{unfold: [2, 1, 0, 2]}, {fold: {size, kernel: 2, stride: [2, 2]}}, {unfold: 3}, {fold: [[8, 8], 3]}]""",
    "learned tensors": """
input: {a: [4, 8, 8], b: [4, 1]}
vars: {sizes: [4, 1, 1]}
network:
  - {parameter: sizes, name: c}
  - {parameter: {shape: [1, 4], tokens: true}, name: t, trainable: false}
  - {parameter: 4, name: f}
  - {repeat: 2, name: w, parameter: {shape: [4, 1, 1], fixed: true}, when: last}
  - {add, from: [a, c, w], name: sum}
outputs: [sum, t, b, f]""",
    "residuals": """
input: [4, 8, 8]
network:
  - residual: [{conv: 4}, relu]
  - residual: relu
    shortcut: [{conv: 4}]
    skip: channels == 4
    repeat: 2
    name: unit""",
    "sequences": """
input: [4, 8, 8]
blocks: {unit(): {sequence: [{conv: 4}, relu]}}
network:
  - {sequence: [unit, {unit, repeat: 2}, {for: i, in: [1, 2], do: [relu, {tanh, name: "t{i}"}]}], name: body}
  - {sequence: relu, repeat: 2, name: "layer{index + 1}"}
  - {relu, name: "down[0].act", from: "body[0]"}
  - {add, from: ["body[*]", layer1, "down[0]"]}
outputs: ["add", layer2]""",
    "networks": """
input: {a: [3, 64, 64], b: [3, 32, 224, 224]}
vars: {classes: 3}
network:
  - {network: resnet18, name: body, from: a, until: "stage[3]", set: {classes, depths: [1, 1, 1, 1]}, channels: }
  - {network: resnet18, from: a, until: stage, set: {depths: [1, 1, 1, 1]}, share: body, channels: 3, when: true}
  - {network: resnet18@resnet34, from: a, trainable: false, repeat: 1, name: other}
  - {network: slowfast_r50, from: {slow: b, fast: b}, set: {slow_frames: 32}, name: slow_fast}
outputs: [body, network, other, slow_fast]""",
    "names": """
input: [4, 8, 8]
network:
  - {for: i, in: range(2), name: down, do: [{relu, name: skip}, {conv: 4, name: min}]}
  - {add, from: ["down[*].skip"]}
  - {add, from: ["down[0].skip", "down[-1].min", input, add]}""",
    "shared and frozen weights": """
input: [4, 8, 8]
network: [{conv: 4, name: stem, trainable: false}, {conv: 4, share: stem}, {conv: 4, trainable: 1 > 2}]""",
    "conditions": "{input: 8, network: [relu, {relu, when: false}, {relu, when: 0}, {relu, when: not true}]}",
    "outputs and heads": """
input: 8
network: [{linear: 4, name: a}, {linear: 2, from: input, name: b}]
outputs: a
auxiliary: [b]""",
    "like": "{input: [4, 8, 8], network: [{maxpool: 2}, {upsample: {like: input}}, {crop: input}, {crop: [input, 0]}]}",
    "variants": """
input: 8
vars: {depths: [1, 2], act: relu}
network: [{for: n, in: depths, do: [{linear: n}, act]}]
variants: {deep: {set: {depths: [1, 2, 3], act: {leaky_relu: 0.3}}, source: here}, plain: {}}
expect: {params: 13, macs: 10}""",
    "what others print": """
input: 8
network: relu
year: 1998
task: classification
published: {source: a book, params: 61K, flops: 0.7M, accuracy: 99.05, metric: MNIST top-1, note: b}
variants:
  a: {year: 2000, published: [{source: b, params: 61706}, {source: c, accuracy: 98}, {source: 7}]}
  b: {published: []}""",
    "a variable named like a layer": "{input: 8, vars: {split: 3}, network: [{linear: split}]}",
    "a call of every modifier": """
input: 8
network: [{linear: 8, name: a}, {linear: 8, name: b, from: a, repeat: 1, when: true, share: a}]""",
}

BLOCKS = "input: [4, 8, 8]\nblocks: {unit(out): [{conv: out}]}\nnetwork: "

# Specs that do not load, and the one place where the schema says so.
REFUSED = {
    "no mapping": ("[relu]", "$"),
    "no network": ("input: 8", "$"),
    "no input": ("network: [relu]", "$"),
    "an unknown key": ("{input: 8, netwrok: [relu], network: [relu]}", "$"),
    "a name that is a list": ("{name: [a], input: 8, network: [relu]}", "$.name"),
    "an empty source": ("{source: , input: 8, network: [relu]}", "$.source"),
    "an empty input": ("{input: , network: [relu]}", "$.input"),
    "an input that is true": ("{input: true, network: [relu]}", "$.input"),
    "an input without dimensions": ("{input: [], network: [relu]}", "$.input"),
    "a dimension of zero": ("{input: [3, 0, 8], network: [relu]}", "$.input[1]"),
    "half a pixel": ("{input: [3, 8, 7.5], network: [relu]}", "$.input[2]"),
    "an input with a reserved name": ("{input: {first: [3, 8, 8]}, network: [relu]}", "$.input"),
    "several shapes, one of them wrong": ("{input: {a: [3, 8], b: [3, x: 8]}, network: [relu]}", "$.input.b[1]"),
    "a variable without a value": ("{input: 8, vars: {n: }, network: [relu]}", "$.vars.n"),
    "a variable with a reserved name": ("{input: 8, vars: {channels: 3}, network: [relu]}", "$.vars"),
    "a variable named like a function": ("{input: 8, vars: {max: 3}, network: [relu]}", "$.vars"),
    "a variable that is no name": ("{input: 8, vars: {2x: 3}, network: [relu]}", "$.vars"),
    "a function that is a list": ("{input: 8, vars: {f(x): [x]}, network: [relu]}", "$.vars['f(x)']"),
    "a function with a default": ("{input: 8, vars: {f(x=1): x}, network: [relu]}", "$.vars"),
    "a step as a value with a modifier": ("{input: 8, vars: {a: {relu, name: b}}, network: [a]}", "$.vars.a"),
    "a loop as a value": ("{input: 8, vars: {a: {residual: relu}}, network: [a]}", "$.vars.a"),
    "a network as a value": ("{input: 8, vars: {a: {network: resnet50}}, network: [a]}", "$.vars.a"),
    "a network without a name": ("{input: 8, network: [{network: }]}", "$.network[0].network"),
    "an end without a network": ("{input: 8, network: [{relu: , until: stage}]}", "$.network[0]"),
    "a network and a layer": ("{input: 8, network: [{network: resnet50, relu: }]}", "$.network[0]"),
    "an unknown key of a network": ("{input: 8, network: [{network: resnet50, untill: stage}]}", "$.network[0]"),
    "settings of a network in a list": ("{input: 8, network: [{network: resnet50, set: [3]}]}", "$.network[0].set"),
    "a block named like a network": ("{input: 8, blocks: {network(n): [relu]}, network: [relu]}", "$.blocks"),
    "inputs by name of a layer": ("{input: 8, network: [{relu: , from: {a: input}}]}", "$.network[0].from"),
    "variables in a list": ("{input: 8, vars: [n], network: [relu]}", "$.vars"),
    "a block without steps": ("{input: 8, blocks: {a(): }, network: [a]}", "$.blocks['a()']"),
    "a block named like a layer": ("{input: 8, blocks: {conv(n): [relu]}, network: [relu]}", "$.blocks"),
    "a block named like a modifier": ("{input: 8, blocks: {name(): [relu]}, network: [relu]}", "$.blocks"),
    "a signature without commas": ("{input: 8, blocks: {a(b c): [relu]}, network: [relu]}", "$.blocks"),
    "a signature that does not end": ("{input: 8, blocks: {a(b: [relu]}, network: [relu]}", "$.blocks"),
    "an empty network": ("{input: 8, network: }", "$.network"),
    "a number as a step": ("{input: 8, network: [3]}", "$.network[0]"),
    "an empty step": ("{input: 8, network: [relu, ~]}", "$.network[1]"),
    "a list as a step": ("{input: 8, network: [[relu]]}", "$.network[0]"),
    "an expression as a step": ("{input: 8, network: [relu 6]}", "$.network[0]"),
    "a bare layer that needs arguments": ("{input: 8, network: [linear]}", "$.network[0]"),
    "a bare residual": ("{input: 8, network: [residual]}", "$.network[0]"),
    "two layers in a step": ("{input: [3, 8, 8], network: [{conv: 8, relu: }]}", "$.network[0]"),
    "an argument beside the layer": (BLOCKS + "[{conv: 8, kernel: 3}]", "$.network[0]"),
    "an argument beside the block": (BLOCKS + "[{unit: 8, stride: 2, name: a}]", "$.network[0]"),
    "modifiers alone": ("{input: 8, network: [{name: a, when: true}]}", "$.network[0]"),
    "an empty mapping": ("{input: 8, network: [{}]}", "$.network[0]"),
    "every modifier and no layer": (
        "{input: 8, network: [{name: a, from: input, repeat: 1, when: true, share: b, trainable: true}]}",
        "$.network[0]",
    ),
    "an unknown parameter": ("{input: [3, 8, 8], network: [{conv: {out: 8, kernal: 3}}]}", "$.network[0].conv"),
    "a missing parameter": ("{input: [3, 8, 8], network: [{conv: {kernel: 3}}]}", "$.network[0].conv"),
    "no arguments where one is needed": ("{input: 8, network: [{linear: , name: a}]}", "$.network[0].linear"),
    "a scalar for a layer that needs two": (
        "{input: [3, 8, 8], network: [{conv_transpose: 8}]}",
        "$.network[0].conv_transpose",
    ),
    "too few in order": ("{input: [3, 8, 8], network: [{conv_transpose: [8]}]}", "$.network[0].conv_transpose"),
    "too many in order": (
        "{input: 8, network: [{linear: [8, true, false, false, false, channels, [8, 0], 1]}]}",
        "$.network[0].linear",
    ),
    "nothing in order": ("{input: 8, network: [{linear: [8, ~]}]}", "$.network[0].linear"),
    "a tensor of no size": (
        "{input: 8, network: [{add: [[], {parameter: [8, 0]}]}]}",
        "$.network[0].add[1].parameter[1]",
    ),
    "a list behind a list": (
        "{input: 8, network: [{add: [[], {parameter: [[8], 2]}]}]}",
        "$.network[0].add[1].parameter[0]",
    ),
    "an argument for nothing": ("{input: 8, network: [{relu: 6}]}", "$.network[0].relu"),
    "a negative size": ("{input: [3, 8, 8], network: [{conv: -8}]}", "$.network[0].conv"),
    "a size that is true": ("{input: [3, 8, 8], network: [{conv: {out: true}}]}", "$.network[0].conv.out"),
    "a broken kernel in order": ("{input: [3, 8, 8], network: [{conv: [8, 2.5]}]}", "$.network[0].conv[1]"),
    "a kernel of steps": ("{input: [3, 8, 8], network: [{conv: [8, {relu: }]}]}", "$.network[0].conv[1]"),
    "a kernel of zero": (
        "{input: [3, 8, 8], network: [{maxpool: {kernel: [2, 0]}}]}",
        "$.network[0].maxpool.kernel[1]",
    ),
    "padding of three": (
        "{input: [3, 8, 8], network: [{conv: {out: 8, padding: [[1, 1, 1], 0]}}]}",
        "$.network[0].conv.padding[0]",
    ),
    "a flag that is a number": ("{input: 8, network: [{linear: {out: 8, bias: 1}}]}", "$.network[0].linear.bias"),
    "a probability over one": ("{input: 8, network: [{dropout: 1.5}]}", "$.network[0].dropout"),
    "a deformable convolution without channels": (
        "{input: [4, 8, 8], network: [{deform_conv: {kernel: 3}, from: [input, input]}]}",
        "$.network[0].deform_conv",
    ),
    "a pool by its number": ("{input: [4, 8, 8], network: [{max_unpool: 2}]}", "$.network[0].max_unpool"),
    "a grid of no such mode": (
        "{input: [4, 8, 8], network: [{grid_sample: {mode: linear}, from: [input, input]}]}",
        "$.network[0].grid_sample.mode",
    ),
    "a fold without a kernel": ("{input: [4, 9], network: [{fold: {size: [8, 8]}}]}", "$.network[0].fold"),
    "two open numbers": ("{input: 8, network: [{reshape: [-1, -1]}]}", "$.network[0].reshape"),
    "an open number of a split": ("{input: [8, 4], network: [{split: [-1, 4]}]}", "$.network[0].split[0]"),
    "a list of two for one number": (
        "{input: 8, network: [{stochastic_depth: [0.5, 0.5]}]}",
        "$.network[0].stochastic_depth",
    ),
    "a list in a list for one number": ("{input: 8, network: [{dropout: [[0.5]]}]}", "$.network[0].dropout[0]"),
    "a word that is no choice": (
        "{input: [3, 8, 8], network: [{upsample: {scale: 2, mode: cubic}}]}",
        "$.network[0].upsample.mode",
    ),
    "a number as a reference": ("{input: [3, 8, 8], network: [{crop: {like: 3}}]}", "$.network[0].crop.like"),
    "pieces by name": ("{input: [3, 8, 8], network: [{split: {a: 1, b: 2}}]}", "$.network[0].split"),
    "branches by name": ("{input: 8, network: [{add: {a: relu}}]}", "$.network[0].add"),
    "no branches": ("{input: 8, network: [{add: []}]}", "$.network[0].add"),
    "a branch of nothing": ("{input: 8, network: [{add: [relu, ~]}]}", "$.network[0].add[1]"),
    "a broken step in a branch": (
        "{input: 8, network: [{add: [[], [relu, {linear: 0}]]}]}",
        "$.network[0].add[1][1].linear",
    ),
    "a name that is a number": ("{input: 8, network: [{relu, name: 3}]}", "$.network[0].name"),
    "a name with two dots": ("{input: 8, network: [{relu, name: a..b}]}", "$.network[0].name"),
    "a name that begins with a number": ("{input: 8, network: [{relu, name: '[0]a'}]}", "$.network[0].name"),
    "a name of an open brace": ("{input: 8, network: [{relu, name: 'a{'}]}", "$.network[0].name"),
    "a bare sequence": ("{input: 8, network: [sequence]}", "$.network[0]"),
    "a sequence beside a layer": ("{input: 8, network: [{sequence: [relu], relu: }]}", "$.network[0]"),
    "a sequence of nothing": ("{input: 8, network: [{sequence: }]}", "$.network[0].sequence"),
    "a reserved name": ("{input: 8, network: [{relu, name: last}]}", "$.network[0].name"),
    "an empty modifier": ("{input: 8, network: [{relu, when: }]}", "$.network[0].when"),
    "a condition that is a list": ("{input: 8, network: [{relu, when: [true]}]}", "$.network[0].when"),
    "half a repetition": ("{input: 8, network: [{relu, repeat: 1.5}]}", "$.network[0].repeat"),
    "repetition that is true": ("{input: 8, network: [{relu, repeat: true}]}", "$.network[0].repeat"),
    "a mapping to read from": ("{input: 8, network: [{relu, from: {a: b}}]}", "$.network[0].from"),
    "a reference that is none": ("{input: 8, network: [{add, from: [input, 0]}]}", "$.network[0].from[1]"),
    "two to share with": ("{input: 8, network: [{linear: 8, share: [a, b]}]}", "$.network[0].share"),
    "a loop without steps": ("{input: 8, network: [{for: i, in: range(3)}]}", "$.network[0]"),
    "a loop over a number": ("{input: 8, network: [{for: i, in: 3, do: [relu]}]}", "$.network[0].in"),
    "a loop with a layer": ("{input: 8, network: [{for: i, in: [1], do: [relu], relu: }]}", "$.network[0]"),
    "a repeated loop": ("{input: 8, network: [{for: i, in: [1], do: [relu], repeat: 2}]}", "$.network[0]"),
    "a loop variable that is a number": (
        "{input: 8, network: [{for: [a, 3], in: [[1, 2]], do: [relu]}]}",
        "$.network[0].for[1]",
    ),
    "a reserved loop variable": ("{input: 8, network: [{for: index, in: [1], do: [relu]}]}", "$.network[0].for"),
    "a broken step in a loop": (
        "{input: 8, network: [{for: i, in: [1], do: [{linear: [0]}]}]}",
        "$.network[0].do[0].linear[0]",
    ),
    "a shortcut beside a layer": ("{input: 8, network: [{relu, shortcut: [relu]}]}", "$.network[0]"),
    "a residual beside a layer": ("{input: 8, network: [{residual: [relu], relu: }]}", "$.network[0]"),
    "a residual of nothing": ("{input: 8, network: [{residual: }]}", "$.network[0].residual"),
    "a block's argument without a name": (BLOCKS + "[{unit: {2: 8}}]", "$.network[0].unit"),
    "outputs that are a mapping": ("{input: 8, network: [{relu, name: a}], outputs: {a: 1}}", "$.outputs"),
    "no outputs": ("{input: 8, network: [relu], outputs: []}", "$.outputs"),
    "an auxiliary output of no name": ("{input: 8, network: [relu], auxiliary: [[a]]}", "$.auxiliary[0]"),
    "an unknown key of a variant": (
        "{input: 8, network: [relu], variants: {a: {sets: {}}}}",
        "$.variants.a",
    ),
    "a variant of nothing": ("{input: 8, network: [relu], variants: {a: }}", "$.variants.a"),
    "a variant with no name": ("{input: 8, network: [relu], variants: {a-b: {}}}", "$.variants"),
    "settings in a list": ("{input: 8, network: [relu], variants: {a: {set: [n]}}}", "$.variants.a.set"),
    "an unknown figure": ("{input: 8, network: [relu], expect: {flops: 3}}", "$.expect"),
    "a rounded figure": ("{input: 8, network: [relu], expect: {params: 25.6e-1}}", "$.expect.params"),
    "a figure as a text": ("{input: 8, network: [relu], expect: {macs: 4.1G}}", "$.expect.macs"),
    "a negative figure of a variant": (
        "{input: 8, network: [relu], variants: {a: {expect: {macs: -1}}}}",
        "$.variants.a.expect.macs",
    ),
    "an input without shapes": ("{input: {}, network: [relu]}", "$.input"),
    "a shape that is true": ("{input: {a: true}, network: [relu]}", "$.input.a"),
    "a flat input of zero": ("{input: 0, network: [relu]}", "$.input"),
    "an input of no expression": ("{input: '', network: [relu]}", "$.input"),
    "a dimension of no expression": ("{input: [''], network: [relu]}", "$.input[0]"),
    "a variable of no expression": ("{input: 8, vars: {n: ''}, network: [relu]}", "$.vars.n"),
    "a function of no expression": ("{input: 8, vars: {f(x): ''}, network: [relu]}", "$.vars['f(x)']"),
    "a row with nothing in it": ("{input: 8, vars: {n: [1, ~]}, network: [relu]}", "$.vars.n[1]"),
    "a step as a value without its argument": (
        "{input: 8, vars: {a: {linear: {bias: true}}}, network: [a]}",
        "$.vars.a.linear",
    ),
    "blocks in a list": ("{input: 8, blocks: [a], network: [a]}", "$.blocks"),
    "a number as a block's step": ("{input: 8, blocks: {a: [3]}, network: [a]}", "$.blocks.a[0]"),
    "one step that is none": ("{input: 8, network: relu 6}", "$.network"),
    "one step that needs arguments": ("{input: 8, network: linear}", "$.network"),
    "one step with a wrong argument": ("{input: 8, network: {linear: 0}}", "$.network.linear"),
    "a key that is no name": ("{input: 8, network: [{2x: 3}]}", "$.network[0]"),
    "a call of a reserved word": ("{input: 8, network: [{channels: 3}]}", "$.network[0]"),
    "rows without a loop": ("{input: 8, network: [{in: [1]}]}", "$.network[0]"),
    "turns without a loop": ("{input: 8, network: [{do: [relu]}]}", "$.network[0]"),
    "a shortcut without a residual": ("{input: 8, network: [{shortcut: [relu]}]}", "$.network[0]"),
    "a condition without a residual": ("{input: 8, network: [{skip: true}]}", "$.network[0]"),
    "a name to read from that is two": ("{input: 8, network: [{relu, from: a b}]}", "$.network[0].from"),
    "a negative repetition": ("{input: 8, network: [{relu, repeat: -1}]}", "$.network[0].repeat"),
    "a repetition of no expression": ("{input: 8, network: [{relu, repeat: ''}]}", "$.network[0].repeat"),
    "a condition of no expression": ("{input: 8, network: [{relu, when: ''}]}", "$.network[0].when"),
    "a condition to train that is a list": (
        "{input: 8, network: [{linear: 8, trainable: []}]}",
        "$.network[0].trainable",
    ),
    "a name to share with that is two": ("{input: 8, network: [{linear: 8, share: a b}]}", "$.network[0].share"),
    "loop variables by name": ("{input: 8, network: [{for: {a: b}, in: [1], do: [relu]}]}", "$.network[0].for"),
    "a loop without variables": ("{input: 8, network: [{for: [], in: [[]], do: [relu]}]}", "$.network[0].for"),
    "a loop variable that is no name": ("{input: 8, network: [{for: 2x, in: [1], do: [relu]}]}", "$.network[0].for"),
    "rows of no expression": ("{input: 8, network: [{for: i, in: '', do: [relu]}]}", "$.network[0].in"),
    "a row of nothing": ("{input: 8, network: [{for: i, in: [~], do: [relu]}]}", "$.network[0].in[0]"),
    "a broken shortcut": ("{input: 8, network: [{residual: relu, shortcut: [3]}]}", "$.network[0].shortcut[0]"),
    "a residual's condition that is a list": ("{input: 8, network: [{residual: relu, skip: []}]}", "$.network[0].skip"),
    "a call with no expression": (BLOCKS + "[{unit: ''}]", "$.network[0].unit"),
    "a call with nothing in order": (BLOCKS + "[{unit: [~]}]", "$.network[0].unit[0]"),
    "a call with no expression by name": (BLOCKS + "[{unit: {out: ''}}]", "$.network[0].unit.out"),
    "a call with nothing in a list": (BLOCKS + "[{unit: {out: [~]}}]", "$.network[0].unit.out[0]"),
    "a call with a modifier for a value": (BLOCKS + "[{unit: {out: {relu: , name: b}}}]", "$.network[0].unit.out"),
    "a call with a broken step for a value": (
        BLOCKS + "[{unit: {out: {linear: {bias: true}}}}]",
        "$.network[0].unit.out.linear",
    ),
    "a call with two layers for a value": (BLOCKS + "[{unit: {out: {relu: , gelu: }}}]", "$.network[0].unit.out"),
    "outputs with no name": ("{input: 8, network: [{relu, name: a}], outputs: [3]}", "$.outputs[0]"),
    "an output that is two": ("{input: 8, network: [{relu, name: a}], outputs: a b}", "$.outputs"),
    "auxiliary outputs that are a mapping": ("{input: 8, network: [relu], auxiliary: {a: 1}}", "$.auxiliary"),
    "an auxiliary output that is two": ("{input: 8, network: [relu], auxiliary: a b}", "$.auxiliary"),
    "variants in a list": ("{input: 8, network: [relu], variants: [a]}", "$.variants"),
    "a setting that is no name": ("{input: 8, network: [relu], variants: {a: {set: {a-b: 1}}}}", "$.variants.a.set"),
    "a setting without a value": (
        "{input: 8, vars: {n: 1}, network: [{linear: n}], variants: {a: {set: {n: }}}}",
        "$.variants.a.set.n",
    ),
    "a variant's source in a list": (
        "{input: 8, network: [relu], variants: {a: {source: [b]}}}",
        "$.variants.a.source",
    ),
    "a printed figure without its source": ("{input: 8, network: [relu], published: {params: 3}}", "$.published"),
    "one of several without its source": (
        "{input: 8, network: [relu], published: [{source: a}, {params: 3}]}",
        "$.published[1]",
    ),
    "an unknown printed figure": ("{input: 8, network: [relu], published: {source: a, macs: 3}}", "$.published"),
    "a printed figure in a list": (
        "{input: 8, network: [relu], published: {source: a, params: [3]}}",
        "$.published.params",
    ),
    "a note in a list": ("{input: 8, network: [relu], published: {source: a, note: [b]}}", "$.published.note"),
    "an accuracy as a text": (
        "{input: 8, network: [relu], published: {source: a, accuracy: b}}",
        "$.published.accuracy",
    ),
    "an accuracy above all": (
        "{input: 8, network: [relu], published: {source: a, accuracy: 101}}",
        "$.published.accuracy",
    ),
    "printed figures as a text": ("{input: 8, network: [relu], published: 5M}", "$.published"),
    "a year as a text": ("{input: 8, network: [relu], year: last}", "$.year"),
    "a variant's year in a list": ("{input: 8, network: [relu], variants: {a: {year: [1]}}}", "$.variants.a.year"),
    "a variant's task": ("{input: 8, network: [relu], variants: {a: {task: b}}}", "$.variants.a"),
    "a task in a list": ("{input: 8, network: [relu], task: [a]}", "$.task"),
    "a choice of something else": ("{input: [8, 4, 4], network: [{group_maxpool: p5}]}", "$.network[0].group_maxpool"),
    "figures in a list": ("{input: 8, network: [relu], expect: [3]}", "$.expect"),
    "a negative figure": ("{input: 8, network: [relu], expect: {params: -3}}", "$.expect.params"),
    "a figure's source in a list": ("{input: 8, network: [relu], expect: {source: [b]}}", "$.expect.source"),
}

# What only the loader sees: a schema does not know the blocks of a file, and reads no expression.
BEYOND = {
    "a misspelt layer": "{input: 8, network: [{conv2: 8}]}",
    "an unknown variable": "{input: 8, network: [{linear: widht}]}",
    "a word for a number": "{input: 8, network: [{linear: big}]}",
    "null for nothing": "{input: [3, 8, 8], vars: {out: 8}, network: [{conv: {out: ~}}]}",
}
