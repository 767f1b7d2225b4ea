"""The secretariat's section over real HTTP: who gets it, what it says, and what its forms do."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import overrides
from indexer.documents import Distribution
from indexer.store import current_generation, switch
from service import audit
from service.access import Caller, CallerRole
from service.identity import keys
from service.messages import message
from service.state import State
from service.web.manage import written
from service.web.manage.period_shown import first_day, last_day

LANGUAGES = ("en", "fr")
SECRETARIAT = ("/manage", "/manage/approvals", "/manage/approvals/{document}", "/manage/feedback")
EXPORTS = ("/manage/feedback/export",)
ADMINISTRATOR = ("/manage/keys", "/manage/keys/{key}/revoke", "/manage/audit", "/manage/audit/export")
WITHIN = 60.0


def documents(office, distribution="members"):
    """Ids and titles of the documents of an audience."""
    file = office.index / current_generation(office.index) / "passages.sqlite"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT id, title FROM documents WHERE distribution = ? ORDER BY id", (distribution,)
        ).fetchall()


def address(office, path):
    return path.format(document=documents(office)[0][0], key=office.keys["member"][0].id)


def entries(office, action):
    rows = State(office.data).rows("SELECT caller, subject, detail FROM audit WHERE action = ?", (action,))
    return [tuple(row) for row in rows]


def told(key, language, **fields):
    """A message as `text_of` gives it, whatever the spaces in it."""
    return " ".join(message(key, language, **fields).split())


def text_of(element):
    return " ".join(element.text_content().split())


def until(condition):
    end = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def test_nobody_gets_a_page_that_is_not_for_their_role(unchanged, page):
    kept = [title for _, title in documents(unchanged)] + [key.id for key, _ in unchanged.keys.values()]
    kept += [current_generation(unchanged.index), "passages.sqlite"]
    for role, least in (("anonymous", None), ("member", None), ("secretariat", SECRETARIAT + EXPORTS)):
        with unchanged.caller(role) as caller:
            for path in (*SECRETARIAT, *EXPORTS, *ADMINISTRATOR):
                response = caller.get(address(unchanged, path))
                if least is not None and path in least:
                    assert response.status_code == 200, path
                    continue
                assert response.status_code == (401 if role == "anonymous" else 403), path
                assert not [secret for secret in kept if secret in text_of(page(response))], path
                assert not page(response).find_class("parts"), path
    with unchanged.caller("administrator") as caller:
        assert {caller.get(address(unchanged, path)).status_code for path in (*SECRETARIAT, *ADMINISTRATOR)} == {200}


def test_forms_change_nothing_for_who_may_not(unchanged):
    key, document = unchanged.keys["member"][0], documents(unchanged)[0][0]
    public = {"distribution": "public", "approved_by": "Me", "approved_on": "2024-05-02", "seen": "members"}
    for role in ("anonymous", "member", "secretariat"):
        with unchanged.caller(role) as caller:
            refused = {401} if role == "anonymous" else {403}
            sent = [
                caller.post("/manage/keys", data={"name": "Mine", "role": "administrator"}),
                caller.post(f"/manage/keys/{key.id}/revoke"),
            ]
            if role != "secretariat":
                sent.append(caller.post(f"/manage/approvals/{document}", data=public | {"confirmed": "yes"}))
            assert {response.status_code for response in sent} == refused
    assert {key.condition() for key in keys.listed(State(unchanged.data))} == {"active"}
    assert len(keys.listed(State(unchanged.data))) == len(unchanged.keys)
    assert overrides.load(unchanged.data).documents == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_shows_what_may_be_opened(unchanged, page, language):
    parts = {}
    for role in ("secretariat", "administrator"):
        with unchanged.caller(role) as caller:
            (menu,) = page(caller.get(f"/manage?lang={language}")).find_class("parts")
        parts[role] = [text_of(link) for link in menu.iter("a")]
        assert [text_of(link) for link in menu.xpath(".//a[@aria-current='page']")] == [
            message("manage.part.overview", language)
        ]
    only = {message(f"manage.part.{part}", language) for part in ("keys", "audit")}
    assert set(parts["administrator"]) - set(parts["secretariat"]) == only


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_counts_what_the_index_holds(unchanged, page, language):
    file = unchanged.index / current_generation(unchanged.index) / "passages.sqlite"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        one = lambda query: database.execute(query).fetchone()[0]  # noqa: E731
        held = one("SELECT count(*) FROM documents"), one("SELECT count(*) FROM passages")
        unsure = one("SELECT count(*) FROM passages WHERE attribution = 'inferred'")
    with unchanged.caller("secretariat") as caller:
        shown = page(caller.get(f"/manage?lang={language}"))
    assert text_of(shown.get_element_by_id("documents")) == str(held[0])
    assert text_of(shown.get_element_by_id("passages")) == str(held[1])
    assert text_of(shown.get_element_by_id("unsure")).split()[0] == str(unsure)
    assert text_of(shown.get_element_by_id("outstanding")).split()[0] == str(len(documents(unchanged)))
    assert message("manage.overview.no_failures", language) in shown.text_content()
    assert current_generation(unchanged.index) in shown.text_content()


def test_the_overview_says_what_could_not_be_indexed_until_it_is(office, page):
    broken, whole = b"%PDF-1.7\nnothing of a PDF", b"<html><title>Quay</title><p>Ontario delivered a quay.</p></html>"
    with office.caller("secretariat", "fr") as caller:

        def upload(name, content):
            job = caller.post("/v1/documents", files={"files": (name, content)}).json()
            until(lambda: caller.get(f"/v1/jobs/{job['job_id']}").json()["state"] == "done")
            return job["job_id"]

        job = upload("quai.pdf", broken)
        shown = page(caller.get("/manage?lang=fr"))
        failed = text_of(shown.get_element_by_id("failures"))
        assert told("holdings.unreadable", "fr", name="quai.pdf") in failed
        assert shown.xpath(f"//a[contains(@href, '/manage/jobs/{job}')]")
        assert text_of(shown.get_element_by_id("failed")) == "1"
        upload("quai.html", whole)
        assert text_of(page(caller.get("/manage")).get_element_by_id("failed")) == "1"  # another document


def test_the_overview_says_that_an_earlier_generation_goes_on(office, page):
    first = current_generation(office.index)
    shutil.copytree(office.index / first, office.index / "g999999")
    database = office.index / "g999999" / "passages.sqlite"
    database.write_bytes(database.read_bytes()[:5_000])
    with office.caller("secretariat") as caller:
        assert "behind" not in caller.get("/manage").text
        switch(office.index, "g999999")
        alert = page(caller.get("/manage")).get_element_by_id("behind")
    assert "g999999" in text_of(alert) and first in text_of(alert)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_approval_is_asked_for_confirmed_and_followed(office, page, language):
    document, title = documents(office)[0]
    there = f"/manage/approvals/{document}?lang={language}"
    with office.caller("secretariat") as caller, office.caller("anonymous") as public:
        assert public.get(f"/v1/documents/{document}").status_code == 404
        bare = caller.post(there, data={"distribution": "public"})
        assert bare.status_code == 422
        assert text_of(page(bare).get_element_by_id("refusal")) == told("manage.approvals.no_approval", language)
        wanted = {"distribution": "public", "approved_by": " Deputy  Minister ", "approved_on": "2024-05-02"}
        asked = caller.post(there, data=wanted)
        assert asked.status_code == 200 and asked.headers["cache-control"] == "no-store"
        (form,) = page(asked).xpath("//main//form")
        sent = dict(form.form_values())
        assert sent["confirmed"] and title in page(asked).text_content()
        assert overrides.load(office.data).documents == {}  # nothing is decided before it is confirmed
        done = caller.post(form.get("action"), data=sent)
        assert done.status_code == 303
        until(lambda: public.get(f"/v1/documents/{document}").status_code == 200)
        shown = page(caller.get(done.headers["location"]))
        assert text_of(shown.get_element_by_id("now")) == message("manage.audience.public", language)
        assert text_of(shown.get_element_by_id("approval")).startswith("Deputy Minister, ")
        assert [
            message(f"manage.action.document_{what}", language) in text_of(row)
            for what, row in zip(("approve", "change"), shown.xpath("//table[@id='history']/tbody/tr"), strict=True)
        ] == [True, True]
        listed = page(caller.get(f"/manage/approvals?show=approved&lang={language}"))
        assert listed.xpath("//tr/@data-document") == [document]
    caller_id = office.keys["secretariat"][0].id
    assert entries(office, "document.approve") == [(caller_id, document, "public: Deputy Minister, 2024-05-02")]


def test_a_narrower_audience_holds_at_once(office):
    document = documents(office, "public")[0][0]
    with office.caller("secretariat") as caller, office.caller("member") as member:
        assert member.get(f"/v1/documents/{document}").status_code == 200
        form = {"distribution": "secretariat", "seen": "public", "confirmed": "yes"}
        assert caller.post(f"/manage/approvals/{document}", data=form).status_code == 303
        assert member.get(f"/v1/documents/{document}").status_code == 404
        assert caller.get(f"/v1/documents/{document}").status_code == 200
        listed = caller.get("/manage/approvals?show=narrowed").text
    assert re.findall(r'data-document="([^"]+)"', listed) == [document]


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ({}, "no_audience"),
        ({"distribution": "everyone"}, "no_audience"),
        ({"distribution": "members"}, "nothing_changes"),
        ({"distribution": "public", "approved_by": "Ann"}, "no_approval"),
        ({"distribution": "public", "approved_by": "Ann", "approved_on": "2024-02-31"}, "no_day"),
        ({"distribution": "public", "approved_by": "Ann", "approved_on": "2999-01-01"}, "later_day"),
        ({"distribution": "public", "approved_by": "A\x00n", "approved_on": "2024-01-01"}, "unusable_name"),
        ({"distribution": "secretariat", "seen": "public", "confirmed": "yes"}, "changed_meanwhile"),
    ],
)
def test_what_cannot_be_decided_is_told_on_the_form(unchanged, page, form, key):
    document = documents(unchanged)[0][0]
    with unchanged.caller("secretariat", "fr") as caller:
        response = caller.post(f"/manage/approvals/{document}", data=form)
    assert response.status_code == 422
    assert text_of(page(response).get_element_by_id("refusal")) == told(f"manage.approvals.{key}", "fr")
    assert overrides.load(unchanged.data).documents == {}


def test_the_list_is_filtered_by_words_whatever_their_accents(unchanged, page):
    with unchanged.caller("secretariat") as caller:
        found = page(caller.get("/manage/approvals", params={"show": "all", "q": "ÉCHANGE ontario"}))
        titles = [text_of(link) for link in found.xpath("//table//tbody//th/a")]
        assert titles and all("change" in title and "Ontario" in title for title in titles)
        none = page(caller.get("/manage/approvals", params={"show": "all", "q": "no such words"}))
        assert not none.xpath("//table")
        wrong = caller.get("/manage/approvals", params={"show": "secret", "page": "0"})
        assert wrong.status_code == 422 and page(wrong).find_class("refusal")
        assert caller.get("/manage/approvals/no-such-document").status_code == 404


def test_a_notice_is_quoted_as_the_reason(unchanged, page):
    found = []
    with unchanged.caller("secretariat") as caller:
        for document, _ in documents(unchanged):
            found += page(caller.get(f"/manage/approvals/{document}")).xpath("//figure[@class='notice']/blockquote")
    assert found and all(quote.get("lang") in LANGUAGES and text_of(quote) for quote in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_is_shown_once_and_nowhere_else(office, page, language, caplog):
    caplog.set_level("DEBUG")
    with office.caller("administrator") as caller:
        form = {"name": "  Yukon   portal ", "role": "secretariat", "expires": "2999-12-31"}
        made = caller.post(f"/manage/keys?lang={language}", data=form)
        assert made.status_code == 201 and made.headers["cache-control"] == "no-store"
        text = text_of(page(made).get_element_by_id("key-text"))
        assert not [link for link in page(made).xpath("//@href | //@action") if text in link]
        with office.caller("anonymous") as fresh:
            fresh.headers["Authorization"] = f"Bearer {text}"
            session = fresh.get("/v1/session").json()
            assert (session["role"], session["known_as"]) == ("secretariat", "Yukon portal")
        listed = caller.get(f"/manage/keys?lang={language}")
        assert "Yukon portal" in listed.text and "2999" in listed.text
        secret = text.split("_", 2)[2]
        assert secret not in listed.text + caller.get("/manage/audit").text + caplog.text
        assert not [row for row in State(office.data).rows("SELECT * FROM audit") if secret in str(tuple(row))]
    key_id = text.split("_")[1]
    caller_id = office.keys["administrator"][0].id
    assert entries(office, "key.create") == [(caller_id, key_id, "secretariat: Yukon portal")]


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ({"name": "Ann", "role": "anonymous"}, "no_role"),
        ({"name": "Ann"}, "no_role"),
        ({"name": "  ", "role": "member"}, "no_name"),
        ({"name": "x" * 101, "role": "member"}, "no_name"),
        ({"name": "A\x07nn", "role": "member"}, "no_name"),
        ({"name": "Ann", "role": "member", "expires": "tomorrow"}, "no_day"),
        ({"name": "Ann", "role": "member", "expires": "9999-12-31"}, "no_day"),
        ({"name": "Ann", "role": "member", "expires": "2020-01-01"}, "past_day"),
    ],
)
def test_what_cannot_be_a_key_is_told_on_the_form(unchanged, page, form, key):
    with unchanged.caller("administrator", "fr") as caller:
        response = caller.post("/manage/keys", data=form)
    assert response.status_code == 422
    assert text_of(page(response).get_element_by_id("refusal")) == told(
        f"manage.keys.{key}", "fr", most=keys.MAX_NAME_CHARACTERS
    )
    assert len(keys.listed(State(unchanged.data))) == len(unchanged.keys)


def test_a_key_is_revoked_after_it_was_looked_at(office, page):
    key, _ = office.keys["member"]
    with office.caller("administrator") as caller, office.caller("member") as member:
        asked = page(caller.get(f"/manage/keys/{key.id}/revoke"))
        assert "A member" in asked.text_content() and not asked.xpath("//*[@id='own' or @id='last']")
        assert member.get("/v1/session").status_code == 200  # looking changes nothing
        (form,) = asked.xpath("//main//form")
        done = caller.post(form.get("action"))
        assert done.status_code == 303
        assert text_of(page(caller.get(done.headers["location"])).get_element_by_id("done")) == message(
            "manage.keys.was_revoked", "en", name="A member"
        )
        assert member.get("/v1/session").status_code == 401
        again = page(caller.get(f"/manage/keys/{key.id}/revoke"))
        assert not again.xpath("//main//form")
        assert caller.get("/manage/keys/000000000000/revoke").status_code == 404
        assert caller.post("/manage/keys/000000000000/revoke").status_code == 404
        own = page(caller.get(f"/manage/keys/{office.keys['administrator'][0].id}/revoke"))
        assert own.xpath("//*[@id='own']") and own.xpath("//*[@id='last']")
    assert entries(office, "key.revoke") == [(office.keys["administrator"][0].id, key.id, "member: A member")]


def fill_audit(office, count):
    who = Caller(CallerRole.MEMBER, office.keys["member"][0].id, "key")
    for number in range(count):
        audit.record(State(office.data), who, "document.read", subject=f"=cmd-{number}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_audit_log_is_filtered_and_paged(office, page, language):
    fill_audit(office, 120)
    member = office.keys["member"][0].id
    with office.caller("administrator", language) as caller:
        found, there = [], f"/manage/audit?caller={member}&action=document.read&lang={language}"
        while there:
            shown = page(caller.get(there))
            found += [text_of(row[3]) for row in shown.xpath("//table[@id='entries']/tbody/tr")]
            there = next(iter(shown.xpath("//a[@rel='next']/@href")), None)
        assert found == [f"=cmd-{number}" for number in reversed(range(120))]
        one = page(caller.get("/manage/audit", params={"subject": "=cmd-7"}))
        assert len(one.xpath("//table[@id='entries']/tbody/tr")) == 1
        assert "A member" in text_of(one.get_element_by_id("entries"))
        assert not page(caller.get("/manage/audit", params={"to": "2001"})).xpath("//table[@id='entries']")
        for wrong in ({"from": "2026-02-31"}, {"from": "soon"}, {"before": "x"}, {"caller": "x" * 300}):
            response = caller.get("/manage/audit", params=wrong)
            assert response.status_code == 422 and page(response).find_class("refusal")
            assert not page(response).xpath("//table[@id='entries']")


def test_the_audit_log_is_saved_as_it_is_filtered(office, page):
    fill_audit(office, 3)
    with office.caller("administrator") as caller:
        links = page(caller.get("/manage/audit?action=document.read")).xpath("//a[@download]/@href")
        saved = {
            form: caller.get(next(link for link in links if f"format={form}" in link)) for form in ("csv", "jsonl")
        }
        assert caller.get("/manage/audit/export?from=2026-02-31").status_code == 422
    assert all(response.headers["content-disposition"].startswith("attachment") for response in saved.values())
    assert saved["csv"].content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(saved["csv"].content.decode("utf-8-sig"))))
    lines = [json.loads(line) for line in saved["jsonl"].text.splitlines()]
    assert [row["subject"] for row in rows] == ["'=cmd-0", "'=cmd-1", "'=cmd-2"]  # no spreadsheet carries them out
    assert [line["subject"] for line in lines] == ["=cmd-0", "=cmd-1", "=cmd-2"]
    assert [detail for _, _, detail in entries(office, "audit.export")] == ["csv", "jsonl"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_feedback_is_shown_with_what_it_speaks_of(office, page, language):
    question = "Which jurisdictions piloted chatbots?"
    with office.caller("member") as member, office.caller("secretariat", language) as caller:
        assert message("manage.feedback.none_yet", language) in page(caller.get("/manage/feedback")).text_content()
        hit = member.get("/v1/search", params={"q": "chatbot", "limit": 1}).json()["passages"][0]
        for more in (
            {"verdict": "wrong_citation", "citation": {"passage_id": hit["passage_id"]}, "comment": "<b>Not</b> this."},
            {"verdict": "missing_jurisdiction", "jurisdiction": "NS"},
        ):
            assert member.post("/v1/feedback", json={"question": question, **more}).status_code == 201
        shown = page(caller.get(f"/manage/feedback?lang={language}"))
        assert len(shown.xpath("//ol[@id='said']/li")) == 2
        wrong = page(caller.get(f"/manage/feedback?verdict=wrong_citation&lang={language}"))
        (entry,) = wrong.xpath("//ol[@id='said']/li")
        assert "<b>Not</b> this." in text_of(entry)
        links = entry.xpath(".//a/@href")
        assert any(
            link.startswith(f"/documents/{hit['document_id']}?") and link.endswith(f"#{hit['passage_id']}")
            for link in links
        )
        assert question in text_of(page(caller.get("/manage")).get_element_by_id("last-feedback"))
        missing = page(caller.get("/manage/feedback?verdict=missing_jurisdiction&lang=" + language))
        assert {"en": "Nova Scotia", "fr": "Nouvelle-Écosse"}[language] in text_of(missing.get_element_by_id("said"))
        export = [json.loads(line) for line in caller.get("/manage/feedback/export").text.splitlines()]
        assert [entry["verdict"] for entry in export] == ["wrong_citation", "missing_jurisdiction"]
        (need,) = [
            json.loads(line)
            for line in caller.get(
                "/manage/feedback/export?format=needs&verdict=missing_jurisdiction"
            ).text.splitlines()
        ]
        assert need["question_en"] == question and need["jurisdictions"][0]["code"] == "NS" and need["draft"]
        assert caller.get("/manage/feedback?verdict=great").status_code == 422
        assert caller.get("/manage/feedback/export?verdict=great").status_code == 422


@given(st.integers(0, 10**15))
def test_sizes_are_short_in_both_languages(count):
    for language, point in (("en", "."), ("fr", ",")):
        number, unit = written.size(count, language).split("\u00a0")
        assert len(number) <= 4 or unit in {"TB", "To"}
        steps = message("manage.units", language).split().index(unit)
        assert float(number.replace(point, ".")) * 1000**steps == pytest.approx(count, rel=0.06)


@given(st.text(alphabet="0123456789-", max_size=12) | st.dates().map(str) | st.dates().map(lambda day: str(day)[:7]))
def test_a_period_has_a_first_and_a_last_day_or_neither(period):
    first, last = first_day(period), last_day(period)
    assert bool(first) == bool(last) and first <= last
    if len(period) == 10 and first:
        assert first == last == period


def test_each_audience_has_its_words():
    for audience in Distribution:
        for language in LANGUAGES:
            assert message(f"manage.audience.{audience}", language) and message(
                f"manage.audience_means.{audience}", language
            )
