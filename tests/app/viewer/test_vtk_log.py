"""VTK speaks to the log, once, and nowhere else."""

import logging

import pytest
from vtkmodules.vtkCommonCore import vtkOutputWindow
from vtkmodules.vtkImagingCore import vtkImageReslice

from app.viewer.vtk_log import log_vtk_messages


def test_what_vtk_complains_about_is_logged_once_and_not_printed(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    log_vtk_messages()
    log_vtk_messages()

    with caplog.at_level(logging.WARNING):
        vtkOutputWindow.GetInstance().DisplayErrorText("an array is missing")
        vtkOutputWindow.GetInstance().DisplayWarningText("a grid is odd")

    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "VTK: an array is missing"),
        ("WARNING", "VTK: a grid is odd"),
    ]
    assert capfd.readouterr().err == ""


def test_a_filter_that_fails_says_so_in_the_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    log_vtk_messages()

    with caplog.at_level(logging.WARNING):
        vtkImageReslice().Update()

    assert any("vtkImageReslice" in record.message for record in caplog.records)
    assert capfd.readouterr().err == ""
