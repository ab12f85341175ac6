"""Specs as a person writes them: each is written again just as it stands."""

from __future__ import annotations

TEXTS = {
    "blocks with parameters, residuals, tables, shares and pieces": """\
name: net
input: [3, 32, 32]

blocks:
  conv_bn(out, stride=1, groups=1, act=relu):
    - conv: {out, kernel: 3, stride, padding: 1, groups, bias: false}
    - batchnorm
    - act
  unit(out, stride=1, c_in=channels):
    - residual:
        - conv_bn: {out: 2 * channels, stride}
        - conv_bn: {out: channels, groups: channels}
        - {conv: {out, bias: false}, trainable: false}
      shortcut: {conv: {out, stride}}
    - multiply:
        - []
        - [global_avgpool, {conv: c_in // 4}, relu, {conv: out}, sigmoid]

network:
  - {conv_bn: {out: 16, act: gelu}, name: stem}
  - for: [out, stride, depth]
    in: [[16, 1, 1], [32, 2, 2], [64, 2, 3]]
    name: stage
    do:
      - {unit: {out, stride: stride if first else 1}, repeat: depth}
  - {chunk: 2, name: half}
  - {conv: 8, name: first_half, from: "half[0]"}
  - {conv: 8, name: second_half, from: "half[1]", share: first_half}
  - {concat, from: [first_half, second_half]}
  - upsample: {like: stem}
""",
    "a step that some calls lack, said by the sizes": """\
name: net
input: [3, 32, 32]

blocks:
  basic(out, stride=1, c_in=channels):
    - {conv: {out, kernel: 3, stride, padding: 1}, name: conv1}
    - relu
    - {conv: {out, kernel: 3, padding: 1}, name: conv2}
    - {conv: {out, stride}, name: downsample, from: input, when: c_in != out}
    - {add, from: [conv2, downsample], when: c_in != out}
    - {add, from: [conv2, input], when: c_in == out}

network:
  - {basic: 8, name: layer1, repeat: 3}
  - {basic: {out: 16, stride: 2 if first else 1}, name: layer2, repeat: 3}
""",
    "numbered steps, as VGG has them": """\
name: net
input: {x: [3, 32, 32]}

network:
  - name: features
    sequence:
      - for: [depth, out]
        in: [[2, 8], [2, 16], [3, 32]]
        do:
          - for: turn
            in: range(depth)
            do:
              - conv: {out, kernel: 3, padding: 1}
              - relu: {inplace: true}
          - maxpool: 2
  - flatten
  - name: classifier
    sequence:
      - linear: 64
      - dropout
      - linear: 10
""",
    "blocks that number their steps, within numbers": """\
name: net
input: [3, 32, 32]

blocks:
  conv_bn(out, kernel=3, stride=1):
    - sequence:
        - conv: {out, kernel, stride, padding: kernel // 2, bias: false}
        - batchnorm
        - relu
  unit(out, stride=1):
    - name: conv
      sequence:
        - conv_bn: {out: 4 * channels, kernel: 1}
        - conv_bn: {out: channels, stride}
        - conv: out
    - relu

network:
  - name: features
    sequence:
      - conv_bn: {out: 8, stride: 2}
      - sequence: {unit: 8, repeat: 2}
      - sequence: {unit: {out: 16, stride: 2 if first else 1}, repeat: 3}
""",
    "names that count, of layers that read all before them": """\
name: net
input: [3, 32, 32]

blocks:
  dense(depth):
    - for: turn
      in: range(depth)
      name: "layer{index + 1}"
      do:
        - {concat, from: [input, "layer[*]"]}
        - conv: {out: 4, kernel: 3, padding: 1}
    - {concat, from: [input, "layer[*]"]}

network:
  - {dense: 3, name: dense1}
  - {conv: 7, name: shrink}
  - {dense: 5, name: dense2}
  - {relu, name: "act{index}", repeat: 4}
""",
    "names that count, where the first has nothing to join": """\
name: net
input: [3, 32, 32]

network:
  - for: out
    in: [4, 6, 8]
    name: "layer{index + 1}"
    do:
      - {concat, from: [input, "layer[*]"], when: not first}
      - conv: {out, kernel: 3, padding: 1}
  - {concat, from: [input, "layer[*]"]}
""",
    "several inputs and outputs, and a head for training": """\
name: net
source: "https://example.org/a: b"
year: 2020
input: {image: [3, 32, 32], depth: [1, 32, 32]}

blocks:
  head():
    - global_avgpool
    - flatten
    - linear: 10

network:
  - {conv: 8, from: image}
  - {conv: 8, name: other, from: depth}
  - {add, from: [conv, other]}
  - {head, name: logits}
  - {head, name: early, from: conv}

outputs: [logits]
auxiliary: [early]

expect: {params: 228, source: by hand}

published:
  - {source: a paper, params: 0.2K, accuracy: 12.5, metric: ImageNet top-1, note: "rounded, up"}
""",
    "lists, pairs and words": """\
name: net
input: [4, 9, 9]

network:
  - conv: {out: 4, kernel: [1, 7], padding: [0, 3]}
  - conv: {out: 4, kernel: 3, padding: [[1, 0], [2, 1]], padding_mode: reflect}
  - conv: {out: 4, kernel: 2, padding: same, bias: false}
  - maxpool: {kernel: [2, 1]}
  - avgpool: {kernel: 3, stride: 1, padding: 1, count_include_pad: false}
  - {split: [1, 3], name: parts}
  - {conv: 2, from: "parts[1]"}
  - {concat, name: all, from: [conv_4, "parts[0]"]}
  - {batchnorm: {eps: 0.001}, name: norm}
  - flatten
""",
    "a name within others, where other steps run between": """\
name: net
input: [4, 8, 8]

blocks:
  twice(out):
    - conv: out
    - {conv: out, name: again}

network:
  - {twice: 8, name: "down[0]"}
  - maxpool: 2
  - {twice: 17, name: "down[1]"}
  - {upsample: 2, name: up}
  - {concat, from: [up, "down[0]"]}
""",
    "numbers that are left out": """\
name: net
input: [4, 8, 8]

network:
  - name: body
    sequence:
      - {conv: 8, name: "[1]"}
      - {batchnorm, name: "[2]"}
      - {conv: 4, name: "[5]"}
""",
    "maxima that are put back": """\
name: net
input: [3, 30, 18]

network:
  - {conv: 4, name: fine}
  - {maxpool: 2, name: first_pool}
  - conv: 4
  - {maxpool: {kernel: 2, ceil: true}, name: second_pool}
  - conv: 4
  - {max_unpool: second_pool, name: grown}
  - {conv: 4, name: between}
  - {max_unpool: first_pool, name: whole}
""",
    "loops without names, in each other": """\
name: net
input: [4, 8, 8]

network:
  - for: rows
    in: [[2, 4], [3, 6, 7]]
    do:
      - maxpool: {kernel: 2, stride: 1}
      - for: out
        in: rows
        do:
          - conv: out
          - relu
""",
    "sequences without names, as all of a branch": """\
name: net
input: [4, 8, 8]

network:
  - add:
      - sequence:
          - conv: 4
          - batchnorm
      - []
  - residual:
      - sequence:
          - conv: 4
          - relu
    shortcut:
      - sequence:
          - conv: 4
          - batchnorm
""",
}
