"""A made council's documents, public ones beside restricted twins: what is only in the latter must never be noticed.

Every hidden document says something that no public one does: canary words, jurisdictions, dates, decisions, persons.
Some are nearer to a public document's other version than that one's visible partner is, and some copy public words,
so that they would weigh in frequencies, pairs and ties if they took any part.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from indexer.documents import Distribution

CANARIES = {
    Distribution.MEMBERS: ("zorvanique", "quelbrite", "Trovandel", "ulmacorde", "vexiprune", "Drimaltof"),
    Distribution.SECRETARIAT: ("mirgaloth", "hespendule", "Orvaskine", "plombrier-zeste", "crinolox", "Bastervogue"),
}
CONTACTS = ("Wilhelmine Ostrakov", "wilhelmine.ostrakov@quai.example", "Théodule Grabovac", "Registry of Quays")
# Jurisdictions and meetings that hidden documents alone name: of members, then of the secretariat.
HIDDEN_PLACES = (
    ("YT", "Yukon", "Yukon"),
    ("PE", "Prince Edward Island", "Île-du-Prince-Édouard"),
    ("NB", "New Brunswick", "Nouveau-Brunswick"),
)
HIDDEN_MEETINGS = ("2021-03", "2022-09")
PLACES = (
    ("BC", "British Columbia", "Colombie-Britannique"),
    ("QC", "Quebec", "Québec"),
    ("NS", "Nova Scotia", "Nouvelle-Écosse"),
    ("ON", "Ontario", "Ontario"),
)
MEETINGS = ("2019-02", "2019-10-08", "2020-06")
_PEOPLE = ("Ada Marsh", "Bertrand Caillou", "Odile Quill", "Gil Delorme", "Mina Tremblay", "Hector Lamb")
_TOWNS = ("Halifax", "Victoria", "Gatineau", "Sudbury", "Iqaluit", "Moncton")

# English and French: {who} is the jurisdiction, {n} and {m} figures, {person} and {town} names.
_DONE = (
    (
        "{who} launched online booking of appointments at {n} counters in {town}; {m} clients have used it since.",
        "{who} a lancé la prise de rendez-vous en ligne à {n} comptoirs de {town}; {m} clients l’ont utilisée depuis.",
    ),
    (
        "{person} of {who} has put a chatbot on the site that answers {n} kinds of questions for {m} visitors a month.",
        "{person}, {who}, a mis sur le site un robot de clavardage qui répond à {n} sortes de questions et à {m} gens.",
    ),
    (
        "The contact centre in {town} was moved to the cloud by {who} and takes {m} calls a week with {n} agents.",
        "{who} a déplacé le centre de contact de {town} vers le nuage; {n} agents y prennent {m} appels par semaine.",
    ),
    (
        "Birth certificates of {who} are ordered online: {m} were, and {n} per cent came within a week, says {person}.",
        "Les actes de naissance de {who} se commandent en ligne : {m} l’ont été, dont {n} pour cent en une semaine, dit"
        " {person}.",
    ),
)
_PLANNED = (
    (
        "{who} plans a digital identity for {m} residents of {town}, to be tried at {n} counters by {person}.",
        "{who} prévoit une identité numérique pour {m} personnes de {town}, que {person} essaiera à {n} comptoirs.",
    ),
    (
        "A pilot of proof of vaccination on phones is under way in {town}: {person} of {who} follows {n} sites.",
        "Un essai de preuve vaccinale sur téléphone est en cours à {town} : {person}, {who}, suit {n} endroits.",
    ),
    (
        "{who} intends to open {n} data sets to the public and to train {m} employees in plain language.",
        "{who} compte ouvrir {n} jeux de données au public et former {m} employés à la langue claire.",
    ),
)
_NEEDED = (
    (
        "{who} is looking for a way to book appointments online at {n} counters: which solutions do others use?",
        "{who} cherche un moyen de prendre rendez-vous en ligne à {n} comptoirs : quelles solutions ont les autres?",
    ),
    (
        "{person} of {who} would like to hear how others run a chatbot that {m} clients a month can trust.",
        "{person}, {who}, aimerait savoir comment d’autres exploitent un robot de clavardage pour {m} clients.",
    ),
    (
        "How do other members measure client satisfaction at the counters in {town}? {who} has {n} ways of counting.",
        "Comment les autres mesurent-ils la satisfaction aux comptoirs de {town}? {who} a {n} façons de compter.",
    ),
)
_SETTLED = (
    (
        "The report of {person} on the contact centre in {town} is adopted with {n} changes.",
        "Le rapport de {person} sur le centre de contact de {town} est adopté avec {n} changements.",
    ),
    (
        "Members agree to share {n} service standards for digital identity with {who} by {m}.",
        "Les membres conviennent de transmettre {n} normes de service sur l’identité numérique, {who}, d’ici {m}.",
    ),
)
_TO_DO = (
    (
        "{who} will send its survey on online booking to all members before June {n}.",
        "{who} enverra à tous les membres son sondage sur la prise de rendez-vous en ligne avant juin {n}.",
    ),
    (
        "{person} will keep a list of chatbots for the next meeting in {town}.",
        "{person} tiendra une liste des robots de clavardage pour la prochaine réunion à {town}.",
    ),
)
_HEADS = {
    "en": ("Information exchange form", "Jurisdiction:", "Achievements", "Priorities", "Showcase", "Needs"),
    "fr": ("Formulaire d’échange", "Administration :", "Réalisations", "Priorités", "Présentation", "Besoins"),
}


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A file of the corpus: its name, its words, and what the catalogue says of it."""

    name: str
    text: str
    audience: Distribution
    described: str
    translates: str | None = None


