"""`medct adapters`: small changes to a model, kept beside it, chosen, merged and averaged."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.options import AsJson
from medct_core.errors import MedctError, ModelUnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from medct_core.models.adapter_manifest import AdapterManifest
    from medct_core.models.adapter_store import InstalledAdapter
    from medct_core.models.catalogue import InstalledModel

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of an adapter.")]

_NONE = "none"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = (
        "Keep many adapters for one model: small changes to it, trained on a site's own scans.\n\n"
        "Example: medct adapters list"
    )
    adapters = typer.Typer(help=help_text)
    adapters.command("list")(list_adapters)
    adapters.command("add")(add)
    adapters.command("remove")(remove)
    adapters.command("swap")(swap)
    adapters.command("merge")(merge)
    adapters.command("average")(average)
    app.add_typer(adapters, name="adapters", no_args_is_help=True)


def list_adapters(as_json: AsJson = False) -> None:
    """List the adapters on this machine: size beside the whole model, gain on held-out patients.

    Example: medct adapters list
    """
    from medct_core.models.adapter_store import installed_adapters, models_by_weights

    bases = models_by_weights()
    rows = [_row(adapter, bases) for adapter in installed_adapters()]
    if as_json:
        print_json(rows)
    elif rows:
        print_text("\n".join("\n".join(_lines(row)) for row in rows))
    else:
        print_text("No adapter is installed.")


def _row(adapter: "InstalledAdapter", bases: "Mapping[str, InstalledModel]") -> dict[str, Any]:
    named = {"name": adapter.name, "folder": str(adapter.folder), "bytes": adapter.size_bytes}
    try:
        manifest = adapter.manifest()
    except ModelUnavailableError as error:
        return {**named, "status": "damaged", "problem": error.summary}
    base = bases.get(manifest.base_sha256)
    return {
        **named,
        "status": "installed" if base is not None else "without its model",
        "model": manifest.base_name,
        "model_sha256": manifest.base_sha256,
        "model_bytes": None if base is None else _checkpoint_bytes(base),
        "parameters": manifest.parameters,
        "is_default": _is_default(adapter, manifest),
        **_measured(manifest),
    }


def _checkpoint_bytes(base: "InstalledModel") -> int | None:
    from medct_core.models.adapter_size import checkpoint_bytes

    try:
        return checkpoint_bytes(base)
    except ModelUnavailableError:
        return None


def _is_default(adapter: "InstalledAdapter", manifest: "AdapterManifest") -> bool:
    from medct_core.models.adapter_store import default_adapter

    try:
        return default_adapter(manifest.base_sha256) == adapter
    except ModelUnavailableError:
        return False


def _measured(manifest: "AdapterManifest") -> dict[str, Any]:
    held_out = manifest.held_out
    return {
        "held_out_mean_auroc": None if held_out is None else held_out.auroc,
        "held_out_base_mean_auroc": None if held_out is None else held_out.base_auroc,
        "held_out_patients": None if held_out is None else held_out.patients,
        "is_offered": not manifest.why_not_offered,
        "why_not_offered": manifest.why_not_offered,
    }


def _lines(row: dict[str, Any]) -> list[str]:
    from medct_core.models.adapter_size import bytes_in_words, size_in_words

    if row["status"] == "damaged":
        return [f"{row['name']}  damaged", f"  {row['problem']}"]
    in_use = ", used by default with it" if row["is_default"] else ""
    missing = ", which is not on this machine" if row["status"] != "installed" else ""
    whole = row["model_bytes"]
    size = bytes_in_words(row["bytes"]) if whole is None else size_in_words(row["bytes"], whole)
    return [
        f"{row['name']}  for {row['model']}{missing}{in_use}",
        f"  {size}",
        f"  {_held_out_line(row)}",
    ]


def _held_out_line(row: dict[str, Any]) -> str:
    if not row["is_offered"]:
        return f"not offered: {row['why_not_offered']}"
    auroc, base = row["held_out_mean_auroc"], row["held_out_base_mean_auroc"]
    return (
        f"mean AUROC {auroc:.3f}, {row['model']} alone {base:.3f} ({100 * (auroc - base):+.1f} "
        f"points), on {row['held_out_patients']} held-out patients"
    )


def add(
    folder: Annotated[Path, typer.Argument(help="Folder of an adapter.")],
    name: Annotated[str | None, typer.Option(help="Another name than its own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Install an adapter for a model on this machine; damaged ones and strangers are refused.

    Example: medct adapters add runs/our-hospital/adapter
    """
    from medct_core.models.adapter_install import add_adapter
    from medct_core.models.adapter_store import models_by_weights

    row = _row(add_adapter(folder, name), models_by_weights())
    print_json(row) if as_json else print_text("\n".join(_lines(row)))


