"""Slices need a small part of VTK, and no OpenGL."""

import subprocess
import sys


def test_importing_the_classes_loads_neither_all_of_vtk_nor_opengl() -> None:
    script = "import sys, app.viewer.reslice_pipeline; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "vtkmodules.vtkImagingCore" in loaded
    assert "vtk" not in loaded
    assert [name for name in loaded if "OpenGL" in name] == []
