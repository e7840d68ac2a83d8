"""Writes `reference/api.md` from the application's own OpenAPI before every build.

The page is plain text: it can be read without script, printed, and searched with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

Node = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
HEAD = """# 接口参考 · API reference

Made from `/openapi.json` of this version. Refusals are RFC 9457 problems with a Chinese and an
English sentence. Sign in with a session cookie and its `X-CSRF-Token`, or with an API token.
"""


def pages(document: Node) -> Iterator[str]:
    """The reference, line by line: operations by tag, then the schemas they speak of."""
    yield HEAD
    for tag, operations in sorted(_by_tag(document).items()):
        yield f"\n## {tag}\n"
        for method, path, operation in operations:
            yield from _operation(method, path, operation)
    yield "\n## 数据结构 · Schemas\n"
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        yield from _schema(name, schema)


def _by_tag(document: Node) -> dict[str, list[tuple[str, str, Node]]]:
    found: dict[str, list[tuple[str, str, Node]]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["other"])[0]
                found.setdefault(tag, []).append((method, path, item[method]))
    return found


def _operation(method: str, path: str, operation: Node) -> Iterator[str]:
    yield f"\n### `{method.upper()} {path}`\n"
    for text in (operation.get("summary"), operation.get("description")):
        if text:
            yield f"{text.strip()}\n"
    rows = [_parameter(p) for p in operation.get("parameters", [])]
    body = operation.get("requestBody", {}).get("content", {})
    rows += [f"| body | `{kind}` | {_kind(spec['schema'])} | |" for kind, spec in body.items()]
    if rows:
        yield "\n| in | name | type | |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    for status, answer in sorted(operation.get("responses", {}).items()):
        kinds = [_kind(c.get("schema", {})) for c in answer.get("content", {}).values()]
        yield f"* **{status}** {answer.get('description', '')} {' '.join(kinds)}".rstrip()
    yield ""


def _parameter(parameter: Node) -> str:
    need = "required" if parameter.get("required") else ""
    said = " ".join((parameter.get("description") or "").split())
    kind = _kind(parameter.get("schema", {}))
    return f"| {parameter['in']} | `{parameter['name']}` | {kind} | {need} {said} |"


def _schema(name: str, schema: Node) -> Iterator[str]:
    yield f"\n### {name}\n"
    if schema.get("description"):
        yield f"{schema['description'].strip()}\n"
    if "enum" in schema:
        yield ", ".join(f"`{value}`" for value in schema["enum"])
    fields = schema.get("properties", {})
    if fields:
        need = set(schema.get("required", []))
        yield "\n| field | type | |\n|---|---|---|"
        for field, spec in fields.items():
            said = " ".join((spec.get("description") or "").split()).replace("|", "\\|")
            yield f"| `{field}` | {_kind(spec)} | {'required' if field in need else ''} {said} |"
    yield ""


def _kind(schema: Node) -> str:
    if "$ref" in schema:
        return f"*{schema['$ref'].rsplit('/', 1)[-1]}*"
    for joined in ("anyOf", "oneOf", "allOf"):
        if joined in schema:
            return " or ".join(_kind(part) for part in schema[joined])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def write(app: Sphinx) -> None:
    """Make the page anew; it is not kept in the repository."""
    from courtstream.api.docs import openapi
    from courtstream.api.routes import routes

    target = Path(app.srcdir) / "reference" / "api.md"
    target.parent.mkdir(exist_ok=True)
    text = "\n".join(pages(openapi(routes)))
    if not target.exists() or target.read_text("utf-8") != text:
        target.write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
