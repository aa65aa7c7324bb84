"""Step 2: name, colour, logo and texts; the colour is shown and judged while it is chosen."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clients import brand_css
from clients.forms.company import BrandForm, TextsForm, spoken
from clients.models import Brand
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page


@for_setup()
def brand(request: SetupRequest) -> HttpResponse:
    """The form beside a preview of greeting band, chat window and mail."""
    instance = Brand.objects.filter(client=request.client).first() or Brand(client=request.client)
    form = BrandForm(request.POST or None, request.FILES or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Pages and mails wear it from now on."))
        return redirect("setup-hours", request.client.public_id)
    shown = Brand.objects.filter(client=request.client).first()
    context = {"form": form, "brand": shown, **judged(shown.colour if shown else "#454d57")}
    return page(request, "setup/brand.html", "setup-brand", context, status=422 if form.errors else 200)


@for_setup()
@require_safe
def colour(request: SetupRequest) -> HttpResponse:
    """The preview alone, in a colour that is not saved."""
    context = {"brand": getattr(request.client, "brand", None), "client": request.client}
    return render(request, "setup/_brand_preview.html", {**context, **judged(request.GET.get("colour", ""))})


@require_safe
@cache_control(public=True, max_age=86400)
def stylesheet(request: HttpRequest, digits: str) -> HttpResponse:
    """Any readable colour as a sheet for `.brand-preview`; it tells nothing about anybody."""
    try:
        return HttpResponse(brand_css.brand_block(".brand-preview", f"#{digits}"), content_type="text/css")
    except ValueError as problem:
        raise Http404 from problem


def judged(colour: str) -> dict[str, object]:
    """The colour as its sheet's name, the contrast it reaches, and why it is refused."""
    try:
        normal = brand_css.normal_colour(colour)
    except ValueError as problem:
        return {"digits": "", "problem": str(problem)}
    reached = brand_css.contrast(normal, brand_css.text_on(normal))
    try:
        brand_css.check_brand_colour(normal)
    except ValueError as problem:
        return {"digits": "", "problem": str(problem), "contrast": reached}
    return {"digits": normal[1:], "problem": "", "contrast": reached}


@for_setup()
def texts(request: SetupRequest) -> HttpResponse:
    """Every text a customer reads, in each language."""
    wanted = request.GET.get("language", request.client.default_language)
    languages = spoken(request.client)
    language = wanted if wanted in dict(languages) else request.client.default_language
    form = TextsForm(request.client, language, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(f"{request.path}?language={language}")
    context = {"form": form, "language": language, "languages": languages}
    return page(request, "setup/texts.html", "setup-texts", context, status=422 if form.errors else 200)
