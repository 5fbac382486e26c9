"""Threads: one owns the model, two read files; what they find out comes back as signals."""
