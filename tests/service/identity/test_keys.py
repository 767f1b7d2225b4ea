from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from indexer.errors import SettingError
from service.access import CallerRole
from service.identity import keys
from service.state import DATABASE, State


@pytest.fixture
def state(tmp_path):
    return State(tmp_path / "data")


def age_use(state, key_id, seconds):
    with state.writing() as connection:
        then = keys.written(datetime.now(UTC) - timedelta(seconds=seconds))
        connection.execute("UPDATE keys SET used = ? WHERE id = ?", (then, key_id))


def test_a_key_is_found_by_its_text_and_by_nothing_else(state):
    key, text = keys.make(state, CallerRole.SECRETARIAT, "  Ann Lee ")
    other, _ = keys.make(state, CallerRole.MEMBER, "Bob")
    found = keys.find(state, text)
    assert (found.id, found.name, found.role) == (key.id, "Ann Lee", CallerRole.SECRETARIAT)
    swapped = text.replace(key.id, other.id)
    for wrong in ("", "council_", text[:-1], text + "A", text.upper(), swapped, text.replace("_", "-"), f"{text}\n"):
        with pytest.raises(keys.UnusableKeyError) as refused:
            keys.find(state, wrong)
        assert (refused.value.reason, refused.value.key) == ("unknown", None)


def test_every_character_of_a_key_counts(state):
    _, text = keys.make(state, CallerRole.MEMBER, "Ann")
    for at in range(len(text)):
        wrong = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        with pytest.raises(keys.UnusableKeyError):
            keys.find(state, wrong)


def test_a_key_has_256_bits_and_its_text_is_not_kept(state):
    texts = {keys.make(state, CallerRole.MEMBER, f"k{number}")[1] for number in range(50)}
    assert len(texts) == 50
    assert all(re.fullmatch(r"council_[0-9a-f]{12}_[\w-]{43}", text) for text in texts)  # 43 of base64 are 32 bytes
    state.close()
    content = b"".join(path.read_bytes() for path in state.path.parent.glob(f"{DATABASE}*"))
    assert b"k49" in content
    assert not any(text.split("_", 2)[2].encode() in content for text in texts)
    assert state.path.stat().st_mode & 0o077 == 0


def test_a_revoked_key_counts_no_more_and_stays_listed(state):
    key, text = keys.make(state, CallerRole.MEMBER, "Ann")
    assert keys.revoke(state, key.id)[1] is True
    with pytest.raises(keys.UnusableKeyError) as refused:
        keys.find(state, text)
    assert (refused.value.reason, refused.value.key) == ("revoked", key.id)
    first = keys.listed(state)[0].revoked
    assert first is not None and keys.revoke(state, key.id) == (keys.listed(state)[0], False)
    assert keys.listed(state)[0].revoked == first
    assert keys.any_made(state)


def test_a_whole_key_does_for_its_id_and_an_unknown_one_is_not_repeated(state):
    with pytest.raises(keys.UnknownKeyError):
        keys.revoke(state, "00")
    assert not state.exists()
    key, text = keys.make(state, CallerRole.MEMBER, "Ann")
    assert keys.revoke(state, text)[0].id == key.id
    with pytest.raises(keys.UnknownKeyError) as refused:
        keys.revoke(state, "council_mistyped_secret")
    assert "secret" not in str(refused.value)


def test_a_key_counts_until_it_expires(state):
    soon = datetime.now(UTC) + timedelta(hours=1)
    key, text = keys.make(state, CallerRole.MEMBER, "Ann", soon)
    assert keys.find(state, text).expires == keys.listed(state)[0].expires
    assert (key.condition(soon - timedelta(seconds=1)), key.condition(soon)) == ("active", "expired")
    with state.writing() as connection:
        connection.execute("UPDATE keys SET expires = ?", (keys.written(datetime.now(UTC)),))
    with pytest.raises(keys.UnusableKeyError) as refused:
        keys.find(state, text)
    assert (refused.value.reason, refused.value.key) == ("expired", key.id)


def test_its_use_is_written_at_most_once_a_minute(state):
    key, text = keys.make(state, CallerRole.MEMBER, "Ann")
    assert keys.listed(state)[0].used is None
    changes = []
    for age in (None, 0, 50, 70):
        if age is not None:
            age_use(state, key.id, age)
        before = keys.listed(state)[0].used
        keys.find(state, text)
        changes.append(keys.listed(state)[0].used != before)
    assert changes == [True, False, False, True]


def test_reading_goes_on_where_its_use_cannot_be_written(state, monkeypatch):
    _, text = keys.make(state, CallerRole.MEMBER, "Ann")
    reader = State(state.path.parent)
    reader.rows("SELECT 1")
    reader._connection().execute("PRAGMA query_only = ON")
    assert keys.find(reader, text).used is None
    assert keys.listed(state)[0].used is None


def test_many_at_once_make_and_use_keys(state):
    made, failed = [], []

    def work(number):
        try:
            _, text = keys.make(state, CallerRole.MEMBER, f"k{number}")
            made.append(keys.find(state, text).id)
        except Exception as error:
            failed.append(error)
        finally:
            state.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(made) == sorted(key.id for key in keys.listed(state))


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "bell\a"])
def test_a_name_that_cannot_be_listed_is_refused(state, name):
    with pytest.raises(SettingError, match="--name"):
        keys.make(state, CallerRole.MEMBER, name)
    assert not state.exists()


def test_a_key_for_nobody_or_from_the_past_is_refused(state):
    with pytest.raises(SettingError, match="member, secretariat, administrator"):
        keys.make(state, CallerRole.ANONYMOUS, "Ann")
    with pytest.raises(SettingError, match="past"):
        keys.make(state, CallerRole.MEMBER, "Ann", datetime.now(UTC))
