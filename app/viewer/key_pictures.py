"""KeyPictures: marked pictures as they were drawn while their heatmap was there."""

from collections.abc import Iterable
from dataclasses import replace

from app.state.case_record import MarkedImage
from app.viewer.key_image import KeyImageDrawer, KeyPicture


class KeyPictures:
    """Keeps the drawn pictures of one scan that could not be drawn again.

    A heatmap is asked of the model and gone when another one is shown, so a picture with one is
    drawn when it is marked. All others are drawn when they are needed, with the measurements as
    they are then.
    """

    def __init__(self) -> None:
        self._kept: dict[MarkedImage, KeyPicture] = {}

    def keep(self, marked: MarkedImage, drawer: KeyImageDrawer) -> None:
        """Draw a picture that was just marked, if it has a heatmap."""
        if marked.heatmap_finding:
            self._kept[_wordless(marked)] = drawer.draw(marked)

    def drawn(
        self, images: Iterable[MarkedImage], drawer: KeyImageDrawer
    ) -> tuple[KeyPicture, ...]:
        """Give all of them, in their order, with the words that they have now."""
        return tuple(self._drawn(marked, drawer) for marked in images)

    def clear(self) -> None:
        """Forget them, as for another scan."""
        self._kept.clear()

    def _drawn(self, marked: MarkedImage, drawer: KeyImageDrawer) -> KeyPicture:
        kept = self._kept.get(_wordless(marked))
        if kept is None:
            return drawer.draw(marked)
        return replace(kept, image=replace(kept.image, caption=marked.caption))


def _wordless(marked: MarkedImage) -> MarkedImage:
    return replace(marked, caption="")
