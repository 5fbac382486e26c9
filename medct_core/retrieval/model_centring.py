"""The centring that comes with a model, for libraries too small to fit their own."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from medct_core.errors import ModelUnavailableError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.centring import Centring

FORMAT = 1
"""Version of the file; one of a newer version is refused."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelCentring:
    """A mean of known scans, as kept in a model's folder.

    Attributes
    ----------
    stamp
        The model that embedded them.
    population
        Whom they show: ``phantoms``.
    centring
        Fitted on them; a mean only.
    """

    stamp: ModelStamp
    population: str
    centring: Centring

    def of(self, stamp: ModelStamp) -> Centring | None:
        """Give the centring for cases of a stamp; None where these lie elsewhere.

        Another precision moves an embedding by a rounding, which a mean may ignore.
        """
        own = replace(self.stamp, precision=stamp.precision)
        return self.centring if own == stamp else None

    def to_json(self) -> str:
        """All fields as JSON, six digits a number."""
        fields = {
            "format": FORMAT,
            "stamp": asdict(self.stamp),
            "population": self.population,
            "fitted_on": self.centring.fitted_on,
            "mean": [float(f"{value:.6g}") for value in self.centring.mean],
        }
        return json.dumps(fields, indent=1) + "\n"


def read_model_centring(path: Path) -> ModelCentring:
    """Read what `ModelCentring.to_json` wrote.

    Raises
    ------
    ModelUnavailableError
        If the file is missing, damaged or of a newer version.
    """
    try:
        return _from_fields(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailableError(
            f"The mean of known scans in {path.name!r} cannot be read: {error}.",
            remedy="Install the model again.",
        ) from error


def _from_fields(fields: dict[str, Any]) -> ModelCentring:
    if fields["format"] > FORMAT:
        raise ValueError(f"it is of version {fields['format']}, this program reads {FORMAT}")
    mean = np.array(fields["mean"], dtype=np.float32)
    if mean.ndim != 1 or mean.size == 0:
        raise ValueError("the mean is no row of numbers")
    centring = Centring(mean, None, int(fields["fitted_on"]))
    return ModelCentring(ModelStamp(**fields["stamp"]), str(fields["population"]), centring)