def remove(name: NameArgument, as_json: AsJson = False) -> None:
    """Remove an installed adapter; one that is used by default is kept, and that is said.

    Example: medct adapters remove our-hospital
    """
    from medct_core.models.adapter_store import remove_adapter

    gone = remove_adapter(name)
    if as_json:
        print_json({"removed": gone.name, "folder": str(gone.folder)})
    else:
        print_text(f"Removed {gone.name} from {gone.folder}")


def swap(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of an installed adapter, or none.")
    ],
    model: Annotated[
        str | None, typer.Option(help="With none: the model meant; the usual if left out.")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also one that did not beat its model.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Choose the adapter that is used with its model wherever no other is named.

    Example: medct adapters swap our-hospital
    """
    base = _use_none(model) if name == _NONE else _use(name, model, anyway=anyway)
    if as_json:
        print_json({"model": base, "adapter": None if name == _NONE else name})
    elif name == _NONE:
        print_text(f"{base} is used without an adapter by default.")
    else:
        print_text(f"{name} is used with {base} by default.")


def _use_none(model: str | None) -> str:
    from medct_core.models.adapter_store import use_none_by_default
    from medct_core.models.catalogue import default_model, find_model

    found = default_model() if model is None else find_model(model)
    use_none_by_default(found.manifest().weights_sha256)
    return found.name


def _use(name: str, model: str | None, *, anyway: bool) -> str:
    from medct_core.models.adapter_install import require_base
    from medct_core.models.adapter_manifest import verify_adapter
    from medct_core.models.adapter_store import find_installed, use_by_default

    adapter = find_installed(name)
    manifest = adapter.manifest()
    verify_adapter(adapter.folder, manifest)
    base = require_base(manifest)
    if model is not None and model != base.name:
        raise UsageError(
            f"The adapter {name!r} was made for {base.name}, not for {model}.",
            remedy="Leave --model out: an adapter says which model it is for.",
        )
    if manifest.why_not_offered and not anyway:
        raise UsageError(
            f"The adapter {name!r} is not offered: {manifest.why_not_offered}.",
            remedy="Train a better one; or add --anyway to use this one all the same.",
        )
    use_by_default(adapter)
    return base.name


def merge(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or folder of an adapter.")],
    out: Annotated[Path, typer.Option(help="Model folder to write; must not exist.")],
    as_json: AsJson = False,
) -> None:
    """Write a whole model with the adapter in its weights, named after the folder.

    It computes what both compute, up to rounding. Calibration is not carried over.

    Example: medct adapters merge our-hospital --out our-model
    """
    from medct_core.models.adapter_merge import merge_adapter
    from medct_core.models.adapter_store import find_adapter

    adapter = find_adapter(name)
    with progress_bar(f"Merging {adapter.name}") as report:
        made = merge_adapter(adapter.folder, out, report)
    has_head = adapter.manifest().head_sha256 is not None
    if as_json:
        fields = {"folder": str(out), "weights_sha256": made.weights_sha256, "name": made.name}
        print_json({**fields, "left_out": ["head"] if has_head else []})
        return
    print_text(f"Wrote {made.name} to {out} (sha256 {made.weights_sha256})")
    if has_head:
        print_text("The adapter's linear head has no place in a model folder and was left out.")


def average(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Names or folders of adapters.")
    ],
    out: Annotated[Path, typer.Option(help="Adapter folder to write; must not exist.")],
    weights: Annotated[
        str | None, typer.Option(help="Share of each, as in 0.7,0.3; equal if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the mean of adapters of one model as an adapter, named after the folder.

    What they add to each layer is averaged exactly, up to rounding: their ranks are put side by
    side, so that size adds up. Linear heads are left out. It was measured on nobody yet.

    Example: medct adapters average ours theirs --weights 0.7,0.3 --out both
    """
    from medct_core.models.adapter_average import average_adapters, shares_of

    folders = [_found(name) for name in names]
    shares = shares_of(_numbers(weights, len(names)), len(names))
    made = average_adapters(folders, shares, out)
    if as_json:
        parts = dict(zip(names, shares, strict=True))
        print_json({"folder": str(out), "name": made.name, "shares": parts})
        return
    parts_text = ", ".join(f"{100 * n:.1f} % {one}" for one, n in zip(names, shares, strict=True))
    print_text(f"Wrote {made.name} to {out}: {parts_text}; {made.parameters:,} numbers")


def _found(name: str) -> Path:
    """Find an adapter; a weight behind a space stands where a name would."""
    from medct_core.models.adapter_store import find_adapter

    try:
        return find_adapter(name).folder
    except MedctError as error:
        if re.fullmatch(r"[0-9.]+", name) is None:
            raise
        raise UsageError(
            f"{name!r} is no adapter.",
            remedy="Put commas between weights, no spaces, as in: --weights 0.7,0.3",
        ) from error


def _numbers(weights: str | None, count: int) -> list[float]:
    if weights is None:
        return [1.0] * count
    try:
        return [float(one) for one in weights.split(",")]
    except ValueError as error:
        raise UsageError(
            f"The weights {weights!r} are no numbers with commas between them.",
            remedy="Write them as in: --weights 0.7,0.3",
        ) from error
