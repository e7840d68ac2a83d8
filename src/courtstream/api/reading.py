"""Reading requests and writing answers by the schemas."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse

from courtstream.domain.errors import InvalidInput

In = TypeVar("In", bound=BaseModel)


async def body(request: Request, model: type[In]) -> In:
    """The JSON body. Raises InvalidInput or pydantic's ValidationError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise InvalidInput("须为 application/json / must be application/json")
    return model.model_validate_json(await request.body())


def query(request: Request, model: type[In]) -> In:
    """The query string; empty values count as absent. Raises pydantic's ValidationError."""
    given = {key: value for key, value in request.query_params.items() if value}
    return model.model_validate(given)


def answer(model: type[BaseModel], view: object, status: int = 200) -> JSONResponse:
    """A service's view as the schema's JSON."""
    return JSONResponse(model.model_validate(view).model_dump(mode="json"), status)
