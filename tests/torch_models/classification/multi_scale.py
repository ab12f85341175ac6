"""Networks of several resolutions or scales at once: Res2Net and HRNet."""

from __future__ import annotations

from tests.torch_models.reference import Reference, timm_reference

_RES2NET = ("50_48w_2s", "50_14w_8s", "50_26w_6s", "50_26w_8s", "101_26w_4s")

REFERENCES: dict[str, Reference] = {
    "res2net50_26w_4s": timm_reference("res2net50_26w_4s", sample=64),
    **{f"res2net{size}": timm_reference(f"res2net{size}") for size in _RES2NET},
    "hrnet_w18": timm_reference("hrnet_w18", sample=64),
    **{name: timm_reference(name) for name in ("hrnet_w32", "hrnet_w48")},
}
