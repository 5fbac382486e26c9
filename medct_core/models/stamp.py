"""ModelStamp: exactly what produced a number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelStamp:
    """Identity of a result. Two numbers may be compared only if their stamps are equal.

    Attributes
    ----------
    model
        Name of the model, for people: ``medct-mini``.
    checkpoint_sha256
        SHA-256 of the weights file in hex.
    recipe_id
        `Recipe.id` of the preparation.
    precision
        ``float32`` or ``bfloat16``.
    adapter
        Name of the adapter, None without one.
    adapter_sha256
        SHA-256 of the adapter's weights, None without one.

    Raises
    ------
    ValueError
        If the stamp is incomplete.
    """

    model: str
    checkpoint_sha256: str
    recipe_id: str
    precision: str
    adapter: str | None = None
    adapter_sha256: str | None = None

    def __post_init__(self) -> None:
        if not (self.model and self.checkpoint_sha256 and self.recipe_id and self.precision):
            raise ValueError("a model stamp is complete or not built")
        if (self.adapter is None) != (self.adapter_sha256 is None):
            raise ValueError("an adapter has a name and a hash")
