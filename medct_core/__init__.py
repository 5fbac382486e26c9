"""The library below the MedCT viewer: scans in, scored findings out; it has no GUI."""
