"""What Streamlit itself writes on the screens, in the reader's language, and in words of ours where they tell more.

Streamlit speaks English only; a script in the page puts these words in the place of its own.
"""

import json
from pathlib import Path

import streamlit as st

from core.i18n import N_, _, language

SCRIPT = Path(__file__).with_name("borrowed.js").read_text(encoding="utf-8")
Word = str | tuple[str, str]
"""Streamlit's text, or that text and what we say instead; {places} stand for anything."""

WORDS: dict[str, tuple[Word, ...]] = {
    "[data-testid=stFileUploader], [data-testid=stTooltipContent]": (
        N_("Upload"),
        ("{size} per file", N_("or drop it here")),
        ("Drag and drop a file here", N_("Drop the file here")),
        N_("Add files"),
        N_("Remove {name}"),
        N_("Cancel upload of {name}"),
        N_("Click to retry upload"),
        N_("Upload failed"),
        ("File must be {size} or smaller.", N_("The file is too large: {size} are allowed.")),
        ("{type} files are not allowed.", N_("Files of this kind cannot be read.")),
        N_("Only one file is allowed."),
        N_("Unexpected error. Please try again."),
    ),
    "[data-testid=InputInstructions]": (
        N_("Press Enter to apply"),
        N_("Press Ctrl+Enter to apply"),
        N_("Press ⌘+Enter to apply"),
    ),
    ".stSelectbox, .stMultiSelect, [role=listbox], [data-testid=stMultiSelectTag]": (
        N_("No results"),
        ("Open", N_("Open the list")),
        N_("Clear value"),
        N_("Clear all"),
        N_("Remove {name}"),
        N_("Selected values"),
        N_("Select all"),
        N_("Select {n} matches"),
        N_("Choose an option"),
        N_("Choose options"),
        N_("No options to select"),
        ("Selectbox options", N_("Options")),
        ("Multiselect options", N_("Options")),
    ),
    ".stNumberInput, .stTextInput, [data-testid=stTooltipContent]": (
        N_("Increment"),
        N_("Decrement"),
        N_("Clear value"),
        N_("Clear entry"),
        N_("Number is above the allowed range. Please enter a value less than or equal to {n}."),
        N_("Number is below the allowed range. Please enter a value greater than or equal to {n}."),
        N_("Number is outside the allowed range. Please enter a value between {low} and {high}."),
    ),
    "[data-testid=stPagination]": (N_("Pagination"), N_("Previous page"), N_("Next page"), N_("Page {n}")),
    "[data-testid=stMainMenu], [data-testid=stMainMenuPopover]": (
        N_("Main menu"),
        N_("Theme"),
        N_("System"),
        N_("Light"),
        N_("Dark"),
        N_("Print"),
        N_("Made with Streamlit v"),
        N_("Copy version to clipboard"),
        N_("Copied"),
    ),
    "[data-testid=stHeader], [data-testid=stSidebar], [data-testid=stSkipToContent]": (
        N_("Skip to main content"),
        N_("Sidebar"),
        N_("App pages"),
        N_("Collapse sidebar"),
        N_("Expand sidebar"),
        N_("Navigate to home page"),
        N_("(opens in new tab)"),
    ),
    "[data-testid=stStatusWidget], [data-testid=stConnectionStatus], [data-testid=stTooltipContent]": (
        N_("Stop"),
        ("Stopping...", N_("Stopping…")),
        ("Running...", N_("Working…")),
        N_("Connecting"),
        N_("Error"),
        ("Connecting to Streamlit server", N_("Connecting to the server of Lote")),
        ("Unable to connect to Streamlit server", N_("The server of Lote cannot be reached")),
    ),
    "[role=dialog], [role=alertdialog], [data-testid=stToastContainer], [data-testid=stToast]": (
        N_("Close"),
        N_("view more"),
        N_("view less"),
        N_("Notifications"),
        N_("Page not found"),
        (
            "The page that you have requested does not seem to exist. Running the app's main page.",
            N_("There is no such page. These are the jobs."),
        ),
        (
            "You have requested page /{page}, but no corresponding file was found in the app's pages/ directory."
            " Running the app's main page.",
            N_("There is no page /{page}. These are the jobs."),
        ),
        N_("Connection error"),
        (
            "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:",
            N_("Lote does not answer. If it has been stopped, start it again in a terminal:"),
        ),
        ("streamlit run yourscript.py", "streamlit run streamlit_app.py"),
        (
            "Streamlit server is not responding. Are you connected to the internet?",
            N_("Lote does not answer. This page tries again by itself."),
        ),
    ),
    "[data-testid^=stDataFrameColumn]": (
        N_("Sort ascending"),
        N_("Sort descending"),
        N_("Statistics"),
        N_("Format"),
        N_("Autosize"),
        N_("Pin column"),
        N_("Unpin column"),
        N_("Hide column"),
        N_("Copy column name"),
        N_("Dataframe column menu"),
        N_("Automatic"),
        N_("Localized"),
        N_("Plain"),
        N_("Compact"),
        N_("Dollar"),
        N_("Euro"),
        N_("Yen"),
        N_("Percent"),
        N_("Scientific"),
        N_("Accounting"),
        N_("Distance"),
        N_("Calendar"),
        N_("Count"),
        N_("Empty"),
        N_("Distinct"),
        N_("Values"),
        N_("Average"),
        N_("Median"),
        N_("Minimum"),
        N_("Maximum"),
        N_("Range"),
        N_("Sum"),
        N_("Standard deviation"),
        N_("Minimum length"),
        N_("Maximum length"),
        N_("Average length"),
        N_("Based on sample"),
    ),
    "[data-testid=stDataFrame], [data-testid=stElementToolbar], [data-testid=stTooltipContent], .gdg-search-bar": (
        N_("Search"),
        N_("Type to search"),
        N_("Previous Result"),
        N_("Next Result"),
        N_("Close Search"),
        N_("Show/hide columns"),
        N_("Download as CSV"),
        N_("Fullscreen"),
        N_("Close fullscreen"),
    ),
    ".stCode, [data-testid=stJson], [data-testid=stTooltipContent]": (N_("Copy to clipboard"), N_("Copied")),
    "[data-testid=stTooltipIcon], .stTooltipIcon": (N_("Help"), N_("Help for {name}")),
    "[data-testid=stMenuButton]": (("more_vert icon", N_("More")),),
    ".stButton, .stPopover": (
        ("edit icon", N_("Edit")),
        ("delete icon", N_("Delete")),
        ("deselect icon", N_("Untick all")),
    ),
    ".st-key-way button": (
        ("chevron_left icon", N_("Previous report of this job")),
        ("chevron_right icon", N_("Next report of this job")),
    ),
    "[role=img]": (("{name} icon", N_("icon")),),
    "[role=progressbar]": (("progress", N_("Progress")),),
    "[data-testid=stSidebarLogo], [data-testid=stHeaderLogo]": (("Logo", "Lote"),),
    "[role=tablist], .stTabs": (N_("Scroll tabs left"), N_("Scroll tabs right")),
}
"""Where they stand (CSS) → what is written there. A word of people that happens to be the same stays outside."""


def translate() -> None:
    """Have the page say these words in the reader's language; it takes no room."""
    spoken = json.dumps([language(), list(said())], ensure_ascii=False).replace("</", "<\\/")
    st.html(f"<script>{SCRIPT}(...{spoken});</script>", unsafe_allow_javascript=True)


def said() -> list[tuple[str, str, str]]:
    """Place, Streamlit's text and ours, for all that differ in the language of the present context."""
    pairs = [
        (place, *(word if isinstance(word, tuple) else (word, word)))
        for place, words in WORDS.items()
        for word in words
    ]
    return [(place, theirs, _(ours)) for place, theirs, ours in pairs if _(ours) != theirs]
