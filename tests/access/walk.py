"""Walk a line of the matrix as one account: the address, the request, and what the answer means."""

from __future__ import annotations

import csv
import io
import logging
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from app import errors, waiting
from models.accounts.account import Account
from models.committees.committee import Committee
from models.register.person import Person
from reports.charts import script
from tests import plain
from tests.access.world import CANARY, World
from views.screens.lookup import LOOKUPS
from views.storage import papers
from workflow.base import roles as r

MATRIX = Path(__file__).with_name("matrix.csv")
NOBODY = "nobody"
COLUMNS = (*r.ALL, NOBODY)
#: code → what is asked of each relation, and the answer it must have
CODES = {
    "shut": {"near": "refused"},
    "in": {"near": "login"},
    "public": {"near": "inside"},
    "open": {"near": "inside"},
    "none": {"near": "absent"},
    "all": {"far": "inside"},
    "near": {"near": "inside", "beside": "inside", "far": "absent"},
    "own": {"near": "inside", "beside": "absent", "far": "absent"},
}
#: kinds of `/open/<kind>/<key>`, and models of `/lookup/<name>`, whose name differs from the subject's
KINDS = {"interview_slot": "interview", "registration_own": "registration"}
MODELS = {
    "acceptance_office": "AcceptanceOffice",
    "batch_published": "Batch",
    "declaration_draft": "Declaration",
    "path_node_senior": "PathNode-senior",
    "path_node": "PathNode-mine",
}
#: words of addresses that lead to no record
WORDS = {
    "SettingView.change": {"name": "publicity_days"},
    "WordingView.word": {"kind": "duty", "place": "sms"},
    "DashboardView.page": {"page": "cockpit"},
    "rare_font": {"block": 512},
    "DashboardView.sheet": {"page": "cockpit"},
    "DashboardView.script": {"version": script.script_version()},
    "static": {"filename": "app.css"},
    "CertificateReportScreen.batch_receipt": {"batch": "2026-1"},
    "CertificateReportScreen.package": {"batch": "2026-1"},
    "DeclareView.section": {"name": "declaring"},
    "DeclareView.keep": {"name": "declaring"},
    "DeclareView.act": {"verb": "submit"},
    "DeclareView.part": {"name": "basic"},
    "LibraryView.new": {"name": "awards"},
    "LibraryView.choose": {"name": "awards"},
    "LibraryView.adopt": {"name": "awards"},
    "PreviewView.page": {"number": 1},
    "PathDraftScreen.change_path": {"verb": "add"},
    "ListChoiceView.queries": {"screen": "DeclarationSearchScreen"},
    "ListChoiceView.columns": {"screen": "DeclarationSearchScreen"},
    "ListChoiceView.change": {"screen": "DeclarationSearchScreen"},
}


LOOKED_AT = set()  #: titles of papers that a walk of this run has printed really
#: Words of the inside that a page explains in a fold, labels and examples of what is typed, by where.
ALSO = {
    "ImportScreen.": frozenset(("wang",)),
    "DrawScreen.": frozenset(("RST", "SHA", "DRAW", "H_pool", "flask", "app", "run", "draw", "verify")),
}
REDIRECTS = (301, 302, 303)  #: a browser goes on without showing their body
#: Pages that show what is kept as it is kept, and why the words of the inside stand there.
AS_KEPT = (
    "ClauseView.",  # the wording of the notice, with its addresses
    "ConditionScreen.",  # how a condition is typed, and where it was read
    "ExaminedTitleScreen.",  # the same of 以考代评
    "ExclusionScreen.",  # the codes of 不得申报情形, which imports name
    "FirstDayView.",  # the command that makes the first accounts
    "JournalScreen.",  # evidence, as it was sealed
    "LetterScreen.",  # the settings of the server that are missing, for 系统管理员
    "SettingView.",  # what stands in braces within a number rule
)


