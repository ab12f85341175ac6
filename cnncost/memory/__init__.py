"""What a step really takes of a device's memory."""
