"""A replica follows its source: decisions first, then generations, each file checked."""

from __future__ import annotations

import os
import shutil

import pytest

from indexer import checksums, corrections, overrides, replicas, store
from indexer.build import build, update
from indexer.corrections import Correction
from indexer.describe import document_id
from indexer.documents import Distribution
from indexer.errors import CouncilError, SettingError
from indexer.overrides import Override
from indexer.store import current_generation, open_index
from service.access import CallerRole
from service.doctor import Installed, look
from service.engine import Engine
from service.identity import keys
from service.replication import copying
from service.replication.following import Follower, Places, keep_following
from service.server_settings import Settings
from service.state import State

HARBOUR, FORESTS = document_id("harbour.txt"), document_id("forets.txt")


def withdraw(data, document=HARBOUR, withdrawn=True):
    overrides.change(data, document, lambda before: before.model_copy(update={"withdrawn": withdrawn}))


def shown(places, audience=Distribution.SECRETARIAT):
    engine = Engine(places.index, data=places.data).seen_by(audience)
    return {document.source for document in engine.index().documents()}


def content(index):
    base = index / str(current_generation(index))
    return {path.relative_to(base): path.read_bytes() for path in base.rglob("*") if path.suffix != ".lock"
            and path.is_file()}  # fmt: skip


def third(places, letters, embedder):
    """A new generation at the source, of one document more."""
    more = places.source.with_name("more")
    shutil.copytree(letters, more, dirs_exist_ok=True)
    (more / "ferries.txt").write_text("Ferries\n\nYukon plans berths for ferries.\n", encoding="utf-8")
    build([more], places.source, embedder, data=places.source_data)


def test_a_replica_holds_what_the_source_does_and_a_second_look_copies_nothing(follower, places):
    first = follower.follow()
    assert first.copied is not None and first.generation == current_generation(places.source)
    assert content(places.index) == content(places.source)
    assert shown(places) == {"harbour.txt", "forets.txt"}
    again = follower.follow()
    assert again.copied is None and again.generation == first.generation
    assert not again.decisions and not again.keys


def test_files_are_shared_with_the_source_on_one_disk_and_copied_from_another(follower, places, monkeypatch, letters,
                                                                             embedder):  # fmt: skip
    first = follower.follow().copied
    assert first.shared == len(content(places.source)) - 1 and first.copied == 0
    third(places, letters, embedder)
    monkeypatch.setattr(copying, "_linked", lambda source, place: False)
    monkeypatch.setattr(copying, "_cloned", lambda source, place: False)
    second = follower.follow().copied
    assert second.shared == 0 and second.copied > 0
    files = (path for path in (places.index / second.generation).rglob("*") if path.is_file())
    own = [path for path in files if path.stat().st_nlink == 1]  # the others are those of the former generation
    assert second.bytes_copied == sum(path.stat().st_size for path in own if path.name != checksums.CHECKSUMS)
    assert content(places.index) == content(places.source)


def test_unchanged_files_of_the_former_generation_are_not_copied_again(follower, places, embedder, monkeypatch):
    monkeypatch.setattr(copying, "_linked", lambda source, place: False)
    monkeypatch.setattr(copying, "_cloned", lambda source, place: False)
    follower.follow()
    overrides.change(places.source_data, HARBOUR, lambda before: Override(title="The harbour"))
    update(places.source, embedder, data=places.source_data)  # the passages stay as they are
    told = follower.follow().copied
    assert told.kept > 0 and told.copied > 0
    base = places.index / told.generation
    assert (base / "vectors.faiss").stat().st_nlink == 2
    assert content(places.index) == content(places.source)
    assert open_index(places.index).document(HARBOUR).title == "The harbour"


def test_a_withdrawal_at_the_source_holds_before_any_generation_of_it(follower, places):
    follower.follow()
    engine = Engine(places.index, data=places.data)
    assert engine.index().document(HARBOUR) is not None
    withdraw(places.source_data)
    followed = follower.follow()
    assert followed.decisions and followed.copied is None
    assert engine.index().document(HARBOUR) is None
    overrides.change(places.source_data, FORESTS, lambda before: Override(distribution=Distribution.SECRETARIAT))
    follower.follow()
    assert engine.seen_by(Distribution.MEMBERS).index().documents() == []
    assert len(engine.index().documents()) == 1


def test_corrections_come_too(follower, places):
    passage = open_index(places.source).passages(HARBOUR)[0]
    corrected = Correction(speaker="Ann Lee")
    corrections.change(places.source_data, HARBOUR, {passage.id: passage.text}, lambda before: corrected)
    assert follower.follow().decisions
    assert corrections.load(places.data).of(HARBOUR)[passage.id].speaker == "Ann Lee"


