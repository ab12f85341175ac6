"""What a step really takes: every layer recorded on a tape, backward and the optimizer run, and what lived at once."""
