"""schemathesis on the published definition: no 5xx, no undocumented status or media type, answers as their schemas say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import checks

from server.ogc.openapi import operations

if TYPE_CHECKING:
    from flask import Flask

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="session")
def definition(app: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/ogc/api?f=json", app)


@pytest.mark.parametrize("path", sorted(operations()))
def test_the_api_is_what_its_definition_says(definition: Any, path: str) -> None:
    asked = []

    @settings(max_examples=15, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=definition[path]["GET"].as_strategy())
    def ask(case: Any) -> None:
        answer = case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})
        asked.append(answer.status_code)

    ask()
    assert asked
