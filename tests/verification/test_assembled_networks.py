"""Networks that people put together of loops, levels and products, against modules typed from their papers."""

from __future__ import annotations

import pytest

from tests.torch_models import assembled
from tests.verification.examples import Example, check_counts, check_outputs, check_verification

EXAMPLES = {
    "FCOS": Example(
        """
input: [3, 64, 96]
blocks:
  tower():
    - for: i
      in: range(2)
      do: [{conv: [16, 3, 1, 1]}, {groupnorm: 4}, relu]
network:
  - {for: i, in: range(3), name: level, do: [{conv: [16, 3, 2, 1]}]}
  - for: i
    in: range(3)
    name: head
    do:
      - {tower, from: "level[i]", share: "head[0].tower_of_classes", name: tower_of_classes}
      - {conv: [5, 3, 1, 1], share: "head[0].logits", name: logits}
      - {reshape: [5, -1], name: labels}
      - {conv: [1, 3, 1, 1], from: tower_of_classes, share: "head[0].score", name: score}
      - {reshape: [1, -1], name: centre}
      - {tower, from: "level[i]", share: "head[0].tower_of_boxes", name: tower_of_boxes}
      - {conv: [4, 3, 1, 1], share: "head[0].edges", name: edges}
      - {scale: {learned: scalar}}
      - exp
      - {reshape: [4, -1], name: boxes}
  - {concat, from: "head[*].labels", axis: positions, name: labels}
  - {concat, from: "head[*].boxes", axis: positions, name: boxes}
  - {concat, from: "head[*].centre", axis: positions, name: centre}
outputs: [labels, boxes, centre]
""",
        assembled.FCOS,
        ((3, 64, 96),),
    ),
    "hourglass": Example(
        """
input: [3, 64, 96]
vars: {depth: 3, width: 16, joints: 7, stacks: 2}
blocks:
  res():
    - residual:
        - batchnorm
        - relu
        - conv: channels // 2
        - batchnorm
        - relu
        - conv: [channels, 3, 1, 1]
        - batchnorm
        - relu
        - conv: 2 * channels
  hourglass():
    - for: level
      in: range(depth)
      name: down
      do:
        - {identity, name: here}
        - {res, name: up}
        - {maxpool: 2, from: here}
        - res
    - res
    - for: level
      in: range(depth - 1, -1, -1)
      do:
        - res
        - {upsample: 2, name: grown}
        - {add, from: [grown, "down[level].up"]}
network:
  - {conv: [width, 7, 2, 3]}
  - for: stack
    in: range(stacks)
    name: stack
    do:
      - {identity, name: start}
      - hourglass
      - {conv: width, name: features}
      - {conv: joints, name: heat}
      - {conv: channels, from: features, name: a, when: not last}
      - {conv: width, from: heat, name: b, when: not last}
      - {add, from: [start, a, b], when: not last}
outputs: ["stack[*].heat"]
""",
        assembled.StackedHourglass,
        ((3, 64, 96),),
    ),
    "PointNet": Example(
        """
input: [3, 128]
blocks:
  tnet(k):
    - for: w
      in: [16, 32]
      do: [{conv: w}, batchnorm, relu]
    - global_maxpool
    - flatten
    - linear: 16
    - batchnorm
    - relu
    - linear: k * k
    - reshape: [k, k]
    - add: [[], {parameter: {shape: [k, k], fixed: true}}]
  transform():
    - {identity, name: points}
    - {tnet: channels, name: t}
    - {matmul, from: [points, t], transpose: first}
    - permute: [1, 0]
network:
  - transform
  - conv: 16
  - batchnorm
  - relu
  - transform
  - conv: 32
  - batchnorm
  - global_maxpool
  - flatten
  - linear: 4
  - log_softmax
""",
        assembled.PointNet,
        ((3, 128),),
    ),
    "U-Net++": Example(
        """
input: [3, 32, 40]
vars: {widths: [4, 8, 16]}
network:
  - for: i
    in: range(3)
    name: row
    do:
      - {maxpool: 2, when: not first}
      - conv: ["widths[i]", 3, 1, 1]
  - for: j
    in: [1, 2]
    name: column
    do:
      - for: i
        in: range(3 - j)
        name: node
        do:
          - {identity, from: "row[i]", name: x0}
          - {identity, from: "column[0].node[i]", name: x1, when: j > 1}
          - {upsample: 2, from: "row[i + 1]", when: j == 1, name: up1}
          - {upsample: 2, from: "column[j - 2].node[i + 1]", when: j > 1, name: up2}
          - {concat, from: [x0, up1], when: j == 1}
          - {concat, from: [x0, x1, up2], when: j > 1}
          - {conv: ["widths[i]", 3, 1, 1], name: out}
  - {for: j, in: range(2), name: heads, do: [{conv: 2, from: "column[j].node[0]"}]}
outputs: ["heads[*]"]
""",
        assembled.NestedUNet,
        ((3, 32, 40),),
    ),
    "VLAD": Example(
        """
input: [16, 8, 10]
vars: {clusters: 8}
network:
  - {l2_normalize, name: x}
  - conv: clusters
  - softmax
  - {reshape: [clusters, -1], name: a}
  - {reshape: [16, -1], from: x, name: features}
  - {einsum: "bkn,bcn->bkc", from: [a, features], name: sums}
  - {sum: {axes: 0, keep: true}, from: a, name: weight}
  - {parameter: [clusters, 16], name: centres}
  - {multiply, from: [weight, centres], name: weighted}
  - {subtract, from: [sums, weighted]}
  - {l2_normalize: {axis: 0}}
  - flatten
  - l2_normalize
  - linear: 10
""",
        assembled.VLAD,
        ((16, 8, 10),),
    ),
    "HaloNet": Example(
        """
input: [8, 16, 12]
vars: {block: 4, halo: 1}
network:
  - conv: {out: 8, bias: false}
  - unfold: {kernel: block, stride: block}
  - reshape: [8, block ** 2, -1]
  - {permute: [2, 1, 0], name: q}
  - {conv: {out: 16, bias: false}, from: input}
  - unfold: {kernel: block + 2 * halo, stride: block, padding: halo}
  - reshape: [16, (block + 2 * halo) ** 2, -1]
  - {chunk: 2, name: kv}
  - {einsum: "bnqc,bckn->bnqk", from: [q, "kv[0]"]}
  - {softmax: {axis: 1}, name: weights}
  - {einsum: "bnqk,bckn->bcqn", from: [weights, "kv[1]"]}
  - reshape: [8 * block ** 2, -1]
  - fold: {size: [16, 12], kernel: block, stride: block}
""",
        assembled.Halo,
        ((8, 16, 12),),
    ),
    "Swin": Example(
        """
input: [16, 8, 12]
network:
  - residual:
      - layernorm
      - permute: [1, 2, 0]
      - {roll: {shifts: [-2, -2], axes: [channels, 0]}}
      - reshape: [2, 4, 3, 4, 16]
      - permute: [0, 2, 1, 3, 4]
      - reshape: [6, 16, 16]
      - {linear: {out: 48, axis: 1}}
      - reshape: [6, 16, 3, 2, 8]
      - {permute: [2, 0, 3, 1, 4], name: qkv}
      - {select: 0}
      - {scale: 8 ** -0.5, name: q}
      - {select: 1, from: qkv, name: k}
      - {select: 2, from: qkv, name: v}
      - {matmul, from: [q, k], transpose: second}
      - add: [[], {parameter: [1, 2, 16, 16]}]
      - {softmax: {axis: 2}, name: a}
      - {matmul, from: [a, v]}
      - permute: [0, 2, 1, 3]
      - reshape: [6, 16, 16]
      - {linear: {out: 16, axis: 1}}
      - reshape: [2, 3, 4, 4, 16]
      - permute: [0, 2, 1, 3, 4]
      - reshape: [8, 12, 16]
      - {roll: {shifts: [2, 2], axes: [channels, 0]}}
      - permute: [2, 0, 1]
""",
        assembled.ShiftedWindows,
        ((16, 8, 12),),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("mode", ["infer", "train"])
def test_counts_are_those_of_the_model(name: str, mode: str) -> None:
    check_counts(EXAMPLES[name], mode)


@pytest.mark.parametrize("name", EXAMPLES)
def test_outputs_are_the_same_with_the_same_weights(name: str) -> None:
    check_outputs(EXAMPLES[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_verify_finds_every_figure_the_same(name: str) -> None:
    check_verification(EXAMPLES[name].spec)


@pytest.mark.parametrize(
    "steps",
    [
        "{softmax: {axis: 0}}, {conv: {out: 4, kernel: 3, padding: 1}}",
        "{conv: {out: 4, kernel: 3, padding: 1}}, {layernorm: {axes: [0]}}, relu",
        "{mean: {axes: 0, keep: true}}, {upsample: 2}",
        "{linear: {out: 5, axis: 0}}, {l2_normalize: {axis: 1}}",
        "{roll: {shifts: 1, axes: 0}}, {layernorm: {axes: 0}}, {glu: {axis: 0}}",
    ],
)
def test_layers_over_other_axes_of_a_map_see_what_verify_expects(steps: str) -> None:
    check_verification(f"input: [4, 8, 6]\nnetwork: [{steps}]")
