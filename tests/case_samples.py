"""A case record that uses every field, and strategies for any."""

from hypothesis import strategies as st

from app.state.case_record import CaseRecord, Decision, FindingReview, MarkedImage
from app.state.view import Overlay, PlaneKind, Slab, SlabMode, standard_plane
from medct_core.inference.prompt import Prompt
from medct_core.volume.window import LUNG, Window
from tests.drawn_samples import ellipse, measurements, nodule

SHA = "5f" * 32

FULL = CaseRecord(
    scan_sha256=SHA,
    measurements=(nodule(12.3, 8.1), ellipse(20.0, 10.0)),
    reviews=(
        FindingReview("Pleural effusion", Decision.ACCEPTED, "Small left effusion.", "new", 0.4),
        FindingReview("Emphysema", Decision.REJECTED),
    ),
    prompts=(Prompt("Azygos lobe", ("There is an azygos lobe.",), ("No azygos lobe.",)),),
    marked_images=(
        MarkedImage(
            plane=standard_plane(PlaneKind.CORONAL, (1.5, -20.25, 300.0)),
            width_mm=350.0,
            window=LUNG,
            inverted=True,
            slab=Slab(SlabMode.MIP, 10.0),
            overlays=frozenset({Overlay.MEASUREMENTS, Overlay.HEATMAP}),
            heatmap_finding="Emphysema",
            heatmap_opacity=0.25,
            caption="Läsion, 結節",
            height_mm=280.0,
        ),
    ),
    not_similar=("0123456789abcdef", "fedcba9876543210"),
)

_SHARE = st.floats(0, 1)
_NAMES = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() != "")
_REVIEWS = st.builds(
    FindingReview,
    finding=_NAMES,
    decision=st.none() | st.sampled_from(Decision),
    edited_text=st.text(max_size=20),
    comment=st.text(max_size=20),
    threshold=st.none() | _SHARE,
)
_IMAGES = st.builds(
    MarkedImage,
    plane=st.builds(
        standard_plane, st.sampled_from(PlaneKind), st.tuples(*[st.floats(-500, 500)] * 3)
    ),
    width_mm=st.floats(1, 600),
    window=st.builds(Window, st.floats(-1000, 1000), st.floats(2, 4000)),
    inverted=st.booleans(),
    slab=st.builds(Slab, st.sampled_from(SlabMode), st.floats(0, 50)),
    overlays=st.frozensets(st.sampled_from(Overlay)),
    heatmap_finding=st.text(max_size=12),
    heatmap_opacity=_SHARE,
    caption=st.text(max_size=20),
    height_mm=st.none() | st.floats(1, 600),
)
_PROMPTS = st.builds(
    Prompt,
    name=_NAMES,
    present=st.lists(_NAMES, min_size=1, max_size=2).map(tuple),
    absent=st.lists(_NAMES, max_size=2).map(tuple),
)

RECORDS = st.builds(
    CaseRecord,
    scan_sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    measurements=st.lists(measurements(), max_size=2, unique_by=lambda one: one.id).map(tuple),
    reviews=st.lists(_REVIEWS, max_size=2, unique_by=lambda one: one.finding).map(tuple),
    prompts=st.lists(_PROMPTS, max_size=2).map(tuple),
    marked_images=st.lists(_IMAGES, max_size=2).map(tuple),
    not_similar=st.lists(st.text("0123456789abcdef", min_size=1), max_size=2, unique=True).map(
        tuple
    ),
)
