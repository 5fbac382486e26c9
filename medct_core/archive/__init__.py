"""Scans embedded into the library of cases, each once, whatever interrupts the work."""
