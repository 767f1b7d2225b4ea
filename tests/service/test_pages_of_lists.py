from __future__ import annotations

import pytest


def read_through(client, path, limit):
    """All that a list gives, page by page, by the addresses that the service names."""
    found, asked = [], 0
    response = client.get(path, params={"limit": limit})
    while True:
        asked += 1
        body = response.json()
        name = next(name for name, value in body.items() if isinstance(value, list))
        assert len(body[name]) <= limit
        found += body[name]
        if "next" not in response.links:
            assert body["offset"] + limit >= body["total"] == len(found)
            return found, asked
        response = client.get(response.links["next"]["url"])


@pytest.mark.parametrize(("path", "name"), [("/v1/documents", "documents"), ("/v1/follow-ups", "follow_ups")])
@pytest.mark.parametrize("limit", [1, 3, 500])
def test_pages_put_together_are_the_whole_list(client, path, name, limit):
    whole = client.get(path, params={"limit": 500}).json()
    found, asked = read_through(client, path, limit)
    assert found == whole[name] and len(found) == whole["total"]
    assert asked == -(-len(found) // limit)


def test_the_usual_list_of_documents_is_all_of_them(client):
    body = client.get("/v1/documents").json()
    assert list(body) == ["documents", "total", "limit", "offset"]
    assert len(body["documents"]) == body["total"] and body["limit"] == 500


def test_the_next_page_keeps_the_filters(client):
    response = client.get("/v1/follow-ups", params={"kind": "decision", "doc_language": ["fr", "en"], "limit": 1})
    following = client.get(response.links["next"]["url"])
    assert following.json()["offset"] == 1
    assert following.json()["follow_ups"][0]["kind"] == "decision"
    assert "doc_language=fr&doc_language=en" in response.links["next"]["url"]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 501}, {"offset": -1}, {"offset": 10**12}, {"offset": "x"}])
def test_pages_that_cannot_be_are_refused(client, params):
    for path in ("/v1/documents", "/v1/follow-ups"):
        assert client.get(path, params=params).status_code == 422


def test_a_page_past_the_end_is_empty(client):
    response = client.get("/v1/documents", params={"offset": 400})
    assert response.json()["documents"] == [] and "link" not in response.headers
