"""Pages of accounts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from rotoscope.common.goal import own_goal
from videos.models import ApiKey

from .forms import SignIn, SignUp


class Login(LoginView):
    """Sign in; afterwards to where one wanted to go, on this server only."""

    authentication_form = SignIn
    redirect_authenticated_user = True


class Password(PasswordChangeView):
    """Change one's password; other sessions end, this one goes on."""

    template_name = "registration/password.html"
    success_url = reverse_lazy("password")

    def form_valid(self, form: Any) -> HttpResponse:
        """Say that it is done, and what it does not end."""
        messages.success(self.request, "Your password is changed, and you are signed out everywhere else.")
        if ApiKey.objects.filter(owner_id=self.request.user.pk, revoked_at=None).exists():
            messages.info(
                self.request, "Your API keys are valid as before; revoke those that others may know."
            )
        return super().form_valid(form)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Make an account and sign in with it; a 404 where accounts are made by the administrators alone."""
    if not settings.SIGNUP_OPEN:
        raise Http404
    goal = _safe_goal(request)
    if request.user.is_authenticated:
        return redirect(goal)
    form = SignUp(request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := form.make()):
        login(request, made)
        messages.success(request, "Welcome. Upload your first flight, or look at what others made of theirs.")
        return redirect(goal)
    return render(request, "registration/signup.html", {"form": form, "next": goal})


def _safe_goal(request: HttpRequest) -> str:
    """Where to go afterwards: `next` if it is an address of this server, else the front page."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    return own_goal(request, wanted) or str(settings.LOGIN_REDIRECT_URL)
