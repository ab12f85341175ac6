"""Files of results: what they hold is appended chunk by chunk, and read back chunk by chunk."""
