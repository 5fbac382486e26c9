"""Translation: the texts of the window in the user's language, where somebody has written them.

Every text is English in the code and goes through Qt's ``tr``. A language is one file
``medct_<language>.qm`` in a folder.
"""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from medct_core.resources_folder import resources_folder


def translations_folder() -> Path:
    """Where the languages lie that come with the program; it may not exist."""
    return resources_folder() / "translations"


def install_translation(qt: QCoreApplication, folder: Path, locale: QLocale | None = None) -> bool:
    """Show texts in the user's language from now on; windows that are open keep theirs.

    Parameters
    ----------
    qt
        The application; owns the texts.
    folder
        Holds a file a language.
    locale
        Whose language; None asks the system.

    Returns
    -------
    Whether there is such a language; texts stay English otherwise.
    """
    translator = QTranslator(qt)
    if not translator.load(locale or QLocale(), "medct", "_", str(folder)):
        return False
    return qt.installTranslator(translator)
