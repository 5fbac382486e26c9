"""Models asked about labelled scans on disk: which scans, which models, which questions."""
