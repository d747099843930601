"""The peer: Django admin's changelist of the same table, with its users and sessions in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from benchmarks.seed import Scene

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
PROCESSORS = [("template", "request"), ("contrib.auth", "auth"), ("contrib.messages", "messages")]
PAGE = 20
APPS = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")


def client(scene: Scene, home: Path) -> Callable[[Mapping[str, str], str], Any]:
    """Answers a question (conditions of the product's address) of a desk with the changelist page.

    The desk is the organisation whose rows are read, as the product limits them; empty for the whole province.
    """
    _configure(scene, home)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    rows_of = _admin()
    call_command("migrate", verbosity=0)
    user, _made = User.objects.get_or_create(username="peer", defaults={"is_staff": True, "is_superuser": True})
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(user)
    address = "/admin/benchmarks/declaration/"
    pages = cache(lambda desk: str(max(1, -(-rows_of(desk).count() // PAGE))))

    def read(asked: Mapping[str, str], desk: str) -> Any:
        names = {"page": "p", "state": "state__exact", "applicant_name": "q"}
        given = {names[name]: pages(desk) if value == "last" else value for name, value in asked.items()}
        return browser.get(address, given, headers={"X-Desk": desk})

    return read


def _configure(scene: Scene, home: Path) -> None:
    import django
    from django.conf import settings

    processors = [f"django.{app}.context_processors.{name}" for app, name in PROCESSORS]
    sqlite = "django.db.backends.sqlite3"
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="benchmarks.django_urls",
        USE_TZ=False,
        LANGUAGE_CODE="zh-hans",
        DATABASES={
            "default": {"ENGINE": sqlite, "NAME": str(home / f"django-{scene.rows}.db")},
            "scene": {"ENGINE": sqlite, "NAME": make_url(scene.url).database},
        },
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in APPS), "benchmarks"],
        MIDDLEWARE=MIDDLEWARE,
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": processors},
            }
        ],
    )
    django.setup()


def _admin() -> Callable[[str], Any]:
    """Unmanaged models of the tables, and the changelist as a Django team would write it at first; gives a desk's
    rows."""
    from django.contrib import admin
    from django.db import models

    from models.committees.catalogue import TitleLevel
    from models.declarations.declaration import DeclarationState

    def named(name: str, of: str) -> Any:
        meta = type("Meta", (), {"managed": False, "db_table": of, "app_label": "benchmarks"})
        text = models.CharField(max_length=120)
        return type(
            name,
            (models.Model,),
            {"__module__": __name__, "name": text, "Meta": meta, "__str__": lambda self: self.name},
        )

    unit_of, series_of, title_of = (
        named("Organisation", "organisation"),
        named("Series", "series"),
        named("Title", "title"),
    )
    away = models.DO_NOTHING

    class Declaration(models.Model):
        number = models.CharField("申报编号", max_length=24)
        applicant_name = models.CharField("姓名", max_length=60)
        unit = models.ForeignKey(unit_of, away, verbose_name="所在单位")
        series = models.ForeignKey(series_of, away, verbose_name="申报系列")
        title = models.ForeignKey(title_of, away, verbose_name="申报职称")
        level = models.CharField("申报级别", max_length=20, choices=TitleLevel.choices())
        year = models.IntegerField("申报年度")
        state = models.CharField("状态", max_length=20, choices=DeclarationState.choices())

        class Meta:
            managed, db_table, app_label = False, "declaration", "benchmarks"

    class RouteStep(models.Model):
        declaration_id = models.IntegerField()
        organisation_id = models.IntegerField()
        reached_at = models.DateTimeField(null=True)

        class Meta:
            managed, db_table, app_label = False, "route_step", "benchmarks"

    class DeclarationAdmin(admin.ModelAdmin):
        list_display = ("number", "applicant_name", "unit", "series", "title", "level", "year", "state")
        list_filter = ("level", "state")
        list_select_related = ("unit", "series", "title")
        search_fields = ("number", "applicant_name")
        list_per_page = PAGE

        def get_queryset(self, request: Any) -> Any:
            return rows_of(request.headers.get("X-Desk", ""))

    def rows_of(desk: str) -> Any:
        rows = Declaration.objects.using("scene")
        if not desk:
            return rows.exclude(state="draft")
        reached = RouteStep.objects.using("scene").filter(organisation_id=int(desk), reached_at__isnull=False)
        return rows.filter(id__in=reached.values("declaration_id"))

    admin.site.register(Declaration, DeclarationAdmin)
    return rows_of
