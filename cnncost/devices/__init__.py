"""Devices: what known cards have, and what was fitted to measurements on them."""

from __future__ import annotations

from cnncost.devices.cards import Device, device, devices
from cnncost.devices.kinds import KINDS
from cnncost.devices.latency import Coefficients, HostCosts, Key, LatencyProfile
from cnncost.devices.memory import MemoryProfile, largest_workspace
from cnncost.devices.profile import DeviceProfile, latency_profile, memory_profile, profile, profiles
from cnncost.devices.rules import DIRECTIONS, WorkspaceRule

__all__ = [
    "DIRECTIONS",
    "KINDS",
    "Coefficients",
    "Device",
    "DeviceProfile",
    "HostCosts",
    "Key",
    "LatencyProfile",
    "MemoryProfile",
    "WorkspaceRule",
    "device",
    "devices",
    "largest_workspace",
    "latency_profile",
    "memory_profile",
    "profile",
    "profiles",
]
