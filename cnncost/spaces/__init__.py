"""Design spaces: what may vary of a network, what each of its points costs, and which of them are best."""
