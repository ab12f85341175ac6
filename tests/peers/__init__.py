"""Other tools that count, run on the models that specs become: the presets of ``cnncost.conventions`` equal them."""
