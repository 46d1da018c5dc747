"""The published OpenAPI document says what the answers are."""

from api.app import create_app
from tests.unit.api.world import World


def test_errors_are_problem_details_and_nothing_else() -> None:
    document = create_app(World().services).openapi()
    answers = document["paths"]["/api/v1/forecast"]["get"]["responses"]
    for status in ("404", "422", "503"):
        assert list(answers[status]["content"]) == ["application/problem+json"]
        schema = answers[status]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/ProblemDetails"}