@dataclass(frozen=True)
class Line:
    """One line of the matrix."""

    endpoint: str
    method: str
    subject: str
    cells: dict[str, str] = field(default_factory=dict, compare=False)

    def __str__(self):
        return f"{self.method} {self.endpoint}" + (f" ({self.subject})" if self.subject != "-" else "")


def lines():
    """The matrix, without its explanation."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(row for row in file if not row.startswith("#"))
        return [
            Line(row.pop("endpoint"), row.pop("method"), row.pop("subject"), {k: v.strip() for k, v in row.items()})
            for row in rows
        ]


class Walker:
    """A signed-in (or anonymous) client that leaves no change behind."""

    def __init__(self, app, session, make, as_, role, monkeypatch, fit=None):
        from tests.sign_in import sign_in_for_test

        self.app, self.session, self.role = app, session, role
        self.world = World(make, as_)
        account = None if role == NOBODY else self.world.account(role)
        if fit is not None:  # the same account at the same desk, with another role
            fit(account)
        session.commit()
        client = app.test_client()
        if account is not None:
            sign_in_for_test(app, client, account)
        cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        self.cookie = f"{cookie.key}={cookie.value}" if cookie else ""
        self.client = app.test_client(use_cookies=False)
        self.screens = {view.endpoint: view for view in app.appbuilder.baseviews}
        self.rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
        self.secrets = [CANARY, *(word for p in session.scalars(select(Person)) for word in (p.id_number, p.phone))]
        self.leads = ()  #: of all verbs of its role the ones it may lead; empty: all
        self.told = []  #: (line, what was told that should not be)
        self.strange = set()  #: (line, English, names of the inside and what a program left on a page or a paper)
        self.printed = {}  #: title of a paper → (template, facts), as it was first printed
        names = [*session.scalars(select(Account.username)), *session.scalars(select(Committee.account_name))]
        self.typed = frozenset(word for name in names for word in plain.words(name))
        logging.getLogger("flask_appbuilder.security.decorators").setLevel(logging.ERROR)
        monkeypatch.setattr(errors, "page", lambda code, sentence="": (sentence or str(code), code))
        monkeypatch.setattr(papers, "render", self._print)
        #: the badges are no answer of the walk: they are counted once, as in production for ten seconds
        counted, count = {}, waiting._count

        def once(account, asked):
            key = (account.id, tuple(asked))
            return counted[key] if key in counted else counted.setdefault(key, count(account, asked))

        monkeypatch.setattr(waiting, "_count", once)
        session.expire_all()

    # -- addresses -----------------------------------------------------------------------------------

    def address(self, line, found):
        """The address of the line for the record, or without one."""
        rule, given = self.rules[line.endpoint], {}
        words = WORDS.get(line.endpoint, {})
        for name in rule.arguments:
            if name in words:
                given[name] = words[name]
            elif name == "verb":
                given[name] = self._verb(line.endpoint)
            elif line.endpoint == "RecordView.open" and name == "kind":
                given[name] = KINDS.get(line.subject, line.subject)
            else:
                given[name] = found.get(name, found.get("pk", 1))
        with self.app.test_request_context():
            from flask import url_for

            return url_for(line.endpoint, **given)

    def _verb(self, endpoint):
        """A verb of the screen that the role may lead, else any: asked so that the row decides, not the verb."""
        screen = self.screens[endpoint.partition(".")[0]]
        if endpoint.endswith(".bulk_act"):
            return screen.bulk.split()[0]
        mine = [step for step in screen.offered if self.role in step.roles and not step.inner]
        mine = [step for step in mine if step.verb in self.leads] if self.leads else mine
        return (mine or screen.offered)[0].verb

    # -- asking --------------------------------------------------------------------------------------

    def outcome(self, line, relation, wanted="inside"):
        """refused, login, absent, inside, or the status that no line may have; None where there is no such record.

        What is wanted to go through is asked inside a savepoint, so that the next line finds the world as it was.
        """
        found = {} if line.subject == "-" else self._of(line.subject, relation)
        if found is None:
            return None
        if line.endpoint == "LookupView.find":
            return self._picked(line, found)
        address, data = self.address(line, found), {}
        if line.endpoint.endswith(".bulk_act"):
            data = {"key": f"{found['pk']}:"}
        answer = (self._undone if line.method == "POST" and wanted in ("inside", "login") else self._ask)(
            line.method, address, data
        )
        if (
            line.method == "GET"
            and answer.status_code in (302, 303)
            and answer.location.startswith("/")
            and not answer.location.startswith("/login")
        ):
            answer = self._ask("GET", answer.location, {})
        meant = self._meaning(answer)
        if meant == "inside":
            self._listen(line, answer)
        return meant

    def _of(self, subject, relation):
        found = self.world.of(subject, relation)
        return {"pk": 1} if found is None and relation == "near" else found

    def _undone(self, method, address, data):
        """The request inside a savepoint that is rolled back."""
        self.session.commit()
        savepoint = self.session.get_bind().begin_nested()
        try:
            return self._ask(method, address, data)
        finally:
            self.session.rollback()
            savepoint.rollback()
            self.session.expire_all()

    def _ask(self, method, address, data):
        headers = {"Cookie": self.cookie} if self.cookie else {}
        answer = self.client.open(address, method=method, data=data or None, headers=headers)
        answer.get_data()
        answer.close()
        return answer

    @staticmethod
    def _meaning(answer):
        code = answer.status_code
        if code in (302, 303):
            return "login" if answer.location.startswith("/login") else "inside"
        if code == 503 and answer.mimetype == "application/json":
            return "inside"  # readiness: asked and answered, this schema is at no revision
        return {403: "refused", 404: "absent", 200: "inside", 401: "inside", 409: "inside", 422: "inside"}.get(
            code, str(code)
        )

    def _picked(self, line, found):
        """Whether the picker finds the record."""
        name = MODELS.get(line.subject, line.subject.capitalize())
        lookup = LOOKUPS[name]
        record = self.session.get(lookup.model, found["pk"])
        word = record.code if line.subject == "issuer" else getattr(record, "organisation", None) or lookup.text(record)
        answer = self._ask("GET", f"/lookup/{name}?q={quote(str(word))}", {})
        if answer.status_code != 200:
            return self._meaning(answer)
        return "inside" if str(found["pk"]) in {option["id"] for option in answer.json["results"]} else "absent"

    # -- what an answer tells ------------------------------------------------------------------------

    def _print(self, template, facts, **_):
        """A paper of the walk is its facts; what they are is looked at by the test."""
        kind = template if template == "certificate" else facts.get("title", template)
        self.printed.setdefault(kind, (template, facts))
        return b"%PDF-" + repr(facts).encode()

    def to_print(self):
        """The papers of this walk that no walk before it has shown."""
        new = [title for title in self.printed if title not in LOOKED_AT]
        LOOKED_AT.update(new)
        return [self.printed[title] for title in new]

    def _listen(self, line, answer):
        """Keep the names and numbers that an answer tells in clear, and what is not in the words of the office."""
        text = text_of(answer)
        if (
            line.method == "GET"  # what a verb refuses is in the words that tests/test_words.py walks
            and answer.mimetype == "text/html"
            and answer.status_code not in REDIRECTS
            and not line.endpoint.startswith(AS_KEPT)
        ):
            known = self.typed.union(*(words for of, words in ALSO.items() if line.endpoint.startswith(of)))
            self.strange |= {(str(line), word) for word in plain.strange(plain.words_of(text), known)}
        self.told += [(line, word) for word in self.secrets if word in text and _alone(word, text)]


def _alone(word, text):
    """Whether the number stands by itself somewhere, and not only among the digits of a measured value."""
    return re.search(rf"(?<![\d.]){re.escape(word)}(?!\d)", text) is not None


def text_of(answer):
    """The words of a page, a sheet or a paper."""
    data, kind = answer.get_data(), answer.mimetype
    if kind.endswith("sheet") or kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if kind == "application/pdf":
        return data.decode("utf-8", "replace")  # the facts of the paper, see Walker
    return data.decode("utf-8", "replace")
