"""Schemathesis reads the OpenAPI document and asks everything it allows, and much it does not.

Nothing is answered with a 5xx but what the document says, or with an answer it does not describe.
"""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from tests.unit.api.world import world_with_champions

#: It never ends: a test of its own follows it.
ENDLESS = "/api/v1/events/stream"
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

schema = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(world_with_champions().services)
).exclude(path=ENDLESS)


@schema.parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS)
