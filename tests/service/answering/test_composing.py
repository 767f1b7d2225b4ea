"""The answer's text: exact for answers of every sort, and what must hold for any findings."""

from __future__ import annotations

import re

import pytest
from answer_values import citation, finding, further, item, named
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import dates
from indexer import language as languages
from indexer.documents import ItemStatus, Role, Status
from indexer.jurisdictions import CODES
from indexer.layouts.record_words import record_words
from service.answering.composing import compose, item_details, item_label, ordered, short_answers
from service.contract import DecisionItem, Finding, FurtherFinding
from service.messages import message

LANGUAGES = ("en", "fr")
KINDS = ("list", "fact", "decision", "precedent")
CITATIONS = [citation(number) for number in (1, 2, 3)]
FRENCH = [citation(number, spoken="fr", quote="Le quai est repeint.") for number in (1, 2, 3)]


def plain(text):
    return text.replace("\u00a0", " ")


def composed(language, kind, findings, citations=CITATIONS, context=(), **more):
    return plain(compose(kind, language, findings, citations, context, **more)).split("\n")


# Lists

ALONE = {
    "delivered": ("Ontario [1] has it in place.", "L’Ontario [1] l’a mis en place."),
    "piloting": ("Ontario [1] is piloting it.", "L’Ontario [1] le met à l’essai."),
    "in_progress": ("Ontario [1] is working on it.", "L’Ontario [1] y travaille."),
    "planned": ("Ontario [1] is planning it.", "L’Ontario [1] le prévoit."),
    "exploring": ("Ontario [1] is considering it.", "L’Ontario [1] l’étudie."),
    "asking": ("Ontario [1] would like to know more about it.", "L’Ontario [1] cherche à en savoir plus."),
    "sharing": ("Ontario [1] offers to share its experience.", "L’Ontario [1] offre de faire part de son expérience."),
}
TOGETHER = {
    "delivered": ("{} have it in place.", "{} l’ont mis en place."),
    "piloting": ("{} are piloting it.", "{} le mettent à l’essai."),
    "in_progress": ("{} are working on it.", "{} y travaillent."),
    "planned": ("{} are planning it.", "{} le prévoient."),
    "exploring": ("{} are considering it.", "{} l’étudient."),
    "asking": ("{} would like to know more about it.", "{} cherchent à en savoir plus."),
    "sharing": ("{} offer to share their experience.", "{} offrent de faire part de leur expérience."),
}
APART = {
    "delivered": ("Already in place: in Manitoba [2].", "Déjà en place : au Manitoba [2]."),
    "piloting": ("Piloting it: Manitoba [2].", "À l’essai : au Manitoba [2]."),
    "in_progress": ("Working on it: Manitoba [2].", "En cours : au Manitoba [2]."),
    "planned": ("Planning it: Manitoba [2].", "Prévu : au Manitoba [2]."),
    "exploring": ("Considering it: Manitoba [2].", "À l’étude : au Manitoba [2]."),
    "asking": ("Asking about it: Manitoba [2].", "Questions à ce sujet : de la part du Manitoba [2]."),
    "sharing": ("Offering to share: Manitoba [2].", "Expérience à partager : au Manitoba [2]."),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", Status)
def test_one_jurisdiction_has_a_sentence_and_another_stands_apart(language, status):
    findings = [
        finding(language, "MB", status, 2, date=None, asked=False),
        finding(language, "ON", status, 1, date=None),
    ]
    place = LANGUAGES.index(language)
    assert composed(language, "list", findings) == [ALONE[status][place], APART[status][place]]


@pytest.mark.parametrize("status", Status)
def test_several_jurisdictions_share_a_sentence_in_the_plural(status):
    who = {"en": ("Ontario [1] and Manitoba [2]", "Ontario [1], Manitoba [2] and the Canada Revenue Agency [3]")}
    who["fr"] = (
        "L’Ontario [1] et le Manitoba [2]",
        "L’Ontario [1], le Manitoba [2] et l’Agence du revenu du Canada [3]",
    )
    for place, language in enumerate(LANGUAGES):
        three = [
            finding(language, code, status, number, date=None) for number, code in enumerate(("ON", "MB", "CRA"), 1)
        ]
        for findings, names in zip((three[:2], three), who[language], strict=True):
            assert composed(language, "list", findings) == [TOGETHER[status][place].format(names)]


@pytest.mark.parametrize(
    ("code", "english", "french"),
    [
        (
            "NT",
            "The Northwest Territories [1] is piloting it.",
            "Les Territoires du Nord-Ouest [1] le mettent à l’essai.",
        ),
        (
            "MUNI",
            "The Municipal Service Delivery Officials [1] are piloting it.",
            "Les fonctionnaires chargés de la prestation de services municipaux [1] le mettent à l’essai.",
        ),
    ],
)
def test_the_verb_agrees_with_a_name_in_the_plural(code, english, french):
    assert composed("en", "list", [finding("en", code, "piloting", 1, date=None)]) == [english]
    assert composed("fr", "list", [finding("fr", code, "piloting", 1, date=None)]) == [french]


def test_a_date_that_all_share_stands_once_and_different_ones_with_their_names():
    same = [finding("fr", "NS", "planned", 1), finding("fr", "YT", "planned", 2)]
    assert composed("fr", "list", same) == ["La Nouvelle-Écosse [1] et le Yukon [2] le prévoient (septembre 2020)."]
    other = [same[0], finding("fr", "YT", "planned", 2, date="2021-10-01")]
    assert composed("fr", "list", other) == [
        "La Nouvelle-Écosse (septembre 2020) [1] et le Yukon (1er octobre 2021) [2] le prévoient."
    ]
    some = [finding("en", "NS", "planned", 1), finding("en", "YT", "planned", 2, date=None)]
    assert composed("en", "list", some) == ["Nova Scotia (September 2020) [1] and Yukon [2] are planning it."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_furthest_come_first_and_those_apart_last(language):
    statuses = list(Status)
    findings = [
        finding(language, code, status, 1, date=None, asked=asked)
        for asked in (False, True)
        for code, status in zip(CODES, reversed(statuses), strict=False)
    ]
    lines = composed(language, "list", findings)
    place = LANGUAGES.index(language)
    assert len(lines) == 14
    for line, status in zip(lines[:7], statuses, strict=True):
        assert line.endswith(ALONE[status][place].partition("[1] ")[2])
    for line, status in zip(lines[7:], statuses, strict=True):
        assert line.startswith(APART[status][place].partition(":")[0])
    assert [(one.asked, one.status) for one in ordered(findings)] == [
        (asked, status) for asked in (True, False) for status in statuses
    ]


def test_where_none_does_what_is_asked_this_is_said_first():
    english = composed("en", "list", [finding("en", "PE", "exploring", 1, asked=False)])
    assert english == [message("answer.none_asked", "en"), "Considering it: Prince Edward Island [1] (September 2020)."]
    french = composed("fr", "list", [finding("fr", "PE", "exploring", 1, asked=False)])
    assert french == [message("answer.none_asked", "fr"), "À l’étude : à l’Île-du-Prince-Édouard [1] (septembre 2020)."]


def test_other_statuses_of_a_jurisdiction_follow_its_group():
    more = [further("planned", 2, date="2017-10"), further("asking", 3, date=None)]
    assert composed("en", "list", [finding("en", "ON", "piloting", 1, date=None, further=more)]) == [
        "Ontario [1] is piloting it. Also said of Ontario: planned (October 2017) [2]; asking [3]."
    ]
    assert composed("fr", "list", [finding("fr", "MB", "piloting", 1, date=None, further=more)]) == [
        "Le Manitoba [1] le met à l’essai. "
        "Également au sujet du Manitoba : prévu (octobre 2017) [2]; demande de l’information [3]."
    ]


def test_a_statement_about_nobody_in_a_list_is_quoted():
    assert composed("en", "list", [finding("en", None, "planned", 1)]) == [
        "Harbour form, September 2020: “The quay was painted.” [1]"
    ]


def test_what_is_said_of_the_whole_council_is_the_last_line():
    cited = [CITATIONS[0], FRENCH[1]]
    line = composed("en", "list", [finding("en", "ON", "planned", 1)], cited, [1, 2])[-1]
    assert line == "Of the council as a whole: “The quay was painted.” [1]; « Le quai est repeint. » (in French) [2]"
    line = composed("fr", "fact", [finding("fr", "ON", "planned", 1)], cited, [2])[-1]
    assert line == "De l’ensemble du Conseil : « Le quai est repeint. » [2]"


# Facts


def test_a_fact_is_its_short_answer_then_the_sentence_with_its_source():
    found = [finding("en", None, "delivered", 1, statement="They met in Kitchener.", short_answer="Kitchener")]
    cited = [citation(1, title="Record, meeting of 4 May 2022", date="2022-05-04")]
    found = [found[0].model_copy(update={"meeting_date": "2022-05-04"})]
    assert composed("en", "fact", found, cited) == [
        "Kitchener [1].",
        "Record, meeting of 4 May 2022: “They met in Kitchener.” [1]",
    ]
    assert composed("fr", "fact", found, cited) == [
        "Kitchener [1].",
        "Record, meeting of 4 May 2022 : “They met in Kitchener.” (en anglais) [1]",
    ]


def test_a_fact_about_a_jurisdiction_names_it_and_how_far_it_is():
    assert composed("en", "fact", [finding("en", "NT", "piloting", 1)]) == [
        "Harbour form, September 2020 (Northwest Territories, piloting): “The quay was painted.” [1]"
    ]
    assert composed("fr", "fact", [finding("fr", "NT", "piloting", 1)], FRENCH) == [
        "Formulaire du port, septembre 2020 (Territoires du Nord-Ouest, à l’essai) : « The quay was painted. » [1]"
    ]


def test_different_short_answers_stand_with_their_dates():
    values = [
        finding("en", None, "delivered", 1, short_answer="54"),
        finding("en", None, "delivered", 2, short_answer="40", date="2019-02"),
    ]
    assert composed("en", "fact", values)[0] == "September 2020: 54 [1]; February 2019: 40 [2]."
    assert composed("fr", "fact", values)[0] == "Septembre 2020 : 54 [1]; février 2019 : 40 [2]."


def test_a_short_answer_that_two_findings_share_stands_once():
    values = [
        finding("en", None, "delivered", number, short_answer=text, date=date)
        for number, text, date in ((1, "two years", "2020"), (2, "Two  years", "2021"))
    ]
    assert composed("en", "fact", values)[0] == "two years [1][2]."
    alike = [value.model_copy(update={"meeting_date": "2020"}) for value in values]
    alike[1] = alike[1].model_copy(update={"short_answer": "three years"})
    assert composed("en", "fact", alike)[0] == "two years [1]; three years [2]."


@pytest.mark.parametrize(
    ("answer", "shown"),
    [("deux ans", "« deux ans » (in French) [1]."), ("54 %", "54 % [1]."), ("Odile Bernache", "Odile Bernache [1].")],
)
def test_a_short_answer_in_the_other_language_is_marked_unless_anybody_understands_it(answer, shown):
    found = [finding("en", None, "delivered", 1, short_answer=answer)]
    assert plain(short_answers("en", found, FRENCH)) == shown
    assert plain(short_answers("fr", found, FRENCH)) == f"{answer} [1]."


def test_without_a_short_answer_there_is_no_such_line():
    found = [finding("en", None, "delivered", 1, short_answer=" ")]
    assert short_answers("en", found, CITATIONS) == ""
    assert len(composed("en", "fact", found)) == 1


def test_a_bracketed_number_of_the_documents_own_is_no_citation_mark():
    text = compose("fact", "en", [finding("en", None, "delivered", 1, statement="See note [7].")], CITATIONS)
    assert re.findall(r"\[(\d+)\]", text) == ["1"]
    assert "See note [\u20607]." in text


# Decisions


def test_an_item_is_told_with_its_number_meeting_owner_due_date_and_status():
    found = finding("en", None, "planned", 1, date="2022-05-04", item=item())
    assert composed("en", "decision", [found]) == [
        "Follow-up 2A, meeting of 4 May 2022 (status: open; owner: Odile Bernache; due: June 2022): "
        "“The quay was painted.” [1]"
    ]
    assert composed("fr", "decision", [found], FRENCH) == [
        "Suivi 2A, réunion du 4 mai 2022 (état : à faire; responsable : Odile Bernache; échéance : June 2022) : "
        "« The quay was painted. » [1]"
    ]


def test_what_an_item_does_not_say_is_left_out_and_its_jurisdiction_named():
    found = finding(
        "fr", "ICCS", "delivered", 1, date=None,
        item=item(kind="decision", number=None, owner=None, due=" ", status="decided"),
    )  # fmt: skip
    assert composed("fr", "decision", [found], FRENCH) == [
        "Décision (état : décidé; administration : Institut des services axés sur les citoyens) : "
        "« The quay was painted. » [1]"
    ]


@pytest.mark.parametrize(
    ("date", "english", "french"),
    [
        ("2021", "meeting of 2021", "réunion de 2021"),
        ("2021-10", "meeting of October 2021", "réunion d’octobre 2021"),
        ("2021-08", "meeting of August 2021", "réunion d’août 2021"),
        ("2021-04", "meeting of April 2021", "réunion d’avril 2021"),
        ("2021-05", "meeting of May 2021", "réunion de mai 2021"),
        ("2021-10-01", "meeting of 1 October 2021", "réunion du 1er octobre 2021"),
    ],
)
def test_a_meeting_is_named_by_its_date(date, english, french):
    found = [finding("en", None, "planned", 1, date=date, item=item())]
    assert f", {english} (" in composed("en", "decision", found)[0]
    assert f", {french} (" in composed("fr", "decision", found)[0]


def test_what_became_of_an_item_follows_it():
    found = finding("en", None, "planned", 1, item=item(), further=[further("delivered", 2)])
    assert composed("en", "decision", [found])[1:] == ["Later (Harbour form, May 2022): “The paint has held.” [2]"]
    assert composed("fr", "decision", [found])[1:] == [
        "Par la suite (Harbour form, mai 2022) : “The paint has held.” (en anglais) [2]"
    ]


# Precedents


def test_a_precedent_says_who_is_how_far_when_and_why_it_may_help():
    found = [finding("en", "NT", "delivered", 1, why="names quays too."), finding("en", "ON", "sharing", 2, date=None)]
    assert composed("en", "precedent", found) == [
        "Northwest Territories, in place (September 2020): “The quay was painted.” [1] – names quays too",
        "Ontario, offers to share: “The quay was painted.” [2]",
    ]


# Nothing found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("passages", "key"), [(True, "answer.nothing"), (False, "answer.nothing_allowed")])
def test_without_findings_it_says_that_the_documents_do_not_answer(language, passages, key):
    for kind in KINDS:
        assert compose(kind, language, [], [], passages=passages) == message(key, language)


def empty(number, code, role="need", *, quote="N/A", **more):
    return citation(number, quote=quote, codes=[code] if code else [], role=Role(role), **more)


def test_who_answered_not_applicable_is_named_with_the_part_of_the_form():
    assert composed("en", "fact", [], [empty(1, "YT")]) == [
        "Yukon answered “N/A” in September 2020, under needs and questions [1].",
        message("answer.nothing", "en"),
    ]
    french = [empty(1, "YT", quote="YUKON\nS.O.", spoken="fr", date="2021-10-28")]
    assert composed("fr", "fact", [], french)[0] == (
        "Le Yukon a répondu « S.O. » le 28 octobre 2021, à la rubrique des besoins et des questions [1]."
    )


def test_those_that_answered_the_same_share_a_sentence():
    cited = [empty(1, "YT"), empty(2, "NT"), empty(3, "BC", "remark")]
    assert composed("en", "list", [], cited)[:2] == [
        "Yukon [1] and the Northwest Territories [2] answered “N/A” in September 2020, under needs and questions.",
        "British Columbia answered “N/A” in September 2020, under remarks [3].",
    ]
    plural = composed("fr", "list", [], [empty(1, "NT", quote="S.O.", spoken="fr", date=None)])[0]
    assert (
        plural == "Les Territoires du Nord-Ouest ont répondu « S.O. », à la rubrique des besoins et des questions [1]."
    )


def test_an_answer_in_the_other_language_is_given_in_the_readers_with_the_documents_own():
    assert composed("en", "fact", [], [empty(1, "YT", quote="S. O.", spoken="fr")])[0] == (
        "Yukon answered “N/A” (« S. O. » in the document) in September 2020, under needs and questions [1]."
    )
    assert composed("fr", "fact", [], [empty(1, "YT")])[0] == (
        "Le Yukon a répondu « S.O. » (“N/A” dans le document) en septembre 2020, "
        "à la rubrique des besoins et des questions [1]."
    )
    assert "answered « Aucun » (in French) in" in composed(
        "en", "fact", [], [empty(1, "YT", quote="Aucun", spoken="fr")]
    )[0]  # fmt: skip


def test_a_whole_sentence_or_one_of_nobody_is_quoted_with_its_source():
    cited = [empty(1, None, "follow_up", quote="No follow-up comes out of this discussion.")]
    assert composed("en", "decision", [], cited)[0] == (
        "Harbour form, September 2020, under follow-ups: “No follow-up comes out of this discussion.” [1]"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", Role)
def test_every_part_of_a_form_can_be_named(language, role):
    line = compose("fact", language, [], [empty(1, "YT", role)]).split("\n")[0]
    assert message(f"answer.section.{role}", language) in line


# Whatever the findings

dates_or_none = st.none() | st.sampled_from(["2019", "2019-02", "2020-09", "2021-10-01", "2021-10-28"])
numbers = st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True)
SENTENCES = ["The quay was painted.", "Le quai est repeint.", "See [12]\n  below.", "“Odd”  «marks»", "\u00a0 \u2028 x"]
words = st.sampled_from(SENTENCES) | st.text(min_size=1, max_size=40)


@st.composite
def many_findings(draw, language):
    found = []
    for _ in range(draw(st.integers(0, 7))):
        code = draw(st.none() | st.sampled_from(CODES))
        found.append(
            Finding(
                jurisdiction=named(code, language) if code else None,
                status=draw(st.sampled_from(Status)),
                statement=draw(words),
                meeting_date=draw(dates_or_none),
                citations=draw(numbers),
                asked=draw(st.booleans()),
                short_answer=draw(st.none() | words),
                why=draw(st.none() | words),
                item=draw(
                    st.none()
                    | st.builds(
                        DecisionItem,
                        item_id=st.just("i"),
                        kind=st.sampled_from(["decision", "follow_up"]),
                        number=st.none() | st.just("2A"),
                        owner=st.none() | words,
                        due=st.none() | words,
                        status=st.sampled_from(ItemStatus),
                    )
                ),
                further=draw(
                    st.lists(
                        st.builds(
                            FurtherFinding,
                            status=st.sampled_from(Status),
                            statement=words,
                            meeting_date=dates_or_none,
                            citations=numbers,
                        ),
                        max_size=2,
                    )
                ),
            )
        )
    return found


@st.composite
def many_citations(draw):
    return [
        citation(
            number,
            spoken=draw(st.sampled_from(LANGUAGES)),
            date=draw(dates_or_none),
            quote=draw(words | st.sampled_from(["N/A", "S.O.", "YUKON\nN/A"])),
            codes=draw(st.lists(st.sampled_from(CODES), max_size=2)),
            role=draw(st.sampled_from(Role)),
        )
        for number in range(1, 7)
    ]


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES), st.sampled_from(KINDS), many_citations(), st.lists(st.integers(1, 6)))
def test_any_findings_make_a_text_that_says_all_of_them(data, language, kind, cited, context):
    findings = data.draw(many_findings(language))
    text = compose(kind, language, findings, cited, context)
    marked = {int(number) for number in re.findall(r"\[(\d+)\]", text)}
    assert marked <= set(range(1, 7))
    assert not re.search(r" {2}|^ | $|\n\n", text)
    if not findings:
        assert marked == set(range(1, 7))
        return
    assert set(context) <= marked
    for one in findings:
        assert set(one.citations) <= marked
        for other in one.further:
            assert set(other.citations) <= marked
        if one.jurisdiction:
            short = one.jurisdiction.name[1:]  # the first letter depends on the place in the sentence
            assert short in text
        if one.item and kind != "list":
            assert item_label(one.item, language) in text
            assert record_words().status_words[language][one.item.status] in text
        elif one.jurisdiction and kind != "list":
            assert message(f"status.{one.status}", language) in text
        if one.meeting_date and kind != "list" and not (one.item and one.item.kind == "decision"):
            assert dates.written(one.meeting_date, language) in text


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES))
def test_a_list_of_any_jurisdictions_is_good_language(data, language):
    cited = [citation(number, spoken=language) for number in range(1, 7)]
    simple = {"statement": "x", "short_answer": None, "why": None, "item": None}
    findings = [one.model_copy(update=simple) for one in data.draw(many_findings(language))]
    findings = [one for one in findings if one.jurisdiction] or [finding(language, "ON", "planned", 1)]
    text = compose("list", language, findings, cited)
    assert languages.detect(text) == language
    assert not re.search(r"\b(?:de|à) les?\b", text)
    assert not re.search(r"[^\u00a0]:" if language == "fr" else r"\s:", text)
    assert "'" not in text
    for line in text.split("\n"):
        assert line[0].isupper() and line.endswith(".")
    for one in findings:
        known = {
            plural: message(f"answer.says.{one.status}.{plural}", language, who=Nobody(), when="")
            for plural in ("one", "many")
        }
        label = message(f"answer.apart.{one.status}", language, who=Nobody(), when="").partition(":")[0]
        assert label in text if not one.asked else any(says.strip(" .") in text for says in known.values())


class Nobody:
    def __format__(self, form):
        return ""


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES), st.sampled_from(["fact", "decision", "precedent"]))
def test_any_answer_is_in_the_readers_language_but_for_its_quotations(data, language, kind):
    cited = [citation(number, spoken=language) for number in range(1, 7)]
    simple = {"statement": "x", "short_answer": None, "why": None}
    findings = [
        one.model_copy(
            update=simple | ({"item": one.item.model_copy(update={"owner": None, "due": None})} if one.item else {})
        )
        for one in data.draw(many_findings(language))
    ]
    text = compose(kind, language, findings, cited)
    assert languages.detect(re.sub(r"“[^”]*”|«\s[^»]*\s»", "", text), default=language) == language


def test_the_details_of_an_item_stand_in_one_order():
    found = finding("en", "ICCS", "planned", 1, item=item(owner="Ann\nLee"))
    assert item_details(found, "en") == [
        ("status", "open"),
        ("owner", "Ann Lee"),
        ("due", "June 2022"),
        ("jurisdiction", "Institute for Citizen-Centred Service"),
    ]
    assert item_details(finding("en", "ICCS", "planned", 1), "en") == []
