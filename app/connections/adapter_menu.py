"""The menu of adapters: those of the model in use, each with what it gained, or why not."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu

from app.state.answers import ModelFacts
from app.state.results import ResultsState
from app.windows.main_window import MainWindow
from medct_core.errors import ModelUnavailableError
from medct_core.models.adapter_manifest import AdapterManifest
from medct_core.models.adapter_size import bytes_in_words, checkpoint_bytes
from medct_core.models.adapter_store import (
    InstalledAdapter,
    installed_adapters,
    models_by_weights,
)


class AdapterMenu(QObject):
    """Fills the menu whenever it opens, and reports what is chosen.

    Parameters
    ----------
    window
        Owns the dialog.
    menu
        To be filled.
    results
        Say which model is loaded.
    parent
        Owner.
    """

    adapter_chosen = Signal(object)  # Path
    none_chosen = Signal()

    def __init__(
        self, window: MainWindow, menu: QMenu, results: ResultsState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window, self._menu, self._results = window, menu, results
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self._menu.clear()
        model = self._results.model
        if model is None:
            self._add_words(self.tr("No model is loaded"))
        else:
            self._fill_for(model)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Folder of an adapter…")).triggered.connect(self._ask)

    def _fill_for(self, model: ModelFacts) -> None:
        self._add_words(self.tr("For {model}").format(model=whole_in_words(model)))
        alone = self._menu.addAction(self.tr("None, the model as it is"))
        alone.setCheckable(True)
        alone.setChecked(model.stamp.adapter is None)
        alone.triggered.connect(self.none_chosen)
        for adapter in installed_adapters():
            try:
                manifest = adapter.manifest()
            except ModelUnavailableError as error:
                said = self.tr("{name}, cannot be used").format(name=adapter.name)
                self._add_words(said, error.summary)
                continue
            if manifest.base_sha256 == model.stamp.checkpoint_sha256:
                self._add(adapter, manifest, model)

    def _add(self, adapter: InstalledAdapter, manifest: AdapterManifest, model: ModelFacts) -> None:
        size = bytes_in_words(adapter.size_bytes)
        if manifest.why_not_offered:
            said = self.tr("{name}, {size}: not offered, {why}")
            self._add_words(said.format(name=adapter.name, size=size, why=self._why_not(manifest)))
            return
        said = self.tr("{name}, {size}: {gain}")
        text = said.format(name=adapter.name, size=size, gain=self._gain(manifest))
        action = self._menu.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(model.stamp.adapter_sha256 == manifest.weights_sha256)
        action.setToolTip(self.tr("Weights {sha256}").format(sha256=manifest.weights_sha256))
        action.triggered.connect(partial(self._choose, adapter.folder))

    def _gain(self, manifest: AdapterManifest) -> str:
        held_out = manifest.held_out
        assert held_out is not None
        said = self.tr("{points} points of AUROC on {count} held-out patients")
        return said.format(points=f"{100 * held_out.gain:+.1f}", count=held_out.patients)

    def _why_not(self, manifest: AdapterManifest) -> str:
        held_out = manifest.held_out
        if held_out is None or held_out.patients < 1:
            return self.tr("never compared with the model on held-out patients")
        said = self.tr("AUROC {own}, without it {base}, on {count} held-out patients")
        own, base = f"{held_out.auroc:.3f}", f"{held_out.base_auroc:.3f}"
        return said.format(own=own, base=base, count=held_out.patients)

    def _add_words(self, text: str, tip: str = "") -> None:
        action = self._menu.addAction(text.replace("&", "&&"))
        action.setEnabled(False)
        action.setToolTip(tip)

    def _choose(self, folder: Path, _checked: bool = False) -> None:
        self.adapter_chosen.emit(folder)

    def _ask(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, self.tr("Folder of an adapter"))
        if folder:
            self.adapter_chosen.emit(Path(folder))


def whole_in_words(model: ModelFacts) -> str:
    """Name a model, with the size of all its weights where it is installed."""
    installed = models_by_weights().get(model.stamp.checkpoint_sha256)
    if installed is None:
        return model.stamp.model
    try:
        return f"{model.stamp.model}, {bytes_in_words(checkpoint_bytes(installed))}"
    except ModelUnavailableError:
        return model.stamp.model
