"""The parts of the Settings screen: what is wrong, engine, data, the settings in force."""

import streamlit as st

from core.i18n import _, ngettext
from core.installation import EngineHere, Installation, Problem, SettingRow
from core.job_config import MIB
from pages.ui.figures import number, plain, size

GIB = 1024 * MIB


def glance(found: Installation) -> str:
    """Lote 1.0 · 1 engine · SQLite, 1.2 MiB · 40 GiB free."""
    engines = ngettext("{n} engine", "{n} engines", found.engines).format(n=number(found.engines))
    free = _("{size} free").format(size=room(found.free_bytes))
    return " · ".join([f"Lote {found.version}", engines, f"{found.database}, {room(found.database_bytes)}", free])


def wrong(problems: list[Problem]) -> None:
    """A message for each problem."""
    for problem in problems:
        if problem.is_grave:
            st.error(plain(problem.sentence), icon=":material/error:")
        else:
            st.warning(plain(problem.sentence), icon=":material/warning:")


def engine(found: Installation) -> None:
    """How many engines live on this database, and what the one of this process does."""
    st.subheader(_("Engine"), anchor=False)
    _facts([(_("Engines alive"), number(found.engines)), *_here(found.engine)])


def _here(here: EngineHere | None) -> list[tuple[str, str]]:
    if here is None:
        return [(_("In this process"), _("no engine"))]
    running = _("{n} of {total}").format(n=number(here.running_steps), total=number(here.places))
    return [
        (_("In this process"), _("works") if here.is_alive else _("does not work")),
        (_("Places in use"), running),
        (_("Worker processes"), number(here.worker_processes)),
        (_("Reading pages"), _("works") if here.can_extract else _("does not work")),
    ]


def data(found: Installation) -> None:
    """Version, database and disk."""
    st.subheader(_("Data"), anchor=False)
    free = _("{n} of {total}").format(n=room(found.free_bytes), total=room(found.disk_bytes))
    _facts(
        [
            (_("Version"), found.version),
            (_("Database"), f"{found.database}, {room(found.database_bytes)}"),
            (_("Stored pages"), _stored(found)),
            (_("Revision"), found.revision or ""),
            (_("Data directory"), str(found.data_dir)),
            (_("Free disk space"), free),
        ]
    )


def _stored(found: Installation) -> str:
    """1,204 pages, 56 MiB (412 MiB of HTML); a part of the database."""
    stored = found.stored
    if not stored.pages:
        return _("none")
    text = ngettext("{n} page, {size} ({html} of HTML)", "{n} pages, {size} ({html} of HTML)", stored.pages)
    return text.format(n=number(stored.pages), size=room(stored.stored_bytes), html=room(stored.bytes))


def _facts(rows: list[tuple[str, str]]) -> None:
    """Names and values; close together where a narrow screen puts one below the other."""
    for name, value in rows:
        left, right = st.columns([2, 3], gap=None)
        left.caption(name)
        right.text(value)


def setting(row: SettingRow) -> None:
    """Variable, where it is set, value, meaning. A value is text, never Markdown."""
    left, right = st.columns([2, 3], gap=None)
    with left.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"`{row.variable}`", width="content")
        if row.in_environment:
            st.badge(_("environment"), icon=":material/terminal:", color="blue")
        else:
            st.badge(_("default"), color="gray")
    with right.container(gap=None):
        st.text(row.value or (_("set") if row.is_set else _("not set")))
        st.caption(plain(row.meaning))


def room(n: int) -> str:
    """Bytes as 14.2 KiB, 3.1 MiB, 40 GiB."""
    return f"{number(n / GIB)} GiB" if n >= GIB else size(n)
