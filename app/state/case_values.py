"""A case record as plain values for JSON and back, with a version."""

from app.state.case_record import CaseRecord, Decision, FindingReview, MarkedImage
from app.state.view import Overlay, Plane, Slab, SlabMode
from medct_core.inference.prompt import Prompt
from medct_core.measurement.fields import Fields, JsonValue
from medct_core.measurement.json_values import from_values, to_values
from medct_core.volume.window import Window

RECORD_VERSION = 1
"""Raised when a reader of an older version would go wrong."""


class NewerVersionError(ValueError):
    """The values were written by a newer version of the program."""


def record_to_values(record: CaseRecord) -> dict[str, JsonValue]:
    """Give a case record as plain values, ready for `json`."""
    return {
        "version": RECORD_VERSION,
        "scan_sha256": record.scan_sha256,
        "measurements": [to_values(one) for one in record.measurements],
        "reviews": [_review_to_values(one) for one in record.reviews],
        "prompts": [_prompt_to_values(one) for one in record.prompts],
        "marked_images": [_image_to_values(one) for one in record.marked_images],
        "not_similar": list(record.not_similar),
    }


def record_from_fields(fields: Fields) -> CaseRecord:
    """Give back the record that `record_to_values` wrote, equal to the last bit.

    Raises
    ------
    NewerVersionError
        If a newer version wrote it.
    ValueError
        If a value is missing or wrong.
    """
    require_version(fields, RECORD_VERSION)
    return CaseRecord(
        scan_sha256=fields.text("scan_sha256"),
        measurements=fields.objects("measurements", from_values),
        reviews=fields.objects("reviews", _review),
        prompts=fields.objects("prompts", _prompt),
        marked_images=fields.objects("marked_images", _image),
        # Programs before the library of cases wrote none.
        not_similar=fields.texts("not_similar") if fields.has("not_similar") else (),
    )


def require_version(fields: Fields, version: int) -> None:
    """Refuse values of another version.

    Raises
    ------
    NewerVersionError
        If a newer version wrote them.
    ValueError
        If their version is missing or wrong.
    """
    if fields.number("version") > version:
        raise NewerVersionError("a newer version of the program wrote this")
    if fields.number("version") != version:
        raise fields.wrong("version")


def _review_to_values(review: FindingReview) -> dict[str, JsonValue]:
    return {
        "finding": review.finding,
        "decision": review.decision.value if review.decision else None,
        "edited_text": review.edited_text,
        "comment": review.comment,
        "threshold": review.threshold,
    }


def _review(fields: Fields) -> FindingReview:
    return FindingReview(
        finding=fields.text("finding"),
        decision=Decision(fields.text("decision")) if fields.has("decision") else None,
        edited_text=fields.text("edited_text"),
        comment=fields.text("comment"),
        threshold=fields.number("threshold") if fields.has("threshold") else None,
    )


def _prompt_to_values(prompt: Prompt) -> dict[str, JsonValue]:
    return {"name": prompt.name, "present": list(prompt.present), "absent": list(prompt.absent)}


def _prompt(fields: Fields) -> Prompt:
    return Prompt(fields.text("name"), fields.texts("present"), fields.texts("absent"))


def _image_to_values(image: MarkedImage) -> dict[str, JsonValue]:
    plane = image.plane
    return {
        "centre_mm": list(plane.centre_mm),
        "right": list(plane.right),
        "down": list(plane.down),
        "width_mm": image.width_mm,
        "height_mm": image.height_mm,
        "window_centre_hu": image.window.centre_hu,
        "window_width_hu": image.window.width_hu,
        "inverted": image.inverted,
        "slab_mode": image.slab.mode.value,
        "slab_thickness_mm": image.slab.thickness_mm,
        "overlays": sorted(overlay.value for overlay in image.overlays),
        "heatmap_finding": image.heatmap_finding,
        "heatmap_opacity": image.heatmap_opacity,
        "caption": image.caption,
    }


def _image(fields: Fields) -> MarkedImage:
    return MarkedImage(
        plane=Plane(fields.point("centre_mm"), fields.point("right"), fields.point("down")),
        width_mm=fields.number("width_mm"),
        window=Window(fields.number("window_centre_hu"), fields.number("window_width_hu")),
        inverted=fields.flag("inverted"),
        slab=Slab(SlabMode(fields.text("slab_mode")), fields.number("slab_thickness_mm")),
        overlays=frozenset(Overlay(name) for name in fields.texts("overlays")),
        heatmap_finding=fields.text("heatmap_finding"),
        heatmap_opacity=fields.number("heatmap_opacity"),
        caption=fields.text("caption"),
        height_mm=fields.number("height_mm") if fields.has("height_mm") else None,
    )
