"""Devices: what known cards have, and what was fitted to measurements on them."""

from __future__ import annotations

from cnncost.devices.cards import Device, device, devices
from cnncost.devices.memory import MemoryProfile, largest_workspace
from cnncost.devices.profile import DeviceProfile, memory_profile, profile, profiles
from cnncost.devices.rules import DIRECTIONS, WorkspaceRule

__all__ = [
    "DIRECTIONS",
    "Device",
    "DeviceProfile",
    "MemoryProfile",
    "WorkspaceRule",
    "device",
    "devices",
    "largest_workspace",
    "memory_profile",
    "profile",
    "profiles",
]
