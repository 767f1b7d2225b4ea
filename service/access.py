"""Who may do and see what: the one place that decides, and says why. What is not granted here is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from indexer.documents import Distribution, DocumentRecord


class CallerRole(StrEnum):
    """What a caller is to the council; each may do what those before it may."""

    ANONYMOUS = "anonymous"
    MEMBER = "member"
    SECRETARIAT = "secretariat"
    ADMINISTRATOR = "administrator"

    @property
    def rank(self) -> int:
        """0 for anonymous."""
        return _RANKS[self]


_RANKS = {role: place for place, role in enumerate(CallerRole)}  # asked for with every document of every answer


class Action(StrEnum):
    """What a caller may ask to do."""

    READ = "read"  # search, ask, read documents: each role those for its audience
    GIVE_FEEDBACK = "give_feedback"
    SEE_CONTACTS = "see_contacts"
    MANAGE_DOCUMENTS = "manage_documents"  # upload, correct, approve, delete
    SEE_STATE = "see_state"  # metrics, and which generation serves
    READ_FEEDBACK = "read_feedback"
    READ_AUDIT = "read_audit"
    MANAGE_KEYS = "manage_keys"


_LEAST: dict[Action, CallerRole] = {
    Action.READ: CallerRole.ANONYMOUS,
    Action.GIVE_FEEDBACK: CallerRole.ANONYMOUS,
    Action.SEE_CONTACTS: CallerRole.SECRETARIAT,
    Action.MANAGE_DOCUMENTS: CallerRole.SECRETARIAT,
    Action.SEE_STATE: CallerRole.SECRETARIAT,
    Action.READ_FEEDBACK: CallerRole.SECRETARIAT,
    Action.READ_AUDIT: CallerRole.ADMINISTRATOR,
    Action.MANAGE_KEYS: CallerRole.ADMINISTRATOR,
}
_AUDIENCE: dict[CallerRole, Distribution] = {
    CallerRole.ANONYMOUS: Distribution.PUBLIC,
    CallerRole.MEMBER: Distribution.MEMBERS,
    CallerRole.SECRETARIAT: Distribution.SECRETARIAT,
    CallerRole.ADMINISTRATOR: Distribution.SECRETARIAT,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `name` is for the audit log: a key's id, or who signed in; `local` says that no key was ever made.

    `known_as` is what people call them: the name of the key, or of the person.
    """

    role: CallerRole = CallerRole.ANONYMOUS
    name: str = "anonymous"
    via: Literal["nothing", "local", "key", "session"] = "nothing"
    known_as: str = ""

    @property
    def audience(self) -> Distribution:
        """The audience that the caller belongs to."""
        return _AUDIENCE[self.role]


ANONYMOUS = Caller()
# Without any key the service answers this machine alone, as it would a member; it takes no orders from it.
LOCAL = Caller(CallerRole.MEMBER, "local", "local")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something may be done or seen, and why."""

    allowed: bool
    reason: str


def decide(caller: Caller, action: Action, distribution: Distribution | None = None) -> Verdict:
    """Whether `caller` may do `action`, to a document for the audience `distribution` where it concerns one."""
    least = _LEAST.get(action)
    if least is None:
        return Verdict(False, f"{action} is granted to nobody")
    if action is Action.SEE_STATE and caller.via == "local":
        return Verdict(True, "no key was ever made, and the caller is on this machine")
    if caller.role.rank < least.rank:
        return Verdict(False, f"{action} takes the role {least}; the caller is {caller.role}")
    if distribution is not None and distribution.rank > caller.audience.rank:
        return Verdict(False, f"the document is for {distribution}; the caller is {caller.role}")
    return Verdict(True, f"the caller is {caller.role}, {action} takes {least}")


def least_role(action: Action) -> CallerRole | None:
    """The first role that an action is granted to; None where it is granted to nobody."""
    return _LEAST.get(action)


def visible(record: DocumentRecord, caller: Caller = ANONYMOUS) -> DocumentRecord:
    """The document as the caller may see it: contact persons are for the secretariat alone.

    Which documents a caller may see at all is decided before the search, by the audience of the index that is asked.
    """
    if not record.contacts or decide(caller, Action.SEE_CONTACTS).allowed:
        return record
    return replace(record, contacts=())
