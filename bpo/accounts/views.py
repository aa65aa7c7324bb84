"""Pages of a person's own account: accept an invitation, profile, the zone the browser is in."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bpo.accounts.forms import ProfileForm
from bpo.accounts.invitations import tokens
from bpo.accounts.models import User, validate_zone
from bpo.kernel.errors import InvalidValue
from bpo.kernel.throttle import throttled


@never_cache
@sensitive_post_parameters()
@throttled("invitation", "20/m")
def invitation(request: HttpRequest, person: UUID, token: str) -> HttpResponse:
    """Choose a password by the link of the mail; then one is signed in and the link is dead."""
    user = User.objects.filter(public_id=person, is_active=True).first()
    if user is None or not tokens.check_token(user, token):
        return render(request, "registration/invitation_expired.html", status=404)
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(settings.LOGIN_REDIRECT_URL)
    status = 422 if form.errors else 200
    return render(request, "registration/invitation.html", {"form": form, "person": user}, status=status)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, zone and theme."""
    assert isinstance(request.user, User)
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    return render(request, "registration/profile.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def zone(request: HttpRequest) -> HttpResponse:
    """The browser says once where it is; what the person chose stays."""
    assert isinstance(request.user, User)
    told = request.POST.get("zone", "")
    try:
        validate_zone(told)
    except ValidationError as error:
        raise InvalidValue(f"zone {told[:80]!r}") from error
    if not request.user.zone:
        request.user.zone = told
        request.user.save(update_fields=["zone"])
    return HttpResponse(status=204)
