"""CaseLists: everything a reader adds to the scan of one window, as one record."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.state.case_merge import merged
from app.state.case_record import CaseRecord
from app.state.measurements import MeasurementList
from app.state.not_similar import NotSimilarCases
from app.state.prompt_list import PromptList
from app.state.reviews import MarkedImages, ReviewList


@dataclass(frozen=True, slots=True, eq=False)
class CaseLists:
    """The lists of one window that go into the case record; they live on the GUI thread."""

    measurements: MeasurementList
    reviews: ReviewList
    prompts: PromptList
    images: MarkedImages
    not_similar: NotSimilarCases = field(default_factory=NotSimilarCases)

    def record(self, scan_sha256: str) -> CaseRecord:
        """Give all of them as the record of a scan."""
        return CaseRecord(
            scan_sha256=scan_sha256,
            measurements=self.measurements.items,
            reviews=self.reviews.items,
            prompts=self.prompts.own,
            marked_images=self.images.items,
            not_similar=self.not_similar.items,
        )

    def show(self, record: CaseRecord) -> None:
        """Replace all of them; steps of undo are forgotten."""
        self.measurements.load(record.measurements)
        self.reviews.load(record.reviews)
        self.prompts.set_own(record.prompts)
        self.images.load(record.marked_images)
        self.not_similar.load(record.not_similar)

    def show_merged(self, saved: CaseRecord, added: CaseRecord) -> None:
        """Show `case_merge.merged` of both; what was drawn in `added` can be undone."""
        both = merged(saved, added)
        self.measurements.load(saved.measurements)
        for one in added.measurements:
            if any(one.id == other.id for other in saved.measurements):
                self.measurements.edit(one)
            else:
                self.measurements.add(one)
        self.reviews.load(both.reviews)
        self.prompts.set_own(both.prompts)
        self.images.load(both.marked_images)
        self.not_similar.load(both.not_similar)

    def clear(self) -> None:
        """Empty all of them; steps of undo are forgotten."""
        self.measurements.load(())
        self.reviews.load(())
        self.prompts.set_own(())
        self.images.load(())
        self.not_similar.load(())

    def on_change(self, call: Callable[[], None]) -> None:
        """Have a bound method of an object on the GUI thread called after every change."""
        self.measurements.changed.connect(call)
        self.reviews.changed.connect(call)
        self.prompts.own_changed.connect(call)
        self.images.changed.connect(call)
        self.not_similar.changed.connect(call)
