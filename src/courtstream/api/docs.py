"""The OpenAPI document, made by spectree from the schemas that the handlers declare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SecurityScheme, SecuritySchemeData, SpecTree, Tag
from spectree.models import InType, SecureType
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from courtstream.api.schemas import ProblemOut

_FILES = "courtstream_files"
Handler = TypeVar("Handler", bound=Callable[..., Any])

_NAMED: dict[str, type[BaseModel]] = {}


def _name(model: type[BaseModel]) -> str:
    """A schema is called as its class is; programs made from the document keep their names."""
    if _NAMED.setdefault(model.__name__, model) is not model:
        raise TypeError(f"two schemas are called {model.__name__}")
    return model.__name__


DOCS = SpecTree(
    "starlette",
    title="courtstream",
    version="1",
    description="庭审直播、录播与规范评查 / hearings live, on record and scored",
    path="apidoc",
    page_templates={},
    mode="strict",
    annotations=False,
    naming_strategy=_name,
    nested_naming_strategy=lambda parent, child: child,
    security_schemes=[
        SecurityScheme(
            name="session",
            data=SecuritySchemeData(
                type=SecureType.API_KEY, name="cs_session", field_in=InType.COOKIE
            ),
        ),
        SecurityScheme(
            name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")
        ),
    ],
)


def documented(
    tag: str,
    gives: type[BaseModel] | None,
    *,
    takes: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    status: int = 200,
    staff: bool = False,
    problems: tuple[int, ...] = (404,),
    problem_model: type[BaseModel] = ProblemOut,
    files: tuple[str, ...] = (),
) -> Callable[[Handler], Handler]:
    """Describe a handler in the document. Validation is the handler's own, see `api.reading`.

    `files`: media types of a body that is a file and has no schema.
    """
    answers: dict[str, type[BaseModel] | None] = {f"HTTP_{status}": gives}
    codes = (*problems, *((401, 403) if staff else ()))
    answers |= {f"HTTP_{code}": ProblemOut for code in codes}
    if takes is not None or query is not None or problem_model is not ProblemOut:
        answers["HTTP_422"] = problem_model
    decorate = DOCS.validate(
        json=takes,
        query=query,
        resp=Answers(**answers),
        tags=[Tag(name=tag)],
        security=[{"session": []}, {"token": []}] if staff else None,
        skip_validation=True,
    )

    def wrap(handler: Handler) -> Handler:
        wrapped: Handler = decorate(handler)
        setattr(wrapped, _FILES, files)
        return wrapped

    return wrap


def openapi(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document of the documented ones among these routes."""
    DOCS.app = Starlette(routes=list(routes))
    spec: dict[str, Any] = DOCS.spec
    for route in routes:
        kinds = getattr(route.endpoint, _FILES, ()) if isinstance(route, Route) else ()
        if kinds and isinstance(route, Route):
            content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
            for method in spec["paths"][route.path].values():
                method["requestBody"] = {"required": True, "content": content}
    return spec
