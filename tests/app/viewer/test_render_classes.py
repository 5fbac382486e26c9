"""VTK is made ready once and speaks to the log."""

import logging

import pytest
from vtkmodules.vtkCommonCore import vtkOutputWindow, vtkSMPTools

from app.viewer.render_classes import start_vtk


def test_vtk_uses_threads() -> None:
    start_vtk()

    assert vtkSMPTools.GetBackend() == "STDThread"


def test_what_vtk_complains_about_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    start_vtk()
    start_vtk()

    with caplog.at_level(logging.WARNING):
        vtkOutputWindow.GetInstance().DisplayErrorText("a shader did not compile")

    assert [record.message for record in caplog.records] == ["VTK: a shader did not compile"]
