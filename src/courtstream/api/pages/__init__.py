"""The server-rendered pages: public, courtroom, judge and schedule."""

from courtstream.api.pages.urls import routes

__all__ = ["routes"]
