"""How `manage.py` ends when it is told to, or when what it is given or stands on is of no use."""

import signal
from pathlib import Path

import pytest

from rotoscope.supervisor.plan import web_server
from tests.platform.installation import free_port, manage
from tests.platform.servers import Bucket

INTERRUPTED = (
    "import os, signal, time; "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's background jobs are deaf to it
    "os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
)
NOWHERE = "postgresql://rotoscope:hidden@127.0.0.1:1/rotoscope"


def test_ctrl_c_is_one_word_and_ends_a_loop_of_the_shell_too(tmp_path: Path) -> None:
    """A shell goes on with its loop after any exit status; only the signal itself ends it."""
    stopped = manage(tmp_path / "home", "shell", "-v", "0", "-c", INTERRUPTED, ROTOSCOPE_SUPERVISED="1")
    assert stopped.returncode == -signal.SIGINT
    assert stopped.stderr == "\nStopped.\n"


def test_what_ends_us_as_ctrl_c_would_is_what_the_shell_is_told(tmp_path: Path) -> None:
    told = (
        "import os, signal, time; from rotoscope.common.endings import as_by_ctrl_c; "
        "end = as_by_ctrl_c(); end.__enter__(); "
        "os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)"
    )
    stopped = manage(tmp_path / "home", "shell", "-v", "0", "-c", told, ROTOSCOPE_SUPERVISED="1")
    assert (stopped.returncode, stopped.stderr) == (-signal.SIGTERM, "\nStopped.\n")


@pytest.mark.parametrize("word", ["filters", "prepare"])
def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path, word: str) -> None:
    refused = manage(tmp_path / "home", word, DATABASE_URL=NOWHERE)
    assert refused.returncode == 1
    (line,) = refused.stderr.strip().splitlines()
    assert line.startswith("The database cannot be used: ")
    assert "port 1 failed" in line
    assert "hidden" not in line


@pytest.mark.slow
def test_a_queue_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    refused = manage(tmp_path / "home", "prepare", DRAMATIQ_BROKER_URL=NOWHERE)
    assert refused.returncode == 1
    (line,) = refused.stderr.strip().splitlines()
    assert line.startswith("The queue of DRAMATIQ_BROKER_URL cannot be used: ")
    assert "port 1 failed" in line
    assert "hidden" not in line


@pytest.mark.slow
def test_an_s3_service_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    s3 = Bucket("http://127.0.0.1:1").environment() | {"AWS_MAX_ATTEMPTS": "1"}
    refused = manage(tmp_path / "home", "prepare", **s3)
    assert refused.returncode == 1
    (line,) = refused.stderr.strip().splitlines()
    assert line.startswith("Files cannot be stored: Could not connect to the endpoint URL: ")


@pytest.mark.slow
def test_a_media_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "media").touch()
    refused = manage(tmp_path / "home", "prepare")
    assert refused.returncode == 1
    (line,) = refused.stderr.strip().splitlines()
    assert line.startswith("Files cannot be stored: ")
    assert "media" in line


def test_a_data_folder_that_cannot_be_one_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "home"):
        refused = manage(home, "filters")
        assert refused.returncode == 2
        assert refused.stderr.startswith(f"ROTOSCOPE_HOME={home} cannot be made a folder: ")
        assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("work", "--threads", "0"), "--threads must be from 1 to 64."),
        (("serve", "--port", "70000"), "--port must be from 1 to 65535."),
        (("serve", "--host", "a..b"), "--host “a..b” is no address: Name or service not known."),
    ],
)
def test_a_process_that_could_do_nothing_does_not_start(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    refused = manage(tmp_path / "home", *words, ROTOSCOPE_SUPERVISED="1")
    assert refused.returncode == 2
    assert refused.stderr == f"CommandError: {sentence}\n"


def test_a_host_that_is_not_this_machine_is_not_called_taken(tmp_path: Path) -> None:
    refused = manage(tmp_path / "home", "up", "--host", "192.0.2.1")  # of nobody, by RFC 5737
    assert refused.returncode == 1
    assert "This machine cannot listen on “192.0.2.1”" in refused.stderr
    assert not (tmp_path / "home" / "postgres").exists()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("::", "::"),
    ],
)
def test_the_web_server_is_given_an_address_since_it_knows_no_names(host: str, address: str) -> None:
    words = web_server(host, 8000)
    assert words[words.index("--host") + 1] == address


def test_up_refuses_a_host_that_has_no_address_before_anything_is_started(tmp_path: Path) -> None:
    refused = manage(tmp_path / "home", "up", "--host", "a..b")
    assert refused.returncode == 1
    assert "This machine cannot listen on “a..b” (Name or service not known)" in refused.stderr
    assert not (tmp_path / "home" / "postgres").exists()


def test_up_names_a_file_of_the_data_that_it_may_not_use(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "logs").touch()
    refused = manage(home, "up", "--port", str(free_port()))
    assert refused.returncode == 1
    assert refused.stderr.startswith("CommandError: Rotoscope cannot go on: ")
    assert str(home / "logs") in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
