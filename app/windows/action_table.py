"""The one table of every menu entry and its keys; `actions` makes menus of it."""

from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from medct_core.volume.window import PRESETS, Window


class Menu(Enum):
    """A menu of the bar, in order; the letter after ``&`` opens it together with Alt."""

    FILE = "&File"
    EDIT = "&Edit"
    VIEW = "&View"
    WINDOWING = "&Windowing"
    TOOLS = "&Tools"
    MODEL = "&Model"
    FINDINGS = "Fi&ndings"
    CASES = "&Cases"
    HELP = "&Help"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing a user can ask for from a menu or with a key.

    Attributes
    ----------
    name
        Stays the same for ever: settings keep a person's keys under it.
    text, tip
        Of the menu entry, with ``&`` before its letter; what it does, in a sentence.
    keys
        Usual keys in Qt's portable spelling, the one that menus show first.
    menu, submenu, group
        Where it stands. A line separates groups of one menu.
    checkable
        Whether it is switched on and off.
    family
        Entries of one family exclude each other; empty for none.
    repeats
        Whether it happens again and again while its key is held down.
    opens_menu
        Whether it only holds a menu that is filled later: recent files.
    """

    name: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    menu: Menu = field(kw_only=True)
    submenu: str = field(default="", kw_only=True)
    group: str = field(default="", kw_only=True)
    checkable: bool = field(default=False, kw_only=True)
    family: str = field(default="", kw_only=True)
    repeats: bool = field(default=False, kw_only=True)
    opens_menu: bool = field(default=False, kw_only=True)

    @property
    def plain_text(self) -> str:
        """The text as a person says it: without mark and dots."""
        return self.text.replace("&", "").rstrip("…")


_opening = partial(ActionRow, menu=Menu.FILE, group="open")
_beside = partial(ActionRow, menu=Menu.FILE, group="beside the scan")
_saving = partial(ActionRow, menu=Menu.FILE, group="save")
_leaving = partial(ActionRow, menu=Menu.FILE, group="leave")

_FILE = (
    _opening("open_file", "&Open scan…", "Open a NIfTI, NRRD, MHA, DICOM or zip file", ("Ctrl+O",)),
    _opening("open_folder", "Open &folder…", "Open a folder of DICOM files", ("Ctrl+Shift+O",)),
    _opening("recent", "&Recent scans", "Scans that were opened before", opens_menu=True),
    _opening("open_session", "Op&en session…", "Go on where a saved session stopped"),
    _beside("open_prior", "Open &prior…", "Show an earlier scan of this patient beside this one"),
    _beside("open_prior_folder", "Open prior fol&der…", "Show an earlier scan: a DICOM folder"),
    _beside("close_prior", "C&lose prior", "Take the earlier scan away"),
    _beside("open_mask", "Open &mask…", "Lay a label map or a DICOM segmentation over the scan"),
    _beside("header", "Scan &header…", "Show and search all entries of the header", ("Ctrl+I",)),
    _saving("save_session", "&Save session", "Save views, measurements and review", ("Ctrl+S",)),
    _saving("save_session_as", "Save session &as…", "Save to another file", ("Ctrl+Shift+S",)),
    _saving("export", "E&xport report…", "Write findings as PDF, CSV or JSON", ("Ctrl+E",)),
    _saving(
        "screenshot_view",
        "Save picture of &view…",
        "Save the active view as a picture, without the patient's name",
        ("Ctrl+P",),
    ),
    _saving(
        "screenshot_window",
        "Save picture of w&indow…",
        "Save the whole window as a picture, without the patient's name",
        ("Ctrl+Shift+P",),
    ),
    _leaving("new_window", "&New window", "Open another window beside this one", ("Ctrl+N",)),
    _leaving("close_scan", "&Close scan", "Close this scan; its review is kept", ("Ctrl+W",)),
    _leaving("quit", "&Quit", "Close all windows", ("Ctrl+Q",)),
)

_history = partial(ActionRow, menu=Menu.EDIT, group="history", repeats=True)
_copying = partial(ActionRow, menu=Menu.EDIT, group="copy")
_removing = partial(ActionRow, menu=Menu.EDIT, group="remove")
_choosing = partial(ActionRow, menu=Menu.EDIT, group="choose")

_EDIT = (
    _history("undo", "&Undo", "Take back the last change of a measurement", ("Ctrl+Z",)),
    _history("redo", "&Redo", "Bring back what was undone", ("Ctrl+Y", "Ctrl+Shift+Z")),
    _copying("copy", "&Copy", "Copy the selected text, else the picture shown", ("Ctrl+C",)),
    _copying(
        "copy_view",
        "Copy &picture of view",
        "Copy the active view as a picture, without the patient's name",
        ("Ctrl+Shift+C",),
    ),
    _copying(
        "copy_findings",
        "Copy &findings as text",
        "Copy the findings for the reporting system",
        ("Ctrl+Shift+F",),
    ),
    _removing("delete_measurement", "&Delete", "Delete the selected measurement", ("Del",)),
    _removing("clear_measurements", "Delete &all measurements", "Delete every measurement"),
    _choosing("settings", "&Settings…", "Colours, mouse, model and keys", ("Ctrl+,",)),
)

_layout = partial(
    ActionRow, menu=Menu.VIEW, submenu="&Layout", group="look", checkable=True, family="layout"
)
_plane = partial(ActionRow, menu=Menu.VIEW, submenu="&Active view", group="look")
_zoom = partial(ActionRow, menu=Menu.VIEW, submenu="&Zoom", group="look")
_slice = partial(ActionRow, menu=Menu.VIEW, submenu="&Slices", group="look", repeats=True)
_series = partial(ActionRow, menu=Menu.VIEW, submenu="&Slices", group="look")
_slab = partial(
    ActionRow, menu=Menu.VIEW, submenu="Sla&b", group="look", checkable=True, family="slab"
)
_thickness = partial(ActionRow, menu=Menu.VIEW, submenu="Sla&b", group="look", repeats=True)
_overlay = partial(ActionRow, menu=Menu.VIEW, group="over the scan", checkable=True)
_opacity = partial(ActionRow, menu=Menu.VIEW, group="over the scan", repeats=True)
_place = partial(ActionRow, menu=Menu.VIEW, group="window")

_VIEW = (
    _layout("layout_grid", "&Three planes and 3D", "Two by two views", ("Ctrl+1",)),
    _layout("layout_one_and_three", "&One and three", "Large axial, three small", ("Ctrl+2",)),
    _layout("layout_axial", "&Axial only", "The axial view alone", ("Ctrl+3",)),
    _layout("layout_single", "Active &view only", "The active view alone", ("Ctrl+4",)),
    _layout("layout_compare", "&Compare with prior", "This scan and its prior", ("Ctrl+5",)),
    _plane("view_axial", "&Axial", "Let keys act on the axial view", ("Shift+A",)),
    _plane("view_coronal", "&Coronal", "Let keys act on the coronal view", ("Shift+C",)),
    _plane("view_sagittal", "&Sagittal", "Let keys act on the sagittal view", ("Shift+S",)),
    _plane("next_view", "&Next", "Let keys act on the next view", ("Right", "Tab"), repeats=True),
    _plane(
        "previous_view",
        "&Previous",
        "Let keys act on the view before",
        ("Left", "Shift+Tab"),
        repeats=True,
    ),
    _plane(
        "maximise_view",
        "&Maximise or restore",
        "Show the active view alone, or all again",
        ("Shift+F11",),
    ),
    _zoom("zoom_in", "Zoom &in", "Enlarge the active view", ("+", "Ctrl++"), repeats=True),
    _zoom("zoom_out", "Zoom &out", "Shrink the active view", ("-", "Ctrl+-"), repeats=True),
    _zoom("fit", "&Fit", "Show whole slices in every view", ("=", "Ctrl+0")),
    _zoom("reset_view", "&Reset view", "Straighten and fit the active view", ("R",)),
    _slice("next_slice", "&Next slice", "Go one slice on", ("Down",)),
    _slice("previous_slice", "&Previous slice", "Go one slice back", ("Up",)),
    _slice("ten_next", "&Ten slices on", "Go ten slices on", ("Shift+Down",)),
    _slice("ten_previous", "Ten slices &back", "Go ten slices back", ("Shift+Up",)),
    _series("first_slice", "&First slice", "Go to the first slice", ("Home",)),
    _series("last_slice", "&Last slice", "Go to the last slice", ("End",)),
    _series("cine", "&Cine", "Let the slices run by themselves", ("Space",), checkable=True),
    _series("next_series", "Next &series", "Open the next series of the study", ("PgDown",)),
    _series("previous_series", "Previous s&eries", "Open the series before", ("PgUp",)),
    _slab("slab_none", "&One slice", "Show slices as they are"),
    _slab("slab_mip", "Ma&ximum (MIP)", "Show the brightest value across the slab: vessels"),
    _slab("slab_minip", "Mi&nimum (MinIP)", "Show the darkest value across the slab: airways"),
    _slab("slab_mean", "&Mean", "Show the mean across the slab: less noise"),
    _thickness("slab_thicker", "&Thicker", "Show a thicker slab", ("Ctrl+Up",)),
    _thickness("slab_thinner", "T&hinner", "Show a thinner slab", ("Ctrl+Down",)),
    _overlay("crosshair", "&Crosshair", "Show where the planes meet", ("Shift+X",)),
    _overlay("overlay_text", "Corner &text", "Show letters, corner texts and scale", ("F12",)),
    _overlay("patient_text", "&Patient's name", "Show who was examined", ("Shift+F12",)),
    _overlay("measurements", "&Measurements", "Show what was drawn", ("Shift+M",)),
    _overlay("masks", "Mas&ks", "Show the masks that are open", ("M",)),
    _overlay("heatmap", "&Heatmap", "Model attention, not lesion outline", ("H",)),
    _opacity("heatmap_more", "Heatmap st&ronger", "Let less of the scan show through", ("]",)),
    _opacity("heatmap_less", "Heatmap &weaker", "Let more of the scan show through", ("[",)),
    _place("interpolate", "Smooth pi&xels", "Blend pixels", ("Shift+I",), checkable=True),
    _place("full_screen", "F&ull screen", "Use the whole screen", ("F11",), checkable=True),
    _place("next_panel", "N&ext panel", "Go to the panel beside with the keyboard", ("F6",)),
    _place("previous_panel", "Pre&vious panel", "Go to the panel before", ("Shift+F6",)),
    _place("panels", "Pa&nels", "Show or hide a panel", opens_menu=True),
)


def _numbers(window: Window) -> str:
    return f"Width {window.width_hu:.0f}, level {window.centre_hu:.0f} HU"


_preset = partial(ActionRow, menu=Menu.WINDOWING, group="presets")
_grey = partial(ActionRow, menu=Menu.WINDOWING, group="grey")

_WINDOWING = (
    *(
        _preset(f"preset_{one.key}", one.name, _numbers(one.window), (str(one.key),))
        for one in PRESETS
    ),
    _preset("preset_0", "&Full range", "From the lowest to the highest value", ("0",)),
    _grey("header_windows", "From the scan's &header", "Windows the header names", opens_menu=True),
    _grey("invert", "&Invert", "Show dense tissue dark", ("I",), checkable=True),
)

_tool = partial(ActionRow, menu=Menu.TOOLS, checkable=True, family="tool")
_mouse = partial(ActionRow, menu=Menu.TOOLS, group="profile", checkable=True, family="mouse")

_TOOLS = (
    _tool("tool_window", "&Window", "Drag to change level and width", ("W",), group="mouse"),
    _tool("tool_pan", "Pa&n", "Drag to move the picture", ("T",), group="mouse"),
    _tool("tool_zoom", "&Zoom", "Drag to enlarge or shrink", ("Z",), group="mouse"),
    _tool("tool_scroll", "&Scroll", "Drag to go through the slices", ("S",), group="mouse"),
    _tool("tool_crosshair", "&Crosshair", "Drag to move the crosshair", ("X",), group="mouse"),
    _tool("tool_length", "&Length", "Measure a distance in mm", ("L",), group="measure"),
    _tool("tool_axes", "L&ong and short axis", "Measure both axes", ("B",), group="measure"),
    _tool("tool_angle", "&Angle", "Measure an angle in degrees", ("A",), group="measure"),
    _tool("tool_ellipse", "&Ellipse", "Mean, SD and area of an ellipse", ("E",), group="measure"),
    _tool(
        "tool_rectangle", "&Rectangle", "Mean, SD and area of a rectangle", ("G",), group="measure"
    ),
    _tool(
        "tool_arrow", "Arrow with &text", "Point at something and name it", ("N",), group="measure"
    ),
    _mouse("mouse_radiology", "Mouse: ra&diology", "The left button changes the window"),
    _mouse("mouse_research", "Mouse: researc&h", "The left button moves the crosshair"),
)

_scoring = partial(ActionRow, menu=Menu.MODEL, group="score")
_model = partial(ActionRow, menu=Menu.MODEL, group="model")

_MODEL = (
    _scoring("score", "&Score this scan", "Ask the model for its findings", ("F5",)),
    _scoring("score_anyway", "Score &anyway", "Score a scan that is refused, with a warning"),
    _scoring("stop", "S&top", "Stop reading, scoring or drawing", ("Esc",)),
    _model("choose_model", "Choose &model", "Take another model", opens_menu=True),
    _model("choose_adapter", "Choose a&dapter", "Change the model a little", opens_menu=True),
    _model("no_adapter", "&No adapter", "Take the model as it is"),
    _model("model_card", "What this model &can do…", "What it can and cannot do, in a minute"),
)

_asking = partial(ActionRow, menu=Menu.FINDINGS, group="ask")
_judging = partial(ActionRow, menu=Menu.FINDINGS, group="judge")

_FINDINGS = (
    _asking("find_finding", "&Find a finding", "Search the list of findings", ("Ctrl+F",)),
    _asking("focus_prompt", "Type a &prompt", "Ask for a finding in your own words", ("P",)),
    _judging(
        "accept_finding", "&Accept", "Accept the selected finding", ("Ctrl+Return", "Ctrl+Enter")
    ),
    _judging(
        "reject_finding",
        "&Reject",
        "Reject the selected finding",
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
    ),
    _judging("mark_image", "&Mark this picture", "Keep the active view for the report", ("K",)),
)

_searching = partial(ActionRow, menu=Menu.CASES, group="search")
_filling = partial(ActionRow, menu=Menu.CASES, group="fill")
_library = partial(ActionRow, menu=Menu.CASES, group="library")
_teaching = partial(ActionRow, menu=Menu.CASES, group="teach")

_CASES = (
    _searching("find_similar", "&Find similar", "Show the cases most like this scan", ("F7",)),
    _searching("search_words", "Search in &words", "Find cases like what you type", ("Shift+F7",)),
    _searching(
        "similar_region",
        "Similar &regions",
        "Find cases that hold a part like the selected rectangle or ellipse",
    ),
    _filling(
        "add_case", "&Add this scan…", "Put it into the library, with your verdicts", ("Ctrl+D",)
    ),
    _filling("add_folder", "Add f&older of scans…", "Put every chest CT of a folder into it"),
    _filling("phantom_library", "Add &phantoms", "Draw synthetic scans to try the search on"),
    _teaching("teach_finding", "&Teach a finding…", "Learn a finding from cases that have it"),
    _library("choose_library", "Choose &library…", "Open another library, or begin a new one"),
)

_help = partial(ActionRow, menu=Menu.HELP)

_HELP = (
    _help("shortcuts", "&Keys and mouse", "Every key and what the mouse does", ("?", "F1")),
    _help("log_folder", "Open folder of &logs", "What to send with a report of a fault"),
    _help("about", "&About MedCT", "Version, licences, and what it is not"),
)

ROWS: tuple[ActionRow, ...] = (
    *_FILE,
    *_EDIT,
    *_VIEW,
    *_WINDOWING,
    *_TOOLS,
    *_MODEL,
    *_FINDINGS,
    *_CASES,
    *_HELP,
)
"""Every action, in the order of the menus."""


def row_named(name: str) -> ActionRow:
    """Find a row.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    return _BY_NAME[name]


_BY_NAME = {row.name: row for row in ROWS}
