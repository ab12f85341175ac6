"""What PyTorch's autograd does with memory: what an operation makes and keeps, and what its backward makes of that.

Nothing is computed: a tensor is its storage and its size. A layer records itself on a
:class:`~cnncost.autograd.tape.Tape`.
"""
