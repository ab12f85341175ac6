"""What a sweep found: columns, files of them, and the best of its points."""
