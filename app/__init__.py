"""The switchboard: it imports every room, and no room imports it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import models.registry  # noqa: F401
import workflow.lifecycles  # noqa: F401  (every verb is registered before a screen offers one)
from app import config
from models.base import db
from models.sealed import install_keys
from reports.figures.columns import source as columns
from reports.paper import missing_glyphs
from workflow.accounts.password import use_method
from workflow.base.clock import allow_demo_clock
from workflow.base.unit_of_work import install
from workflow.jobs.bell import Bell
from workflow.jobs.job import install as install_bell
from workflow.messages import mail, sms, wording
from workflow.register import person_name
from workflow.storage import store

migrate = Migrate(render_as_batch=True, compare_type=True)
csrf = CSRFProtect()


def create_app(**settings: Any) -> Flask:
    """The application; `settings` override the environment (tests)."""
    from app.fab_faults import ProvinceAppBuilder  # isort: skip  (mends Flask-AppBuilder before any view exists)
    from app.commands import register_commands  # isort: skip
    from app import addresses, health, host, methods, metrics, rare_font, request, request_line, static_version
    from app.errors import register_errors
    from app.menu import build_menu, labels_for, menu_for
    from app.security import ProvinceSecurityManager, harden, identify
    from app.waiting import forget_after_acting
    from views.accounts.sign_in import FrontDoor
    from views.office.shell import frame_of
    from views.screens import refusal, seen

    app = Flask(__name__)
    app.config.from_mapping(config.load() | settings)
    addresses.install(app)
    request_line.install(app)
    metrics.install(app)
    request.install(app)
    host.install(app)
    install_keys(app.config["MASTER_KEY"])
    allow_demo_clock(app.config["DEMO"])
    mail.install(app.config["MAIL_URL"], app.config["MAIL_FROM"])
    sms.install(app.config["SMS_URL"], app.config["SMS_KEY"], app.config["SMS_CA"])
    wording.install(app.config["PUBLIC_URL"])
    shelf = store.shelf_of(app.config["STORE_URL"], app.config["FILE_STORE"], app.config["STORE_ACCESS"])
    store.install(store.Store(shelf, Path(app.config["DATA_DIR"]) / "previews"))
    columns.keep_in(Path(app.config["DATA_DIR"]) / "cache")
    install_bell(None if app.config.get("JOBS_HERE") else Bell(config.queue_url(app.config)))
    person_name.install(lambda name: "".join(sorted(missing_glyphs(name))))
    use_method(app.config["FAB_PASSWORD_HASH_METHOD"])
    if proxies := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
    app.before_request(identify)
    methods.install(app)
    csrf.init_app(app)
    with app.app_context():
        install(db.engine, sync=app.config.get("SQLITE_SYNC", "FULL"))
        appbuilder = ProvinceAppBuilder(
            app, db.session, security_manager_class=ProvinceSecurityManager, indexview=FrontDoor
        )
        build_menu(appbuilder)
    refusal.install(app)
    seen.install(app)
    app.jinja_env.globals["frame"] = lambda: frame_of(menu_for)
    app.jinja_env.globals["labels_for"] = labels_for
    health.install(app)
    static_version.install(app)
    rare_font.install(app)
    harden(app)
    forget_after_acting(app)
    register_errors(app)
    register_commands(app)
    return app