class _Writer:
    """Writes documents; the same seed gives the same corpus."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.made: list[MadeDocument] = []

    def facts(self) -> dict[str, str]:
        """Values for the blanks of a document's sentences, the same in both languages."""
        chance = self._chance
        return {
            "n": str(chance.randint(11, 98)),
            "m": str(chance.randint(1_002, 9_996)),
            "person": chance.choice(_PEOPLE),
            "town": chance.choice(_TOWNS),
        }

    def pick(self, sentences: tuple[tuple[str, str], ...], count: int) -> list[tuple[tuple[str, str], dict[str, str]]]:
        """Sentences in both languages with what fills their blanks."""
        return [(pair, self.facts()) for pair in self._chance.sample(sentences, count)]

    def canary(self, audience: Distribution, language: str) -> str:
        """A sentence with words that no wider audience may read."""
        one, other = self._chance.sample(CANARIES[audience], 2)
        figure = self._chance.randint(11, 98)
        if language == "en":
            return f"The {one} register was piloted at {figure} counters with the help of {other}, and online booking."
        return f"Le registre {one} a été mis à l’essai à {figure} comptoirs avec l’aide de {other}, en ligne."

    def add(
        self, name: str, text: str, audience: Distribution, described: str = "", *, translates: str | None = None
    ) -> None:
        self.made.append(MadeDocument(name, text, audience, described, translates))


@dataclass(frozen=True, slots=True)
class _Content:
    """What a form says, in either language."""

    place: tuple[str, str, str]
    parts: tuple[list[tuple[tuple[str, str], dict[str, str]]], ...]

    def written(self, language: str, *, more: str = "", contact: bool = False, changed: str | None = None) -> str:
        title, of, *heads = _HEADS[language]
        at = 0 if language == "en" else 1
        who = self.place[1 + at]
        blocks = [title, f"{of} {who}"]
        for head, part in zip(heads, self.parts, strict=True):
            said = [pair[at].format(who=who, **facts) for pair, facts in part]
            if head == heads[0] and more:
                said.append(more)
            blocks += [head, *(said or ["N/A" if language == "en" else "S.O."])]
        if contact:
            blocks.append(f"{CONTACTS[0]}\nHead, {CONTACTS[3]}\n{CONTACTS[1]}\n555 010-0199")
        text = "\n\n".join(blocks) + "\n"
        return text if changed is None else text.replace(changed, "7" + changed[1:])


def corpus(seed: int = 6) -> list[MadeDocument]:
    """The documents of all audiences."""
    writer = _Writer(seed)
    public, members, secretariat = Distribution.PUBLIC, Distribution.MEMBERS, Distribution.SECRETARIAT
    for at, meeting in enumerate(MEETINGS):
        for number, place in enumerate(PLACES):
            content = _Content(
                place,
                (
                    writer.pick(_DONE, 3),
                    writer.pick(_PLANNED, 2),
                    writer.pick(_DONE, 1) if number % 2 else [],
                    writer.pick(_NEEDED, 1 + number % 2),
                ),
            )
            name, dated = f"{meeting}-form-{place[0].lower()}", f'meeting_date = "{meeting}"\ntype = "exchange_form"'
            writer.add(f"{name}-en.txt", content.written("en", contact=number == at), public, dated)
            if number != at:
                # Nothing states whose version it is; the hidden twin below is nearer to it than the public one.
                changed = content.parts[0][0][1]["m"]
                writer.add(f"{name}-fr.txt", content.written("fr", changed=changed), public, dated)
                audience = members if (number + at) % 2 else secretariat
                twin = content.written("en", changed=changed)
                writer.add(f"{name}-en-{audience}.txt", twin + "\n" + writer.canary(audience, "en"), audience, dated)
            elif number % 2:
                # The only other version is hidden, by the catalogue's word.
                writer.add(
                    f"{name}-fr.txt",
                    content.written("fr"),
                    public,
                    dated,
                    translates=f"{name}-en-original.txt",
                )
                writer.add(
                    f"{name}-en-original.txt",
                    content.written("en", more=writer.canary(secretariat, "en")),
                    secretariat,
                    dated,
                )
        _records(writer, meeting, at)
        _analyses(writer, meeting, at)
    for meeting, audience, places in zip(
        HIDDEN_MEETINGS, (members, secretariat), (HIDDEN_PLACES[:2], HIDDEN_PLACES), strict=True
    ):
        for place in (*places, PLACES[0]):
            content = _Content(place, tuple(writer.pick(of, 1) for of in (_DONE, _PLANNED, _DONE, _NEEDED)))
            writer.add(
                f"{meeting}-form-{place[0].lower()}-{audience}.txt",
                content.written("fr", more=writer.canary(audience, "fr"), contact=True),
                audience,
                f'meeting_date = "{meeting}"\ntype = "exchange_form"',
            )
        _records(writer, meeting, 1, (audience,))
    _copies(writer)
    return writer.made


