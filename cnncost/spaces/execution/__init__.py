"""How the points of a space are computed: here, by several processes, or by a cluster, chunk by chunk."""
