"""People with their quotas."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from filters import trainings
from filters.deepfilter import store
from rotoscope.admin_parts import RemovesFiles, SavesWhatWasChosen, in_bytes
from videos import uploads
from videos.admin.goes import CountsWhatGoes
from videos.models import Profile, Render, Video
from videos.pipeline import renders

GIGABYTE = 10**9
PLACES = 3  # of a quota in gigabytes: megabytes
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

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (ProfileInline,)
    set_elsewhere = ("is_active", "last_login", *RIGHTS)
    list_display = ("username", "email", "is_staff", "is_active", "kept", "quota", "last_login")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With what the list shows."""
        found: QuerySet[User] = super().get_queryset(request)
        return found.select_related("profile").annotate(kept_bytes=Sum("videos__source_size"))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights are given by superusers alone: the right to change people is needed for quotas too."""
        return super().get_readonly_fields(request, obj) if request.user.is_superuser else RIGHTS

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who has rights of their own is changed by superusers: whoever sets a password can sign in with it."""
        return bool(super().has_change_permission(request, obj)) and not _is_above(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """And deleted by them."""
        return bool(super().has_delete_permission(request, obj)) and not _is_above(request.user, obj)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        """A new person gets a profile when first needed; an old one without gets it here."""
        if obj is None:
            return ()
        Profile.of(obj)
        return self.inlines

    def remove(self, row: User) -> None:
        """With the files of their uploads and works, which a cascade in the database would leave behind.

        Trainings stay as the record of what they made; those that nobody waits for any more end.
        """
        for run in row.trainingrun_set.all():
            trainings.cancel(run)
        uploads.remove(row.uploads.all())
        store.remove_all(row)
        for video in Video.everything.filter(owner=row):
            renders.remove_video(video)
        for render in Render.everything.filter(owner=row):
            renders.remove(render)
        row.delete()

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


def _is_above(helper: Any, other: User | None) -> bool:
    """Whether somebody else has rights that a helper, who is no superuser, might not have."""
    if other is None or helper.is_superuser or other.pk == helper.pk:
        return False
    return other.is_staff or other.is_superuser
