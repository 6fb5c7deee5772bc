"""The project's addresses."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

# The admin's own login lets staff in only; people who may import need not be staff.
login = LoginView.as_view(
    template_name="admin/login.html",
    extra_context={"title": _("Log in"), "site_header": admin.site.site_header},
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/login/", login, name="login"),
    path("accounts/logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("imports/", include("imports.urls")),
    path("", RedirectView.as_view(pattern_name="imports:list"), name="home"),
]
