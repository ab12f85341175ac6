"""Devices: what known cards have, and what was fitted to measurements on them."""

from __future__ import annotations

from cnncost.footprint.cards.devices.cards import Device, device, devices
from cnncost.footprint.cards.devices.profile import DeviceProfile, largest_workspace, profile, profiles
from cnncost.footprint.cards.devices.rules import DIRECTIONS, WorkspaceRule

__all__ = [
    "DIRECTIONS",
    "Device",
    "DeviceProfile",
    "WorkspaceRule",
    "device",
    "devices",
    "largest_workspace",
    "profile",
    "profiles",
]
