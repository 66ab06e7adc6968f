"""What docs/api.md shows can be typed: each of its examples is sent as curl would send it, one after the other."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from filters import exchange
from filters.models import Filter, FilterVersion, TrainingRun
from tests.api.conftest import program_of
from tests.api.test_reference import OPERATIONS
from tests.clips import draw_clip
from tests.factories import make_render, make_video, make_video_row
from tests.lab.pictures import encoded, noise
from tests.styled import make_styled
from videos.models import Collection, Render

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
SERVER = "http://testserver"


def shown() -> list[str]:
    """All calls of curl that the document shows, each on one line, without its remark."""
    blocks = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    lines = re.sub(r"\\\n\s*", " ", "\n".join(blocks)).splitlines()
    return [line.strip() for line in lines if line.strip().startswith("curl ")]


def curl(line: str, values: dict[str, str], folder: Path) -> Any:
    """The answer to a call of curl; `values` stand for the shell's variables, files lie in `folder`."""
    parser = argparse.ArgumentParser()
    for flag in ("-s", "-L", "-I", "-OJ"):
        parser.add_argument(flag, action="store_true")
    for option in ("-H", "-F"):
        parser.add_argument(option, action="append", default=[])
    for option in ("-X", "-o", "-d", "-T"):
        parser.add_argument(option)
    parser.add_argument("address")
    words = [_expanded(word, values) for word in shlex.split(line, comments=True)[1:]]
    asked = parser.parse_args(words)
    headers = dict(header.split(": ", 1) for header in asked.H)
    client, path = Client(enforce_csrf_checks=True), asked.address.removeprefix(SERVER)
    if asked.F:
        return client.post(path, _form(asked.F, folder), headers=headers)
    body: str | bytes = asked.d or ""
    if asked.T:
        body = (folder / asked.T).read_bytes()
    kind = headers.pop("Content-Type", "application/octet-stream")
    method = asked.X or ("HEAD" if asked.I else "POST" if body else "GET")
    return client.generic(method, path, body, content_type=kind, headers=headers)


def _expanded(word: str, values: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], word)


def _form(fields: list[str], folder: Path) -> dict[str, list[Any]]:
    """The fields of -F; what begins with @ is a file."""
    form: dict[str, list[Any]] = {}
    for field in fields:
        name, value = field.split("=", 1)
        file = value.removeprefix("@")
        sent = SimpleUploadedFile(file, (folder / file).read_bytes()) if value.startswith("@") else value
        form.setdefault(name, []).append(sent)
    return form


def lend_a_hand(line: str) -> None:
    """What workers have done by then."""
    if "/pause" in line:
        Render.objects.update(state="rendering")
    if "/media/render" in line:
        Render.objects.exclude(output="").update(state="finished")
    if "/publish" in line:
        run = TrainingRun.objects.order_by("pk")[0]
        source = Filter.objects.get(slug="starry-night").current
        assert source is not None
        assert run.filter is not None
        TrainingRun.objects.filter(pk=run.pk).update(state="finished", started_at=timezone.now())
        made = FilterVersion.objects.create(
            filter=run.filter,
            number=1,
            kind="style",
            base=source.base,
            weights=source.weights,
            training_run=run,
        )
        run.filter.adopt(made)


@pytest.mark.django_db(transaction=True)
def test_every_example_is_answered(staff: User, tmp_path: Path, queue: Any, trainable: None) -> None:
    draw_clip(tmp_path / "flight.mp4", frames=24)
    for number, name in enumerate(("front.jpg", "back.jpg")):
        picture = Image.fromarray(noise(300, 400, seed=number))
        (tmp_path / name).write_bytes(encoded(picture, "JPEG"))
    night = make_styled("Starry Night", 0)
    make_styled("Great Wave", 1)
    video = make_video(staff, frames=144, width=320, height=180)
    render = make_render(video, night, height=64)
    collection = Collection.objects.create(owner=staff, title="Flights")
    refs = {"Qm3x…": video.ref, "Zt8k…": render.ref, "Pw2c…": collection.ref}
    key = program_of(staff).key
    length = str((tmp_path / "flight.mp4").stat().st_size)
    values = {"ROTOSCOPE": SERVER, "KEY": key, "auth": f"Authorization: Bearer {key}", "length": length}
    lines = shown()
    assert len(lines) > 25
    for line in lines:
        lend_a_hand(line)
        for said, there in refs.items():
            line = line.replace(said, there)
        answer = curl(line, values, tmp_path)
        assert answer.status_code in (200, 201, 202, 204), (line, b"".join(answer))
        if answer.status_code == 201:
            told = json.loads(answer.content)
            if "/uploads/" in told.get("address", ""):
                refs["6f…"] = told["id"]
            if "layout" in told:
                refs["Kd5n…"] = told["ref"]
            if "losses" in told:
                refs.setdefault("/trainings/12", f"/trainings/{told['id']}")
            if "downloads" in told:
                refs["/share-links/7"] = f"/share-links/{told['id']}"


@pytest.mark.django_db(transaction=True)
def test_what_the_page_of_the_api_shows_can_be_typed_too(
    staff: User, tmp_path: Path, queue: Any, trainable: None
) -> None:
    """Where filters, footage and files are called so."""
    night, _ = make_styled("Starry Night", 0), make_styled("Great Wave", 1)
    (tmp_path / "FILE").write_bytes(encoded(Image.fromarray(noise(300, 400, seed=1)), "JPEG"))
    values = {"ROTOSCOPE": SERVER, "AUTH": f"Authorization: Bearer {program_of(staff).key}"}
    ref = make_video_row(staff).ref
    for name in ("create_training", "create_mix", "get_mix_still", "create_comparison"):
        line = OPERATIONS[name].command.replace("{ref}", ref)
        answer = curl(line, values, tmp_path)
        assert answer.status_code in (200, 201), (line, answer.content)
    assert night.current is not None
    (tmp_path / "FILE").write_bytes(exchange.export(night.current))
    answer = curl(OPERATIONS["import_filter"].command, values, tmp_path)
    assert answer.status_code == 201, answer.content
