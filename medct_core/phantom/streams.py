"""Random streams by name, so that one component never moves another."""

import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Random stream of one named component of one phantom."""
    return np.random.default_rng(np.random.SeedSequence((seed, zlib.crc32(name.encode()))))
