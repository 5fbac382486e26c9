"""Window words: what to do, said with buttons and folders where the library names options."""

import re

_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r" with --out\b", ""),
        (r"\bUse --device (\w+)", r"Choose the device '\1' in the settings"),
        (r", or add it all the same with --force\b", ""),
        (r"score this one by force \(--force\)", "choose 'Score anyway' in the menu"),
        (
            r"Choose one with --frame (\d+) to --frame (\d+)\.",
            r"Choose one of its volumes, \1 to \2.",
        ),
        (
            r"^Run: (medct models install \S+)\.?$",
            r"In a terminal, run: \1. Then choose the model again.",
        ),
        (
            r"^Give a folder made by 'medct models convert', or install a model by name\.$",
            "Choose another folder, or one of the models in the list.",
        ),
        (
            r"^Make one with: medct library init .*$",
            "Add a scan or a folder of scans, or choose another library.",
        ),
        (
            r"^Install what it needs with: pip install .*$",
            "Install the program again, with its part for libraries of cases.",
        ),
        (
            r"or use the model alone by default: medct adapters swap none\b",
            "or choose no adapter in the menu Model",
        ),
        (
            r"^Name one of them, or give the folder of an adapter\.$",
            "Choose another one in the menu Model, or none.",
        ),
        (
            r"^Run: pip install .*$",
            "Install the program again: a part that reads words is missing or damaged.",
        ),
    )
)


def in_window(text: str) -> str:
    """Say a message without options of the command line; any other text stays as it is."""
    for pattern, replacement in _SAID:
        text = pattern.sub(replacement, text)
    return text
