"""The memory of a step, measured: on a device, and on the CPU between operators."""
