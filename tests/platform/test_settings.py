"""Settings come from the environment, strictly."""

import pytest
from django.db import connection

from rotoscope import env


@pytest.mark.django_db
def test_the_tests_run_on_a_real_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        assert int(cursor.fetchone()[0].split(".")[0]) >= 14


def test_a_number_out_of_range_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTOSCOPE_WORKERS", "0")
    with pytest.raises(env.SettingError, match=r"^ROTOSCOPE_WORKERS must be from 1 to 64, not 0\.$"):
        env.whole("ROTOSCOPE_WORKERS", 1, least=1, most=64)