def test_during_a_copy_decisions_are_followed(places, letters, embedder, monkeypatch):
    follower = Follower(places, interval=0.0)
    with follower.turn():
        follower.follow()
        third(places, letters, embedder)

        def slow(source, place):
            withdraw(places.source_data)  # while the first file is copied
            return False

        held = []
        switch = store.switch
        monkeypatch.setattr(copying, "_cloned", slow)
        monkeypatch.setattr(copying, "_linked", lambda source, place: False)
        monkeypatch.setattr(store, "switch", lambda *to: (held.append(shown(places)), switch(*to)))
        assert follower.follow().copied is not None
    assert held == [{"forets.txt"}]  # before the new generation served
    assert shown(places) == {"forets.txt", "ferries.txt"}


def test_what_a_generation_takes_away_is_hidden_though_it_cannot_be_copied(follower, places, letters, embedder):
    follower.follow()
    engine = Engine(places.index, data=places.data)
    build([letters / "forets.txt"], places.source, embedder, data=places.source_data)
    base = places.source / str(current_generation(places.source))
    damage(base / "vectors.faiss")
    with pytest.raises(CouncilError, match="damaged or was not brought whole"):
        follower.follow()
    assert [document.source for document in engine.index().documents()] == ["forets.txt"]
    assert engine.index().generation == "g000001"
    damage(base / "vectors.faiss")  # and back
    assert follower.follow().generation == "g000002"
    assert replicas.load(places.data).narrowed == {}


