"""data:// of our DeepFilter server, driven by the real client over a real socket."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import Algorithmia
import pytest
import requests
from Algorithmia.acl import ReadAcl
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils import timezone

from filters.deepfilter import store
from filters.models import DeepFilterKey, DeepFilterObject
from rotoscope.common.files import forget
from tests.deepfilter.conftest import Server


def test_a_file_comes_back_as_it_was_put(server: Server) -> None:
    folder = server.client.dir("data://.my/frames")
    folder.create()
    data = bytes(range(256)) * 999
    server.client.file("data://.my/frames/a.bin").put(data)
    assert server.client.file("data://.my/frames/a.bin").getBytes() == data
    assert server.client.file("data://.my/frames/a.bin").exists()
    assert folder.exists()


def test_a_file_is_put_from_disk(server: Server, tmp_path: Path) -> None:
    server.client.dir("data://.my/frames").create()
    path = tmp_path / "a.txt"
    path.write_bytes(b"words")
    server.client.file("data://.my/frames/a.txt").putFile(str(path))
    assert server.client.file("data://.my/frames/a.txt").getString() == "words"


def test_json_goes_there_and_back(server: Server) -> None:
    server.client.dir("data://.my/frames").create()
    server.client.file("data://.my/frames/a.json").putJson({"a": [1, 2]})
    assert server.client.file("data://.my/frames/a.json").getJson() == {"a": [1, 2]}


def test_a_folder_lists_its_own_files_and_folders(server: Server) -> None:
    for name in ("frames", "frames/inner", "frames_2"):
        server.client.dir(f"data://.my/{name}").create()
    server.client.file("data://.my/frames/a.png").put(b"12345")
    server.client.file("data://.my/frames/inner/b.png").put(b"1")
    files = list(server.client.dir("data://.my/frames").files())
    assert [(file.path, file.size) for file in files] == [(".my/frames/a.png", 5)]
    assert abs(files[0].last_modified - timezone.now().replace(tzinfo=None)) < timedelta(minutes=1)
    assert [one.path for one in server.client.dir("data://.my/frames").dirs()] == [".my/frames/inner"]
    assert [one.path for one in server.client.dir("data://.my").dirs()] == [".my/frames", ".my/frames_2"]


def test_a_long_list_comes_in_pages(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filters.deepfilter.views.PAGE", 3)
    server.client.dir("data://.my/many").create()
    for number in range(8):
        server.client.file(f"data://.my/many/{number}").put(b"x")
    assert [file.getName() for file in server.client.dir("data://.my/many").files()] == list("01234567")


def test_the_client_learns_whose_key_it_is(server: Server) -> None:
    assert server.client.username().strip("/") == "olga"


def test_ones_own_name_stands_for_my(server: Server) -> None:
    server.client.dir("data://olga/frames").create()
    server.client.file("data://.my/frames/a").put(b"x")
    assert server.client.file("data://olga/frames/a").getString() == "x"


def test_folders_are_private_and_say_so(server: Server) -> None:
    folder = server.client.dir("data://.my/frames")
    folder.create(ReadAcl.private)
    assert folder.get_permissions().read_acl.pseudonym == "private"
    assert folder.update_permissions(ReadAcl.private)


def test_public_folders_are_refused(server: Server) -> None:
    answer = server.ask("POST", "data/.my", json={"name": "open", "acl": {"read": ["user://*"]}})
    assert answer.status_code == 400
    assert "public" in answer.json()["error"]["message"]
    assert not DeepFilterObject.objects.exists()


def test_a_file_is_replaced_and_the_old_bytes_go(server: Server) -> None:
    server.client.dir("data://.my/frames").create()
    file = server.client.file("data://.my/frames/a")
    file.put(b"first")
    old = str(DeepFilterObject.objects.get(path=".my/frames/a").file.name)
    file.put(b"second")
    assert file.getString() == "second"
    assert not default_storage.exists(old)


def test_files_and_folders_are_removed_with_their_bytes(server: Server) -> None:
    folder = server.client.dir("data://.my/frames")
    folder.create()
    server.client.file("data://.my/frames/a").put(b"x")
    stored = str(DeepFilterObject.objects.get(path=".my/frames/a").file.name)
    with pytest.raises(Exception, match="not empty"):
        folder.delete()
    assert folder.delete(force=True)
    assert not DeepFilterObject.objects.exists()
    assert not default_storage.exists(stored)
    assert not folder.exists()


def test_removing_a_folder_leaves_its_neighbours(server: Server) -> None:
    for name in ("a", "ab"):
        server.client.dir(f"data://.my/{name}").create()
        server.client.file(f"data://.my/{name}/x").put(b"x")
    server.client.dir("data://.my/a").delete(force=True)
    assert sorted(DeepFilterObject.objects.values_list("path", flat=True)) == [".my/ab", ".my/ab/x"]


def test_making_a_folder_twice_is_a_conflict(server: Server) -> None:
    assert server.ask("POST", "data/.my", json={"name": "a"}).status_code == 200
    assert server.ask("POST", "data/.my", json={"name": "a"}).status_code == 409


def test_a_file_needs_its_folder(server: Server) -> None:
    answer = server.ask("PUT", "data/.my/nowhere/a.png", data=b"x")
    assert answer.status_code == 404
    assert "no such directory" in answer.json()["error"]["message"]


def test_head_says_why(server: Server) -> None:
    answer = server.ask("HEAD", "data/.my/frames/a.png")
    assert answer.status_code == 404
    assert "no such file" in answer.headers["X-Error-Message"]


def test_every_spelling_of_the_key_is_understood(server: Server) -> None:
    for spelling in (server.key, f"Simple {server.key}", f"simple {server.key}"):
        answer = server.ask("GET", "data/.my", headers={"Authorization": spelling})
        assert answer.status_code == 200


@pytest.mark.parametrize("key", ["", "simWRONG", "Simple", "Bearer x"])
def test_a_wrong_key_is_401_with_a_message(server: Server, key: str) -> None:
    answer = requests.get(f"{server.address}/v1/data/.my", headers={"Authorization": key}, timeout=9)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "authorization required"


def test_a_revoked_key_and_one_of_a_person_who_left_open_nothing(server: Server) -> None:
    User.objects.filter(pk=server.row.owner_id).update(is_active=False)
    assert server.ask("GET", "data/.my").status_code == 401
    User.objects.filter(pk=server.row.owner_id).update(is_active=True)
    assert server.ask("GET", "data/.my").status_code == 200
    server.row.revoke()
    assert server.ask("GET", "data/.my").status_code == 401


def test_nobody_reads_or_removes_what_is_anothers(server: Server) -> None:
    server.client.dir("data://.my/frames").create()
    server.client.file("data://.my/frames/a").put(b"secret")
    stranger = User.objects.create_user("stella")
    other: Any = Algorithmia.client(DeepFilterKey.make(stranger, "hers")[1], server.address)
    for address in ("data://.my/frames/a", "data://olga/frames/a"):
        assert not other.file(address).exists()
        with pytest.raises(Exception, match="no such"):
            other.file(address).delete()
    assert server.client.file("data://.my/frames/a").getString() == "secret"


@pytest.mark.parametrize(
    "path",
    [".my/../../etc/passwd", ".my/%2e%2e/x", ".my/a%00b", ".my/a\\b", ".my//x", ".my/" + "a/" * 20, ".my/" + "a" * 600],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(server: Server, path: str) -> None:
    request = requests.Request("PUT", f"{server.address}/v1/data/x", headers={"Authorization": server.key})
    prepared = request.prepare()
    prepared.url = f"{server.address}/v1/data/{path}"
    prepared.body, prepared.headers["Content-Length"] = b"x", "1"
    with requests.Session() as session:
        assert session.send(prepared, timeout=9).status_code in (400, 404)
    assert not DeepFilterObject.objects.exists()


def test_the_space_is_bounded(server: Server, settings: Any) -> None:
    settings.DEEPFILTER_QUOTA_BYTES = 1000
    server.client.dir("data://.my/f").create()
    assert server.ask("PUT", "data/.my/f/a", data=b"x" * 900).status_code == 200
    assert server.ask("PUT", "data/.my/f/b", data=b"x" * 200).status_code == 507
    assert server.ask("PUT", "data/.my/f/a", data=b"x" * 1000).status_code == 200
    assert store.used_bytes(server.row.owner) == 1000


def test_a_file_is_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filters.deepfilter.store.LARGEST", 1000)
    server.client.dir("data://.my/f").create()
    assert server.ask("PUT", "data/.my/f/a", data=b"x" * 1001).status_code == 413
    assert not DeepFilterObject.objects.filter(is_folder=False).exists()


def test_a_file_without_a_length_is_refused(server: Server) -> None:
    server.client.dir("data://.my/f").create()
    assert server.ask("PUT", "data/.my/f/a", data=iter([b"x", b"y"])).status_code == 411


def test_other_methods_are_405(server: Server) -> None:
    assert server.ask("OPTIONS", "data/.my").status_code == 405
    assert server.ask("GET", "algo/deeplearning/DeepFilter").status_code == 405


def test_what_is_kept_is_never_shown_as_a_page(server: Server) -> None:
    server.client.dir("data://.my/f").create()
    server.client.file("data://.my/f/a.html").put(b"<script>alert(1)</script>")
    answer = server.ask("GET", "data/.my/f/a.html")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_old_files_are_forgotten_and_new_ones_stay(server: Server, settings: Any) -> None:
    for name in ("old", "mixed"):
        server.client.dir(f"data://.my/{name}").create()
        server.client.file(f"data://.my/{name}/a").put(b"x")
    long_ago = timezone.now() - timedelta(hours=settings.DEEPFILTER_KEEP_HOURS + 1)
    DeepFilterObject.objects.update(created_at=long_ago)
    server.client.file("data://.my/mixed/b").put(b"x")
    assert store.forget_old_objects() == 3
    left = DeepFilterObject.objects.values_list("path", flat=True)
    assert sorted(left) == [".my/mixed", ".my/mixed/b"]
    assert len(default_storage.listdir(f"deepfilter/{server.row.owner_id}")[1]) == 1


def test_a_file_that_is_put_anew_while_old_ones_go_stays(
    server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = server.row.owner
    server.client.dir("data://.my/f").create()
    for name in "ab":
        server.client.file(f"data://.my/f/{name}").put(b"old")
    long_ago = timezone.now() - timedelta(hours=settings.DEEPFILTER_KEEP_HOURS + 1)
    DeepFilterObject.objects.update(created_at=long_ago)

    def put_anew(*stored: Any) -> None:
        """While the first of the two goes, its owner puts the second one."""
        monkeypatch.setattr(store, "forget", forget)
        forget(*stored)
        store.put(owner, ".my/f/b", io.BytesIO(b"new"))

    monkeypatch.setattr(store, "forget", put_anew)
    assert store.forget_old_objects() == 1
    assert server.client.file("data://.my/f/b").getString() == "new"


def test_stored_bytes_without_a_row_are_forgotten(
    server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upkeep asks the storage nothing of the many files that have one."""
    asked: list[str] = []
    time_of = default_storage.get_modified_time

    def ask(name: str) -> Any:
        asked.append(name)
        return time_of(name)

    monkeypatch.setattr(default_storage, "get_modified_time", ask)
    monkeypatch.setattr(store, "AT_ONCE", 2)
    server.client.dir("data://.my/f").create()
    for name in "abcde":
        server.client.file(f"data://.my/f/{name}").put(b"x")
    lost = DeepFilterObject.objects.filter(path__in=[".my/f/b", ".my/f/e"])
    names = sorted(lost.values_list("file", flat=True))
    lost.delete()
    assert store.forget_old_objects() == 0
    assert sorted(asked) == names
    later = timezone.now() + timedelta(hours=settings.DEEPFILTER_KEEP_HOURS + 1)
    DeepFilterObject.objects.update(created_at=later)
    assert store.forget_old_objects(later) == 2
    left = DeepFilterObject.objects.exclude(file="").values_list("file", flat=True)
    stored = default_storage.listdir(f"deepfilter/{server.row.owner_id}")[1]
    assert sorted(f"deepfilter/{server.row.owner_id}/{name}" for name in stored) == sorted(left)
    assert len(stored) == 3


def test_compressed_bytes_are_kept_as_they_are(server: Server) -> None:
    server.client.dir("data://.my/f").create()
    data = gzip.compress(b"x" * 1000)
    server.client.file("data://.my/f/a.gz").put(data)
    assert server.client.file("data://.my/f/a.gz").getBytes() == data
