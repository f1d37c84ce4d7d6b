"""A client that holds every answer of the API against what the schema promises."""

import copy
import re
from functools import cache
from typing import Any

from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from courses.models import User


@cache
def promised() -> dict[str, Any]:
    """The schema, with every object closed: a field that it does not name fails the test."""
    schema = copy.deepcopy(SchemaGenerator().get_schema(request=None, public=True))
    for component in schema["components"]["schemas"].values():
        if component.get("type") == "object":
            component.setdefault("additionalProperties", False)
    return schema


def check(response: Any) -> None:
    schema = promised()
    method, path = response.request["REQUEST_METHOD"].lower(), response.request["PATH_INFO"]
    for template, operations in schema["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method in operations:
            answers = operations[method]["responses"]
            assert str(response.status_code) in answers, (method, path, response.status_code)
            answer = answers[str(response.status_code)]
            if "$ref" in answer:
                answer = schema["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
            if "content" in answer:
                body = answer["content"]["application/json"]["schema"]
                Draft202012Validator({**body, "components": schema["components"]}).validate(
                    response.json()
                )


class Api(Client):
    """Speaks JSON to /api/v1/, signed in by session, by token or not at all."""

    def __init__(self, user: User | None = None, token: str = "", **options: Any) -> None:
        super().__init__(**options)
        if user is not None:
            self.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if token:
            self.defaults["HTTP_AUTHORIZATION"] = f"Token {token}"

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        check(response)
        return response

    def ask(self, path: str) -> Any:
        return self.get(f"/api/v1/{path}")

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """A request with a body: JSON, or bytes as they are."""
        return getattr(self, method)(f"/api/v1/{path}", data=body, content_type="application/json")
