"""What the key Tab offers: commands, options, their values, networks, layers and files, in bash, zsh and fish.

A shell asks by starting the program with :data:`cnncost.cli.completion.asked.INSTRUCTION` in its environment. What may
follow is known from the parameters of the commands alone: an option's metavar says what it takes.
"""
