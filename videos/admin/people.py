"""People with their quotas."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model, QuerySet, Sum
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from filters.models import Filter, TrainingRun
from rotoscope.accounts import names
from rotoscope.common.admin_goes import CountsWhatGoes, counted
from rotoscope.common.admin_parts import RemovesFiles, SavesWhatWasChosen, in_bytes, is_above, not_above
from videos import leaving
from videos.models import Profile, Render

GIGABYTE = 1024**3  # as everywhere on the pages
PLACES = 3  # of a quota in gigabytes: megabytes
CURATORS = (
    "They come into the admin, and may change and delete everything on the pages, whatever their rights here."
)
KEYS = ("apikey", "deepfilterkey")
STAYING = (
    "Filters that were published, or that other people’s footage was rendered with, stay with their pictures"
)
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(User)
admin.site.unregister(Group)


class QuotaForm(forms.ModelForm):  # type: ignore[type-arg]
    """The quota in gigabytes, as people think of it; bytes in the table."""

    quota_gb = forms.DecimalField(
        label="Quota in GB",
        min_value=0,
        max_digits=12,
        decimal_places=PLACES,
        widget=UnfoldAdminDecimalFieldWidget,
    )

    class Meta:
        model = Profile
        fields = ("about",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["quota_gb"] = round(Decimal(self.instance.quota_bytes) / GIGABYTE, PLACES)

    def save(self, commit: bool = True) -> Profile:
        """Gigabytes become bytes; a quota that was not touched stays what it is to the byte."""
        if "quota_gb" in self.changed_data:
            self.instance.quota_bytes = int(self.cleaned_data["quota_gb"] * GIGABYTE)
        saved: Profile = super().save(commit)
        return saved


class PersonForm(UserChangeForm):
    """A person; a name that stays as it was is no matter."""

    def clean_username(self) -> str:
        """As where people make their accounts themselves."""
        name = str(self.cleaned_data["username"])
        return names.check(name, self.instance) if "username" in self.changed_data else name


class NewPersonForm(UserCreationForm):
    """A new one."""

    def clean_username(self) -> str:
        """The same."""
        return names.check(str(self.cleaned_data["username"]))


class ProfileInline(StackedInline):
    """Quota and a few words."""

    model = Profile
    form = QuotaForm
    fields = ("quota_gb", "used", "about")
    readonly_fields = ("used",)
    can_delete = False

    @display(description="used by uploads")
    def used(self, profile: Profile) -> str:
        """Unfinished uploads included."""
        return in_bytes(profile.used_bytes()) if profile.pk else "–"


@admin.register(User)
class PeopleAdmin(
    RemovesFiles,
    CountsWhatGoes,
    SavesWhatWasChosen,
    UserAdmin,  # type: ignore[type-arg]
    ModelAdmin,
):
    """People."""

    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    inlines = (ProfileInline,)
    set_elsewhere = ("is_active", "last_login", *RIGHTS)
    list_display = ("username", "email", "is_staff", "is_active", "kept", "quota", "last_login")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With what staff may do wherever they are."""
        return super().get_form(
            request, obj, change=change, **{**kwargs, "help_texts": {"is_staff": CURATORS}}
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With what the list shows."""
        found: QuerySet[User] = super().get_queryset(request)
        return found.select_related("profile").annotate(kept_bytes=Sum("videos__source_size"))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights are given by superusers alone: the right to change people is needed for quotas too."""
        return super().get_readonly_fields(request, obj) if request.user.is_superuser else RIGHTS

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who has rights of their own is changed by superusers: whoever sets a password can sign in with it."""
        return bool(super().has_change_permission(request, obj)) and not is_above(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """And deleted by them."""
        return bool(super().has_delete_permission(request, obj)) and not is_above(request.user, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """Where the owner of a new key is looked for, only those who may be."""
        found, doubled = super().get_search_results(request, queryset, search_term)
        if request.GET.get("model_name") in KEYS:
            found = not_above(request.user, found)
        return found, doubled

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        """A new person gets a profile when first needed; an old one without gets it here."""
        if obj is None:
            return ()
        Profile.of(obj)
        return self.inlines

    def remove(self, row: User) -> None:
        """With all that is theirs."""
        leaving.remove(row)

    def what_goes(self, rows: Sequence[User]) -> dict[type[Model], int]:
        """With the filters and trainings that go too; without the renders that become somebody else's."""
        counts = counted(User, rows, [Render._meta.get_field("owner")])
        more = {Filter: leaving.drafts(rows).count(), TrainingRun: leaving.trainings(rows).count()}
        return counts | {model: count for model, count in more.items() if count}

    def what_stays(self, rows: Sequence[User]) -> list[str]:
        """Renders of other people's footage, and filters that others have got to know."""
        said = []
        if count := leaving.renders_elsewhere(rows).count():
            said.append(f"Renders of other people’s footage stay, as those of its owners: {count}")
        if count := Filter.objects.filter(owner__in=rows).count() - leaving.drafts(rows).count():
            said.append(f"{STAYING}: {count}")
        return said

    @display(description="keeps", ordering="kept_bytes")
    def kept(self, user: Any) -> str:
        """Bytes of uploads."""
        return in_bytes(user.kept_bytes)

    @display(description="quota", ordering="profile__quota_bytes")
    def quota(self, user: User) -> str:
        """What they may keep."""
        return in_bytes(user.profile.quota_bytes) if hasattr(user, "profile") else "as usual"


@admin.register(Group)
class HouseGroupAdmin(SavesWhatWasChosen, GroupAdmin, ModelAdmin):
    """Groups, for staff with some rights only. A group gives rights, so superusers alone make and change them."""

    set_elsewhere = ("permissions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Superusers."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Superusers."""
        return bool(request.user.is_superuser)
