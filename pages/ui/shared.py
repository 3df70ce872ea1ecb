"""What all sessions of this process share: the use-cases, and the login if there is one."""

import streamlit as st

from core.job_service import JobService
from core.login import Login


@st.cache_resource(show_spinner=False)
def service() -> JobService:
    """The use-cases."""
    return JobService.open()


@st.cache_resource(show_spinner=False)
def login() -> Login | None:
    """The login; None without one."""
    return Login.of(service().settings, service().database)
