"""The model: found, made on meta tensors, and given inputs."""
