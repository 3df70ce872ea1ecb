"""The one entry: run as a script it is the frame of the screens; imported by the server it is the ASGI application,
whose lifespan starts and stops the engine, with the REST API mounted in the same process.

The script runs at every refresh, and worker processes import it as `__mp_main__`: imports stand inside functions.
"""

import contextlib

HARD_END_SECONDS = 18
"""After SIGTERM the process ends within this time, whatever still runs."""


def _settings():
    """The settings, or the end of the start with the reason in plain words."""
    import sys

    from core.errors import LoteError
    from core.settings import Settings

    try:
        return Settings.load()
    except LoteError as error:
        sys.exit(f"Lote cannot start. {error}")


def _provider(settings):
    """The login's provider, None without a login; or the end of the start with the reason."""
    import sys

    from core import provider
    from core.errors import LoteError

    try:
        return provider.of(settings)
    except LoteError as error:
        sys.exit(f"Lote cannot start. {error}")


@contextlib.asynccontextmanager
async def lifespan(_app):
    """Opens the database, starts the engine and the API; ends with the engine stopped."""
    import gc
    import logging
    import os

    from streamlit.runtime.pages_manager import PagesManager

    from core import logs, vitals
    from core.api import create_api
    from core.engine import Engine
    from core.errors import LoteError
    from core.job_service import JobService
    from core.login import Login

    settings = _settings()
    logs.configure(settings.log_format)
    log = logging.getLogger("core")
    try:
        service = JobService.open(settings)
        login = Login.of(settings, service.database)
    except LoteError as error:
        log.error("Lote cannot start. %s", error)
        logging.shutdown()
        os._exit(1)  # an exception would bury the reason under the server's traceback
    _warn(settings, log)
    engine = Engine(settings, service.database)
    engine.start()
    vitals.register(engine.status)
    _api.app = create_api(service, lambda: _vitals(engine.status()), login)
    end = _end_by_signal(engine, service)
    # else the first visitor of /report gets that page without the frame: `pages/` is also Streamlit's older convention
    PagesManager.uses_pages_directory = False
    gc.collect()
    gc.freeze()  # what stands now stays: four fifths of a refresh went into looking at it again
    try:
        yield {}
    finally:
        engine.stop()
        service.close()
        end()


def _vitals(status):
    """What health says of the engine."""
    return {"status": "ok" if status["alive"] and status["can_extract"] else "down", **status}


def _warn(settings, log) -> None:
    if settings.unused_proxy:
        log.warning(
            "the environment sets %s, which Lote does not use; set LOTE_PROXY_URL if the network needs a proxy",
            settings.unused_proxy,
        )
    for name in settings.unknown_variables:
        log.warning("%s is set, and there is no such setting", name)
    found = _provider(settings)
    if found is not None:
        log.info("people log in by %s; Lote is at %s", ", ".join(found.names), found.origin)
    elif settings.allow_anonymous:
        log.warning("LOTE_ALLOW_ANONYMOUS is set: everybody who reaches this port can do everything, without a login")


def _end_by_signal(engine, service):
    """SIGTERM and SIGINT stop the claims at once and end the process with status 0; gives what awaits that end.

    The server would wait for its last open request before it ends the lifespan, and then die of the signal.
    """
    import logging
    import multiprocessing.util
    import os
    import signal
    import threading

    ending = threading.Event()

    def drain() -> None:
        threading.Timer(HARD_END_SECONDS, lambda: os._exit(0)).start()
        engine.stop()
        service.close()
        multiprocessing.util._exit_function()  # it removes the fork server's directory
        logging.shutdown()
        os._exit(0)

    def handler(number, frame) -> None:
        if not ending.is_set():
            ending.set()
            threading.Thread(target=drain, name="drain").start()
        if callable(previous[number]):
            previous[number](number, frame)

    previous = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            previous[number] = signal.getsignal(number)
            signal.signal(number, handler)

    def end() -> None:
        if ending.is_set():
            threading.Event().wait()  # the drain ends the process

    return end


class _Api:
    """The API, from the moment at which the lifespan has made it."""

    app = None

    async def __call__(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)


_api = _Api()


def _routes():
    """`/api`, and the addresses that people type: `/jobs`, `/job/1`, `/docs`; below the base path if one is set."""
    import streamlit as st
    from starlette.responses import RedirectResponse
    from starlette.routing import Mount, Route

    base = st.get_option("server.baseUrlPath").strip("/")
    base = f"/{base}" if base else ""

    def to(path):
        return lambda request: RedirectResponse(base + path.format(**request.path_params))

    return [
        Route(f"{base}/api", to("/api/docs")),
        Mount(f"{base}/api", app=_api),
        Route(f"{base}/docs", to("/api/docs")),
        Route(f"{base}/jobs", to("/")),
        Route(f"{base}/job/{{id:int}}", to("/job?id={id}")),
    ]


def _middleware(settings, provider):
    from starlette.middleware import Middleware

    from core.access import Access
    from core.way_in import WayIn

    who = {"allow_anonymous": settings.allow_anonymous, "provider": provider, "login_days": settings.login_days}
    return [Middleware(Access, **who), *([Middleware(WayIn)] if provider else [])]


if __name__ == "__main__":
    from pages.ui.frame import frame

    frame()

elif __name__ != "__mp_main__":
    import streamlit as st

    _in_force = _settings()
    _login = _provider(_in_force)
    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=_routes(),
        middleware=_middleware(_in_force, _login),
        secrets={"auth": dict(_login.auth)} if _login else None,
    )
