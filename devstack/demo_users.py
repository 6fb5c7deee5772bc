"""Makes the demo's users; run by `manage.py shell`, inside the web app's own environment."""

from __future__ import annotations

from django.contrib.auth.models import Permission, User

USERS = {
    "admin": ("admin-demo", True),
    "pat": ("pat-demo", False),
}
"""Name, password, superuser. Both are said aloud by bin/demo: this stack is on one machine only."""

PAT_MAY = ("view_airport", "add_airport", "change_airport", "view_country")
"""Pat imports airports, and nothing else."""


def make_users() -> None:
    """An admin who may do everything, and Pat."""
    for name, (password, is_superuser) in USERS.items():
        user, _ = User.objects.get_or_create(
            username=name,
            defaults={
                "email": f"{name}@example.com",
                "is_staff": True,
                "is_superuser": is_superuser,
            },
        )
        user.set_password(password)
        user.save()
    pat = User.objects.get(username="pat")
    pat.user_permissions.set(
        Permission.objects.filter(content_type__app_label="airports", codename__in=PAT_MAY)
    )
