"""Signing in, out and up; guessing is slowed down; nobody is led elsewhere afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from rotoscope.accounts import throttle
from rotoscope.accounts.forms import SignUp
from rotoscope.accounts.models import FailedSignIn
from videos.models import ApiKey

pytestmark = pytest.mark.django_db
GOOD = "olga's password"
FRESH = {"username": "nina", "email": "", "password1": "seven grey herons", "password2": "seven grey herons"}


def sign_in(client: Client, name: str, password: str, **more: str) -> Any:
    """POST the form."""
    data = {"username": name, "password": password, **more}
    return client.post(reverse("login"), data)


def is_in(client: Client) -> bool:
    """Whether somebody is signed in."""
    return "_auth_user_id" in client.session


def test_the_right_password_opens(visitor: Client, owner: User) -> None:
    answer = sign_in(visitor, "olga", GOOD, next="/upload/")
    assert (answer.status_code, answer["Location"]) == (302, "/upload/")
    assert is_in(visitor)


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_it_leads_nowhere_else(visitor: Client, owner: User, goal: str) -> None:
    assert sign_in(visitor, "olga", GOOD, next=goal)["Location"] == "/"
    answer = Client().post(reverse("signup"), {**FRESH, "next": goal})
    assert answer["Location"] == "/"


def test_the_answer_does_not_tell_who_has_an_account(visitor: Client, owner: User) -> None:
    known = sign_in(visitor, "olga", "wrong").context["form"].non_field_errors()
    unknown = sign_in(visitor, "nobody", "wrong").context["form"].non_field_errors()
    assert known == unknown


def test_after_some_failures_even_the_right_password_has_to_wait(visitor: Client, owner: User) -> None:
    for _ in range(throttle.MOST_FOR_A_NAME):
        sign_in(visitor, "olga", "guess")
    answer = sign_in(visitor, "OLGA", "guess")
    assert "Too many attempts" in answer.content.decode()
    sign_in(visitor, "olga", GOOD)
    assert not is_in(visitor)
    FailedSignIn.objects.update(at=timezone.now() - throttle.WINDOW - timedelta(seconds=1))
    sign_in(visitor, "olga", GOOD)
    assert is_in(visitor)


def test_one_address_cannot_try_many_names(visitor: Client, owner: User) -> None:
    for number in range(throttle.MOST_FROM_AN_ADDRESS):
        throttle.note_failure(f"name {number}", "127.0.0.1")
    sign_in(visitor, "olga", GOOD)
    assert not is_in(visitor)
    assert not throttle.is_paused("olga", "192.0.2.7")


BEHIND_A_PROXY = ("HTTP_X_FORWARDED_PROTO", "https")


def test_behind_the_proxy_one_visitor_locks_out_nobody_else(
    visitor: Client, owner: User, settings: Settings
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = BEHIND_A_PROXY
    for number in range(throttle.MOST_FROM_AN_ADDRESS):
        throttle.note_failure(f"name {number}", "192.0.2.66")
    from_there = {"X-Forwarded-For": "192.0.2.7, 192.0.2.66"}  # the first is what the visitor pretends
    data = {"username": "olga", "password": GOOD}
    assert "Too many attempts" in visitor.post(reverse("login"), data, headers=from_there).content.decode()
    assert visitor.post(reverse("login"), data, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 302


def test_a_guess_behind_the_proxy_counts_for_the_visitors_address(
    visitor: Client, settings: Settings
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = BEHIND_A_PROXY
    for number in range(throttle.MOST_FROM_AN_ADDRESS):
        data = {"username": f"name {number}", "password": "guess"}
        visitor.post(reverse("login"), data, headers={"X-Forwarded-For": f"10.0.0.{number}, 2001:db8::7"})
    assert throttle.is_paused("olga", "2001:db8::7")
    assert not throttle.is_paused("olga", "127.0.0.1")


def test_without_a_proxy_nobody_chooses_the_address_that_counts(rf: RequestFactory) -> None:
    asked = rf.get("/", headers={"X-Forwarded-For": "192.0.2.7"})
    assert throttle.address_of(asked) == "127.0.0.1"


def test_a_proxy_that_names_no_visitor_counts_itself(rf: RequestFactory, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = BEHIND_A_PROXY
    assert throttle.address_of(rf.get("/")) == "127.0.0.1"


def test_the_admins_door_has_the_same_limits(visitor: Client, staff: User) -> None:
    address = reverse("admin:login")
    for _ in range(throttle.MOST_FOR_A_NAME):
        visitor.post(address, {"username": "ada", "password": "guess"})
    answer = visitor.post(address, {"username": "ada", "password": "ada's password"})
    assert "Too many attempts" in answer.content.decode()
    assert not is_in(visitor)
    assert "Too many attempts" in sign_in(visitor, "ada", "ada's password").content.decode()


def test_the_admins_door_opens_for_staff_alone(visitor: Client, staff: User, owner: User) -> None:
    address = reverse("admin:login")
    visitor.post(address, {"username": "olga", "password": GOOD})
    assert not is_in(visitor)
    assert visitor.post(address, {"username": "ada", "password": "ada's password"}).status_code == 302
    assert is_in(visitor)


def test_signing_in_forgives_ones_own_slips(visitor: Client, owner: User) -> None:
    for _ in range(throttle.MOST_FOR_A_NAME - 1):
        sign_in(visitor, "olga", "slip")
    sign_in(visitor, "olga", GOOD)
    assert not throttle.is_paused("olga", "192.0.2.7")


@pytest.mark.parametrize("door", ["login", "admin:login"])
def test_a_form_without_a_password_forgives_nothing(visitor: Client, staff: User, door: str) -> None:
    for _ in range(throttle.MOST_FOR_A_NAME):
        visitor.post(reverse(door), {"username": "ada", "password": "guess"})
        visitor.post(reverse(door), {"username": "ada", "password": ""})
    answer = visitor.post(reverse(door), {"username": "ada", "password": "ada's password"})
    assert "Too many attempts" in answer.content.decode()
    assert not is_in(visitor)


def test_failures_are_kept_without_names_and_addresses(visitor: Client, owner: User) -> None:
    sign_in(visitor, "olga", "guess")
    stored = " ".join(FailedSignIn.objects.values_list("subject", flat=True))
    assert stored
    assert "olga" not in stored
    assert "127.0.0.1" not in stored


def test_a_visitor_makes_an_account_and_is_signed_in(visitor: Client) -> None:
    answer = visitor.post(reverse("signup"), {**FRESH, "next": "/upload/"})
    assert (answer.status_code, answer["Location"]) == (302, "/upload/")
    assert is_in(visitor)
    assert User.objects.get(username="nina").check_password("seven grey herons")


@pytest.mark.parametrize(
    "change",
    [
        {"password2": "other words"},
        {"password1": "12345678", "password2": "12345678"},
        {"username": "OLGA"},
        {"username": ".."},
    ],
)
def test_poor_passwords_and_taken_names_are_refused(
    visitor: Client, owner: User, change: dict[str, str]
) -> None:
    answer = visitor.post(reverse("signup"), {**FRESH, **change})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert User.objects.count() == 1


def test_a_name_that_is_taken_at_the_same_moment_is_refused_like_any_other(
    visitor: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SignUp, "clean_username", lambda form: form.cleaned_data["username"])
    monkeypatch.setattr(
        SignUp, "validate_unique", lambda form: None
    )  # a second click that looked a moment before
    answer = visitor.post(reverse("signup"), {**FRESH, "username": "olga"})
    assert answer.status_code == 200
    assert "This name is taken." in answer.content.decode()
    assert not is_in(visitor)


def test_whoever_lost_a_password_learns_whom_to_ask(visitor: Client) -> None:
    assert "Forgotten your password?" in visitor.get(reverse("login")).content.decode()


def test_where_accounts_are_made_by_staff_there_is_no_such_page(visitor: Client, settings: Settings) -> None:
    settings.SIGNUP_OPEN = False
    assert visitor.get(reverse("signup")).status_code == 404
    assert visitor.post(reverse("signup"), FRESH).status_code == 404
    assert b"Make an account" not in visitor.get(reverse("login")).content
    assert not User.objects.exists()


def test_signing_out_takes_a_post(owner_client: Client) -> None:
    assert owner_client.get(reverse("logout")).status_code == 405
    owner_client.post(reverse("logout"))
    assert not is_in(owner_client)


def test_changing_the_password_ends_other_sessions(
    owner: User, owner_client: Client, visitor: Client
) -> None:
    sign_in(visitor, "olga", GOOD)
    words = {"old_password": GOOD, "new_password1": "nine tall masts", "new_password2": "nine tall masts"}
    assert owner_client.post(reverse("password"), words).status_code == 302
    assert owner_client.get(reverse("upload")).status_code == 200
    assert visitor.get(reverse("upload")).status_code == 302


def test_changing_the_password_says_that_keys_stay_valid(owner: User, owner_client: Client) -> None:
    key, _ = ApiKey.make(owner, "a script")
    for old, new, said in ((GOOD, "nine tall masts", True), ("nine tall masts", "ten low clouds", False)):
        words = {"old_password": old, "new_password1": new, "new_password2": new}
        page = owner_client.post(reverse("password"), words, follow=True).content.decode()
        assert ("API keys are valid as before" in page) is said
        key.revoke()


def test_the_forms_want_the_token_against_forgery(owner: User) -> None:
    assert sign_in(Client(enforce_csrf_checks=True), "olga", GOOD).status_code == 403