def damage(path):
    """Flip a bit in the middle of a file, which keeps its size."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "flipped": lambda base: damage(base / "vectors.faiss"),
    "flipped in the database": lambda base: damage(base / "passages.sqlite"),
    "cut short": lambda base: os.truncate(base / "passages.sqlite", 4_096),
    "missing": lambda base: (base / "sentences" / "digests").unlink(),
    "no checksums": lambda base: (base / checksums.CHECKSUMS).unlink(),
    "checksums cut short": lambda base: os.truncate(base / checksums.CHECKSUMS, 100),
    "a manifest of nothing": lambda base: (base / store.MANIFEST).write_text("{}", encoding="utf-8"),
    "gone": shutil.rmtree,
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_source_is_refused_and_the_replica_goes_on(follower, places, letters, embedder, how):
    follower.follow()
    engine = Engine(places.index, data=places.data)
    third(places, letters, embedder)
    DAMAGES[how](places.source / str(current_generation(places.source)))
    withdraw(places.source_data)
    for _ in range(2):
        with pytest.raises(CouncilError, match="goes on"):
            follower.follow()
    assert current_generation(places.index) == "g000001"
    assert [document.source for document in engine.index().documents()] == ["forets.txt"]  # decisions are followed
    assert "g000002" in replicas.load(places.data).trouble
    build([letters], places.source, embedder, data=places.source_data, rebuild=True)
    assert follower.follow().copied is not None
    assert replicas.load(places.data).trouble is None


@pytest.mark.parametrize("after", [1, 5, 12])
def test_a_copy_that_is_cut_short_is_taken_up_again(places, letters, embedder, after, monkeypatch):
    monkeypatch.setattr(copying, "_linked", lambda source, place: False)
    monkeypatch.setattr(copying, "_cloned", lambda source, place: False)
    left = iter(range(after))

    class Killed(BaseException):
        pass

    def meanwhile():
        if next(left, None) is None:
            raise Killed

    places.index.mkdir()
    with pytest.raises(Killed):
        copying.Copy(places.source, "g000001", places.index, meanwhile).run()
    assert current_generation(places.index) is None
    (aside,) = places.index.glob(".replicating-*")
    there = {path: path.stat().st_ino for path in aside.rglob("*") if path.is_file()}
    assert there
    told = copying.Copy(places.source, "g000001", places.index).run()
    assert told.copied < len(content(places.source)) - 1 or after == 1
    assert content(places.index) == content(places.source)
    assert not list(places.index.glob(".replicating-*"))


def test_one_killed_between_the_last_two_steps_is_not_copied_again(follower, places, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "switch", killed)
        with pytest.raises(KeyboardInterrupt):
            follower.follow()
    assert current_generation(places.index) is None and (places.index / "g000001").is_dir()
    told = follower.follow().copied
    assert told.shared == told.copied == 0
    assert current_generation(places.index) == "g000001"


def test_a_source_that_was_begun_anew_is_followed_under_a_name_of_its_own(follower, places, letters, embedder):
    third(places, letters, embedder)
    follower.follow()
    engine = Engine(places.index, data=places.data)
    assert len(engine.index().documents()) == 3
    shutil.rmtree(places.source)
    build([letters / "forets.txt"], places.source, embedder, data=places.source_data)
    assert current_generation(places.source) == "g000001"
    assert follower.follow().generation == "g000003"
    assert len(engine.index().documents()) == 1
    assert follower.follow().copied is None


def test_a_source_that_is_away_changes_nothing(follower, places):
    withdraw(places.source_data)
    follower.follow()
    places.source.rename(places.source.with_name("away"))
    with pytest.raises(CouncilError, match="mount the source"):
        follower.follow()
    places.source.with_name("away").rename(places.source)
    (places.source_data / "overrides.json").unlink()
    with pytest.raises(CouncilError, match=r"overrides\.json: is gone"):
        follower.follow()
    places.source_data.rename(places.source_data.with_name("elsewhere"))
    with pytest.raises(CouncilError, match="data folder is not there"):
        follower.follow()
    assert shown(places) == {"forets.txt"}


@pytest.mark.parametrize("written", ["", "{", '{"documents": {}, "format_version": 9}'])
def test_decisions_that_cannot_be_read_are_not_taken_over(follower, places, letters, embedder, written):
    withdraw(places.source_data)
    follower.follow()
    third(places, letters, embedder)
    (places.source_data / "overrides.json").write_text(written, encoding="utf-8")
    with pytest.raises(CouncilError, match="decisions that this replica has stay"):
        follower.follow()
    assert shown(places) == {"forets.txt"} and current_generation(places.index) == "g000001"


def test_a_replica_takes_no_changes_itself(follower, places, letters, embedder, main):
    follower.follow()
    for change in (lambda: build([letters], places.index, embedder), lambda: update(places.index, embedder)):
        with pytest.raises(CouncilError, match=f"replica of {places.source}"):
            change()
    for words in (("create", "--role", "member", "--name", "x"), ("revoke", "0" * 12)):
        done = main("keys", *words, "--data", places.data)
        assert done.returncode == 1 and f"replica of {places.source}" in done.stderr
    (places.data / replicas.REPLICA).unlink()
    assert not build([letters], places.index, embedder).changed  # it stands alone from now on


def test_an_installation_of_its_own_is_never_made_a_replica(places, letters, embedder):
    build([letters], places.index, embedder)
    with pytest.raises(SettingError, match="an installation of its own"), Follower(places).turn():
        pass
    other = Places(places.source, places.source_data, places.index.with_name("free"), places.data)
    keys.make(State(places.data), CallerRole.MEMBER, "somebody")
    with pytest.raises(SettingError, match="an installation of its own"), Follower(other).turn():
        pass
    same = Places(places.source, places.source_data, places.source, places.source_data)
    with pytest.raises(SettingError, match="source's own data folder"), Follower(same).turn():
        pass


def test_two_at_a_time_do_not_follow_into_one_replica(follower, places):
    with pytest.raises(CouncilError, match="another council replicate"), Follower(places).turn():
        pass


def test_on_shared_storage_decisions_alone_are_taken_over(places, letters, embedder):
    shared = Places(places.source, places.source_data, places.source, places.data)
    follower = Follower(shared)
    with follower.turn():
        assert follower.follow().copied is None
        engine = Engine(shared.index, data=shared.data)
        withdraw(places.source_data)
        follower.follow()
        assert [document.source for document in engine.index().documents()] == ["forets.txt"]
        third(places, letters, embedder)
        assert len(engine.index().documents()) == 2
    with pytest.raises(CouncilError, match="replica of"):
        build([letters], shared.index, embedder, data=shared.data)


def test_a_loop_tells_what_changed_and_each_trouble_once(follower, places):
    told, looks = [], iter(range(6))

    def wait(seconds):
        turn = next(looks)
        if turn == 1:
            withdraw(places.source_data)
        if turn == 2:
            places.source.rename(places.source.with_name("away"))
        if turn == 4:
            places.source.with_name("away").rename(places.source)
        return turn == 5

    keep_following(follower, told.append, wait)
    assert [isinstance(one, CouncilError) for one in told] == [False, False, True, False]
    age = replicas.age(places.data)
    assert age is not None and age < 60


def test_a_replica_of_a_replica_hides_what_the_one_between_does_and_is_as_old(follower, places, letters, embedder):
    follower.follow()
    names = (places.index.with_name(name) for name in ("further", "further-data"))
    further = Places(places.index, places.data, *names)
    second = Follower(further)
    with second.turn():
        second.follow()
        build([letters / "forets.txt"], places.source, embedder, data=places.source_data)
        damage(places.source / str(current_generation(places.source)) / "vectors.faiss")
        with pytest.raises(CouncilError, match="damaged"):
            follower.follow()
        os.utime(places.data / "replica.followed", (1_000, 1_000))  # the one between follows no more
        second.follow()
    assert shown(further) == {"forets.txt"}
    assert replicas.age(further.data) > 1_000_000


def test_the_doctor_tells_of_a_replica_that_is_behind(follower, places):
    def found():
        told = look(Installed(places.index, places.data, Settings(index=places.index, data=places.data)))
        return next((one.level, one.found) for one in told if one.check == "replica")

    follower.follow()
    assert found()[0] == "ok"
    os.utime(places.data / "replica.followed", (1_000, 1_000))
    assert found()[0] == "warning" and "last followed" in found()[1]
    (places.source / store.CURRENT).unlink()
    with pytest.raises(CouncilError):
        follower.follow()
    assert "behind" in found()[1] and "mount the source" in found()[1]
