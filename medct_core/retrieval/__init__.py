"""Similar cases: the library of a user's own scans, and what in it is like a scan or a text."""