def _records(
    writer: _Writer,
    meeting: str,
    at: int,
    audiences: tuple[Distribution, ...] = (Distribution.PUBLIC, Distribution.MEMBERS),
) -> None:
    """A meeting's records of decisions, in both languages for the widest audience, with more in the narrower."""
    settled, to_do = writer.pick(_SETTLED, 2), writer.pick(_TO_DO, 2)
    dated = f'meeting_date = "{meeting}"\ntype = "decision_record"'
    for audience in audiences:
        for language in ("en", "fr") if audience is audiences[0] else ("en",):
            one = language == "en"
            who = PLACES[at][1 if one else 2]
            lines = [
                f"Record of decisions, {meeting}" if one else f"Compte rendu des décisions, {meeting}",
                "1. Counters and contact centres" if one else "1. Comptoirs et centres de contact",
            ]
            if audience is not Distribution.PUBLIC:
                lines.append(writer.canary(audience, language))
            for place, (pair, facts) in enumerate(settled, start=1):
                said = pair[0 if one else 1].format(who=who, **facts)
                lines.append(f"Decision {place}: {said}" if one else f"Décision no {place} : {said}")
            for place, (pair, facts) in enumerate(to_do, start=1):
                said = pair[0 if one else 1].format(who=who, **facts)
                lines.append(f"Action Item {place}: {said}" if one else f"Mesure de suivi no {place} : {said}")
            if audience is not audiences[0]:
                extra = writer.canary(audience, "en")
                lines += ["2. In camera", f"Decision 9: {extra}", f"Action Item 9: Yukon will report on it. {extra}"]
            writer.add(f"{meeting}-record-{audience}-{language}.txt", "\n\n".join(lines) + "\n", audience, dated)


def _analyses(writer: _Writer, meeting: str, at: int) -> None:
    """A meeting's analysis, with a twin for the secretariat."""
    told = [(place, writer.pick(_DONE, 1)[0], writer.pick(_NEEDED, 1)[0]) for place in PLACES]
    dated = f'meeting_date = "{meeting}"\ntype = "exchange_analysis"'
    for audience in (Distribution.PUBLIC, Distribution.SECRETARIAT):
        for language in ("en", "fr") if at == 1 else ("en",):
            one = language == "en"
            where = 0 if one else 1
            lines = ["Exchange analysis" if one else "Analyse de l’échange"]
            lines.append("Notable achievements" if one else "Réalisations notables")
            lines += [pair[where].format(who=place[1 + where], **facts) for place, (pair, facts), _ in told]
            lines.append("Needs" if one else "Besoins")
            lines += [pair[where].format(who=place[1 + where], **facts) for place, _, (pair, facts) in told]
            if audience is Distribution.SECRETARIAT:
                lines += [writer.canary(audience, language), f"Yukon: {writer.canary(audience, language)}"]
            writer.add(f"{meeting}-analysis-{audience}-{language}.txt", "\n\n".join(lines) + "\n", audience, dated)


def _copies(writer: _Writer) -> None:
    """The same words for several audiences, under names that sort before and after."""
    text = (
        "Note on counters\n\nNova Scotia keeps a list of counters where online booking works, with 2,417 names.\n\n"
        "The chatbot of Ontario was looked at by Mina Tremblay in Moncton; 38 clients told her what they think of it.\n"
    )
    for audience in Distribution:
        for name in ("a-note", "z-note"):
            writer.add(f"{name}-{audience}.txt", text, audience)
    for audience, canaries in CANARIES.items():
        # Rare words of public documents, made common by hidden ones.
        said = " ".join(f"{person} and {town} say {canaries[0]}." for person, town in zip(_PEOPLE, _TOWNS, strict=True))
        writer.add(f"m-frequent-{audience}.txt", "\n\n".join([f"Names {canaries[1]}", *[said] * 6]) + "\n", audience)


def write(folder: Path, documents: Iterable[MadeDocument]) -> Path:
    """Write documents with their manifest into a folder, which is given back."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for made in documents:
        (folder / made.name).write_text(made.text, encoding="utf-8")
        translates = f'translation_of = "{made.translates}"\n' if made.translates else ""
        rows.append(
            f'[[document]]\nfile = "{made.name}"\ndistribution = "{made.audience}"\n{made.described}\n{translates}'
        )
    (folder / "manifest.toml").write_text("\n".join(rows), encoding="utf-8")
    return folder
