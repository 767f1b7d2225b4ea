from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.edge.conditional import etag, matches

PATHS = [
    "/v1/documents",
    "/v1/documents?limit=2&offset=1",
    "/v1/follow-ups",
    "/v1/jurisdictions",
    "/v1/search?q=digital+identity",
    "/openapi.json",
]


@pytest.fixture
def paths(client):
    document = client.get("/v1/documents").json()["documents"][0]["id"]
    passage = client.get("/v1/search", params={"q": "identity"}).json()["passages"][0]["passage_id"]
    return [
        *PATHS,
        f"/v1/documents/{document}",
        f"/v1/passages/{passage}",
        f"/v1/passages/{passage}/precedents",
    ]


def test_who_has_the_body_is_told_so(client, paths):
    for path in paths:
        first = client.get(path)
        tag = first.headers["etag"]
        for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            again = client.get(path, headers={"If-None-Match": sent})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), path
            assert "content-type" not in again.headers
            assert again.headers["x-request-id"] and again.headers["x-content-type-options"] == "nosniff"
        other = client.get(path, headers={"If-None-Match": 'W/"other"'})
        assert other.status_code == 200 and other.headers["etag"] == tag
        for response in (first, again, other):
            assert response.headers["cache-control"] == "private, no-cache"
            named = [name.strip() for name in response.headers["vary"].split(",")]
            # Where a body is long enough to be compressed, the encoding counts too.
            assert sorted({*named} - {"Accept-Encoding"}) == ["Accept-Language", "Authorization", "Cookie"]


def test_a_compressed_body_has_the_tag_of_the_plain_one(client):
    compressed = client.get("/v1/documents", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/v1/documents", headers={"Accept-Encoding": "identity"})
    assert compressed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert "Accept-Encoding" in compressed.headers["vary"]
    assert compressed.content == plain.content
    assert compressed.headers["etag"] == plain.headers["etag"]


def test_other_bodies_have_other_tags(client, paths):
    tags = [client.get(path).headers["etag"] for path in [*paths, "/v1/search?q=chatbots"]]
    assert len(set(tags)) == len(tags)


def test_what_is_no_answer_to_get_has_no_tag(client):
    for response in (
        client.get("/v1/documents/none"),
        client.get("/v1/search"),
        client.post("/v1/answer", json={"question": "Who offers chatbots?"}),
        client.get("/healthz"),
        client.get("/"),
    ):
        assert "etag" not in response.headers
    refused = client.get("/v1/documents/none", headers={"If-None-Match": "*"})
    assert refused.status_code == 404 and refused.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in refused.headers["vary"]


def test_a_caller_s_tags_do_not_change_with_what_he_may_not_see(tmp_path):
    """Two indexes of the same public documents, one with a document for the secretariat beside them."""
    import httpx

    from indexer import embedding
    from indexer.build import build
    from service.api import create_app

    text = "Harbour report\n\nNova Scotia launched an online booking service for harbour berths in May 2021.\n"
    hidden = "Pilots\n\nQuebec plans a register of pilots and the berths of the harbour for the summer of 2022.\n"
    manifest = '[[document]]\nfile = "{}"\ndistribution = "{}"\n'
    tags = []
    for more in (False, True):
        sources, folder = tmp_path / f"sources{more}", tmp_path / f"index{more}"
        sources.mkdir()
        listed = manifest.format("harbour.txt", "public")
        (sources / "harbour.txt").write_text(text, encoding="utf-8")
        if more:
            (sources / "pilots.txt").write_text(hidden, encoding="utf-8")
            listed += manifest.format("pilots.txt", "secretariat")
        (sources / "manifest.toml").write_text(listed, encoding="utf-8")
        assert build([sources], folder, embedding.load()).documents == 1 + more
        app = create_app(folder, loopback=False)

        # Keys are made by `council keys`; who has none is anonymous where others can reach the server.
        async def asked(app=app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                found = await client.get("/v1/documents")
                identifier = found.json()["documents"][0]["id"]
                assert found.json()["total"] == 1
                paths = ["/v1/documents", f"/v1/documents/{identifier}", "/v1/jurisdictions", "/v1/search?q=berths"]
                return [(await client.get(path)).headers["etag"] for path in paths]

        import asyncio

        tags.append(asyncio.run(asked()))
    assert tags[0] == tags[1]


@given(st.binary(max_size=200), st.floats(0, 1e6))
def test_the_time_that_it_took_is_no_part_of_the_tag(body, seconds):
    import json

    first = json.dumps({"text": body.hex(), "took_ms": seconds}, separators=(",", ":")).encode()
    second = json.dumps({"text": body.hex(), "took_ms": 0.1}, separators=(",", ":")).encode()
    other = json.dumps({"text": body.hex() + "a", "took_ms": 0.1}, separators=(",", ":")).encode()
    assert etag(first) == etag(second) != etag(other)


@given(st.text(max_size=40))
def test_any_header_can_be_compared(sent):
    assert matches([sent], 'W/"0123"') in {True, False}
    assert not matches([], 'W/"0123"')
