"""The REST API: routes, the shapes of requests, and how errors become problem details; the rules live below it."""

from core.api.app import create_api

__all__ = ["create_api"]
