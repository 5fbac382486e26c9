"""Writing a file so that it is there whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place when the block ends well.

    If the block leaves with an exception the temporary file is removed and `path` stays as it was.
    The suffix is kept, as some writers choose their format by it.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.part{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)  # noqa: PTH105 (one system call, the same on Windows)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
