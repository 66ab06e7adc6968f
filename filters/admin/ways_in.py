"""How a filter comes in that was not learned here: as a file, as an ONNX model, as a name at a service."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.decorators import action

from filters import exchange
from filters.admin.forms import BundleForm, DeepFilterNameForm, ModelUploadForm
from filters.models import Filter, FilterVersion
from rotoscope.common.admin_parts import HouseAdmin


class WaysIn(HouseAdmin):
    """The buttons above the list of filters that bring one in, each with a page of its own."""

    @action(description="Import a filter file", icon="upload_file", permissions=["change"])
    def bring_in(self, request: HttpRequest) -> HttpResponse:
        """A page of its own."""
        words = "Everything in it is checked before it is kept. It comes in as a draft."
        form = BundleForm(request.POST or None, request.FILES or None)
        return self._form(
            request,
            form,
            "Import a filter",
            words,
            lambda data: exchange.bring_in(data["file"].read(), request.user),
        )

    @action(description="Upload an ONNX model", icon="deployed_code", permissions=["change"])
    def upload_model(self, request: HttpRequest) -> HttpResponse:
        """A page of its own."""
        words = (
            "The model is read and tried out in a process of its own with limits on time and memory: no external "
            "data, no operators but ONNX's own, three channels in and out, numbers of 0..1, -1..1 or "
            "0..255, finite output on test pictures. This takes up to a minute."
        )
        form = ModelUploadForm(request.POST or None, request.FILES or None)

        def take(data: dict[str, Any]) -> Filter | FilterVersion:
            version = exchange.take_model(data["file"].read(), data["name"], request.user, into=data["into"])
            return version if data["into"] else version.filter

        return self._form(request, form, "Upload an ONNX model", words, take)

    @action(description="Add a DeepFilter name", icon="cloud", permissions=["change"])
    def take_name(self, request: HttpRequest) -> HttpResponse:
        """A page of its own."""
        words = "A filter that is run by the service of ALGORITHMIA_API_ADDRESS. It comes in as a draft."
        form = DeepFilterNameForm(request.POST or None)

        def take(data: dict[str, Any]) -> Filter:
            return exchange.take_name(
                data["deepfilter_name"], data["title"], request.user, data["cost_per_image"]
            )

        return self._form(request, form, "Add a DeepFilter name", words, take)

    def _form(self, request: HttpRequest, form: Any, title: str, words: str, take: Any) -> HttpResponse:
        """Show a form; once it is valid, make the filter and go to its page. Refusals stand beside the form.

        What is sent twice, as by a double click, leads to the page of what it became.
        """
        if request.method == "POST" and form.is_valid():
            try:
                came = take(form.cleaned_data)
            except exchange.CameInAlready as again:
                messages.info(request, str(again))
                return redirect("admin:filters_filter_change", again.came.pk)
            except exchange.REFUSALS as refusal:
                form.add_error(None, exchange.sentence(refusal))
            else:
                made, then = (
                    (came, "Look at it, then publish it.")
                    if isinstance(came, Filter)
                    else (came.filter, "It runs once you choose it as current, under “What runs”.")
                )
                self.log_addition(request, made, f"{title}.")
                messages.success(request, f"“{came}” came in. {then}")
                return redirect("admin:filters_filter_change", made.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "words": words,
            "button": title,
        }
        return TemplateResponse(request, "admin/rotoscope/form.html", context)
