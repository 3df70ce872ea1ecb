"""Care of data on the Settings screen: the doctor's findings, a domain that is to be forgotten."""

from datetime import UTC, datetime

import streamlit as st

from core.doctor import Finding, State, examine
from core.forget import Forgotten, copies, forget, preview
from core.i18n import N_, _
from pages.ui.actions import ERROR_ICON, attempt
from pages.ui.app import service
from pages.ui.figures import number, plain

FINDINGS, FOUND = "doctor_findings", "forget_found"
"""Session state: what the doctor found, and the domain with what would go."""
DOMAIN, TYPED = "forget_domain", "forget_typed"
"""Keys of the fields."""
ICONS = {
    State.OK: ":green[:material/check_circle:]",
    State.WARNING: ":orange[:material/warning:]",
    State.BAD: ":red[:material/error:]",
}
COUNTS = (
    ("steps", N_("Steps, with their lines, attempts and reports")),
    ("unfinished", N_("of these not ended: they are cancelled first")),
    ("jobs", N_("Jobs without any other step, with their comments")),
    ("reports", N_("Reports, also of visits that ended there")),
    ("mentions", N_("Rows in which others name it (about)")),
)


def doctor() -> None:
    """A button, and what was found."""
    with st.container(border=True, key="doctor"):
        st.subheader(_("Doctor"), anchor=False)
        st.caption(
            _(
                "Looks settings, database, disk, names, certificates, clock and engines over. It looks example.com up"
                " and connects to this app; nothing else is sent anywhere."
            )
        )
        st.button(_("Look it over"), key="doctor_look", icon=":material/stethoscope:", on_click=_examine)
        with st.container(gap="xsmall"):
            for finding in st.session_state.get(FINDINGS) or ():
                _finding(finding)


def _examine() -> None:
    st.session_state[FINDINGS] = attempt(
        lambda: list(examine(datetime.now(UTC), port=int(st.get_option("server.port"))))
    )


def _finding(finding: Finding) -> None:
    advice = f"  \n:gray[{plain(finding.advice)}]" if finding.advice else ""
    st.markdown(f"{ICONS[finding.state]} {plain(finding.told)}{advice}")


def forgetting() -> None:
    """The domain, what would go, and the same domain once more to confirm."""
    with st.container(border=True, key="forget"):
        st.subheader(_("Forget a domain"), anchor=False)
        st.caption(
            _(
                "All that was scraped of a domain and of what is below it goes from every job. Where others name it,"
                " it is taken out; stored pages that name it go. Logs, exported files and backups still have it, and"
                " accounts of people stay. It cannot be undone."
            )
        )
        with st.form("forget_what", border=False):
            left, right = st.columns([3, 2], vertical_alignment="bottom")
            left.text_input(_("Domain"), key=DOMAIN, placeholder="example.com")
            right.form_submit_button(_("Show what would go"), key="forget_show", on_click=_show)
        found: tuple[str, Forgotten] | None = st.session_state.get(FOUND)
        if found is not None:
            _counts(*found)
            _confirmation(found[0])


def _show() -> None:
    domain = str(st.session_state[DOMAIN])
    st.session_state[FOUND] = attempt(lambda: preview(service().database, domain, service().settings))


def _counts(domain: str, found: Forgotten) -> None:
    lines = (f"- {_(told)}: **{number(getattr(found, name))}**" for name, told in COUNTS)
    st.markdown("\n".join([f"**{plain(domain)}**", "", *lines]))
    if left := copies(service().settings.data_dir):
        st.caption(
            _("These copies of the database still have it: {files}").format(files=", ".join(p.name for p in left))
        )


def _confirmation(domain: str) -> None:
    with st.form("forget_it", border=False):
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        left.text_input(_("Type the domain again"), key=TYPED)
        right.form_submit_button(
            _("Forget it for ever"),
            key="forget_yes",
            type="primary",
            icon=":material/delete_forever:",
            on_click=_forget,
            args=(domain,),
        )


def _forget(domain: str) -> None:
    if str(st.session_state[TYPED]).strip().lower() != domain:
        st.toast(_("That is not {domain}: nothing was deleted.").format(domain=plain(domain)), icon=ERROR_ICON)
        return
    done = attempt(lambda: forget(service().database, domain, datetime.now(UTC), service().settings))
    if done is not None:
        st.session_state.pop(FOUND)
        st.session_state[DOMAIN] = st.session_state[TYPED] = ""
        st.toast(_("The domain is forgotten: {n} steps.").format(n=number(done.steps)), icon=":material/check:")
