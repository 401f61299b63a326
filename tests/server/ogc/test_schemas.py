"""Queryables and schemas against the features that are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from layers.catalog import default_catalog

if TYPE_CHECKING:
    from flask.testing import FlaskClient

COLLECTIONS = [layer.id for layer in default_catalog().exported]


def read(client: FlaskClient, address: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(address).get_json(force=True)
    return found


@pytest.mark.long
@pytest.mark.parametrize("collection_id", COLLECTIONS)
def test_every_feature_obeys_the_schema_of_its_collection(client: FlaskClient, collection_id: str) -> None:
    schema = read(client, f"/ogc/collections/{collection_id}/schema")
    jsonschema.Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    roles = {each["x-ogc-role"]: name for name, each in properties.items() if "x-ogc-role" in each}
    assert roles == {"id": "id", "primary-geometry": "geometry"}
    for feature in read(client, f"/ogc/collections/{collection_id}/items?limit=500")["features"]:
        assert set(feature["properties"]) == set(properties) - {"id", "geometry"}
        for name, value in feature["properties"].items():
            if value is not None:
                jsonschema.validate(
                    value, {key: properties[name][key] for key in ("type", "enum") if key in properties[name]}
                )


@pytest.mark.parametrize("collection_id", COLLECTIONS)
def test_whatever_is_queryable_can_be_asked_and_nothing_else(client: FlaskClient, collection_id: str) -> None:
    queryables = read(client, f"/ogc/collections/{collection_id}/queryables")
    assert queryables["additionalProperties"] is False
    for name in queryables["properties"]:
        for condition in (f'"{name}" IS NULL', f'"{name}" IS NOT NULL'):
            answer = client.get(
                f"/ogc/collections/{collection_id}/items", query_string={"filter": condition, "limit": 1}
            )
            assert answer.status_code == 200, name
    for name in set(read(client, f"/ogc/collections/{collection_id}/schema")["properties"]) - set(
        queryables["properties"]
    ):
        answer = client.get(f"/ogc/collections/{collection_id}/items", query_string={"filter": f'"{name}" IS NULL'})
        assert answer.status_code == 400, name
