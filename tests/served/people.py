"""Applicants as browsers: they sign in, save two sections, upload, promise and submit, and press again when told to.

Nothing but the standard library, and one connection a request, so that two hundred of them cost the machine little.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
VERSION = re.compile(r'name="version"\s+value="([^"]+)"')
TOLD = re.compile(r'class="(?:flash bad|alert)"[^>]*>([^<]+)')
#: Answers after which a person presses again; a cut connection is another one.
PRESSED_AGAIN = {409, 500, 502, 503, 504}
FORM = "application/x-www-form-urlencoded"


@dataclass
class Evening:
    """What happened: seconds of every request by its name, answers that were no success, and how it ended for each."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bad: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    ends: dict[str, str] = field(default_factory=dict)
    wall: float = 0.0

    @property
    def requests(self) -> int:
        """How many answers there were."""
        return sum(map(len, self.seconds.values()))

    @property
    def faults(self) -> dict[str, int]:
        """Answers that say that the product broke."""
        return {what: count for what, count in self.bad.items() if re.search(r" 5\d\d$", what)}

    def percentile(self, name: str, share: float) -> float:
        """Seconds below which that share of the requests of that name were answered."""
        times = sorted(self.seconds[name])
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def paper(n: int, size: int) -> bytes:
    """A PDF of one page like no other."""
    noise = random.Random(n).randbytes(size // 2).hex().encode()
    parts, places = [b"%PDF-1.4\n"], []
    for body in (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%% %s\nendstream" % (len(noise) + 2, noise),
    ):
        places.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (len(places), body))
    start = sum(map(len, parts))
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(b"xref\n0 5\n0000000000 65535 f \n" + rows)
    parts.append(b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)
    return b"".join(parts)


class Browser:
    """Cookies, and one request after the other, at one of the nodes that are up."""

    def __init__(self, ports: Callable[[], Sequence[int]], evening: Evening, timeout: float = 90) -> None:
        self.ports, self.evening, self.timeout = ports, evening, timeout
        self.cookies: dict[str, str] = {}

    async def ask(
        self, name: str, method: str, path: str, body: bytes = b"", kind: str = FORM, tries: int = 4
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text; pressed again after a second when it did not go through."""
        for _ in range(tries):
            start = time.perf_counter()
            try:
                answer = await asyncio.wait_for(self._once(method, path, body, kind), self.timeout)
            except (OSError, EOFError, TimeoutError, IndexError, ValueError) as error:
                self.evening.bad[f"{name} {type(error).__name__}"] += 1
            else:
                self.evening.seconds[name].append(time.perf_counter() - start)
                self.evening.told.update(TOLD.findall(answer[2]))
                if answer[0] >= 400:
                    self.evening.bad[f"{name} {answer[0]}"] += 1
                if answer[0] not in PRESSED_AGAIN:
                    return answer
            await asyncio.sleep(1)
        return 0, {}, ""

    async def _once(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, dict[str, str], str]:
        port = random.choice(self.ports())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
            if self.cookies:
                head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
            if method == "POST":
                head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
            writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            await writer.drain()
            top, _, rest = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
        status, *lines = top.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, word = value.partition(";")[0].partition("=")
                self.cookies[cookie] = word
            headers[name.lower()] = value
        if len(rest) < int(headers.get("content-length", 0)):
            raise EOFError("the answer was cut")
        return int(status.split()[1]), headers, rest.decode(errors="replace")

    async def post(self, name: str, path: str, **fields: str) -> tuple[int, dict[str, str], str]:
        """Send a form."""
        return await self.ask(name, "POST", path, urlencode(fields).encode())

    async def upload(self, name: str, path: str, file: bytes, file_name: str, **fields: str) -> None:
        """Send a form with a file."""
        edge = "----edge8f3a"
        head = "".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        )
        head += f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
        body = head.encode() + b"Content-Type: application/pdf\r\n\r\n" + file + f"\r\n--{edge}--\r\n".encode()
        await self.ask(name, "POST", path, body, f"multipart/form-data; boundary={edge}")


@dataclass(frozen=True)
class Pace:
    """Within how many seconds everybody comes, how long each thinks between two pages, how large his file is."""

    window: float
    think: float = 1.0
    size: int = 300_000


async def applicant(n: int, name: str, key: int, browser: Browser, pace: Pace, password: str, file: bytes) -> str:
    """One person's evening; says how it ended."""

    async def think() -> None:
        await asyncio.sleep(random.uniform(0.2, 2) * pace.think)

    async def page(title: str, path: str) -> dict[str, str]:
        await think()
        _, _, text = await browser.ask(title, "GET", path)
        found = {"csrf_token": CSRF.search(text), "version": VERSION.search(text)}
        return {name: match[1] for name, match in found.items() if match}

    await asyncio.sleep(random.uniform(0, pace.window))
    here = f"/declare/{key}"
    if not (hidden := await page("sign-in page", "/login/")):
        return "saw no sign-in page"
    status, headers, _ = await browser.post("sign in", "/login/", **hidden, username=name, password=password)
    if status != 302:
        return f"could not sign in: {status}"
    await browser.ask("home", "GET", headers["location"])
    await browser.ask("my declarations", "GET", "/declare/")
    row = {
        "name": f"项目{n}",
        "source": "委托",
        "since": "2021-03",
        "until": "2023-05",
        "role": "专业负责人",
        "rank": "1",
    }
    row |= {"status": "已验收", "amount": "1200000", "proof": "验收证书"}
    projects = {"rows": "2"} | {f"{line}-{field}": word for line in (0, 1) for field, word in row.items()}
    for section, typed in (("projects", projects), ("discipline", {"statement": f"无 {n}"})):
        if not (hidden := await page("section page", f"{here}/section/{section}")):
            return f"saw no section {section}"
        await browser.post("save section", f"{here}/section/{section}", **hidden, **typed)
    if not (hidden := await page("materials page", f"{here}/materials")):
        return "saw no materials"
    fields = {**hidden, "kind": "paper", "no_secrets": "1"}
    await browser.upload("upload", f"{here}/materials", file, f"最后一晚{n}.pdf", **fields)
    if not (hidden := await page("check page", f"{here}/check")):
        return "saw no check"
    await browser.post("promise", f"{here}/check", **hidden)
    await think()
    await browser.post("submit", f"{here}/act/submit", **hidden)
    _, _, shown = await browser.ask("my declaration", "GET", here)
    return "submitted" if "待受理" in shown or "已提交" in shown else "not shown as submitted"


def evening(
    crowd: Sequence[tuple[str, int]],
    ports: Callable[[], Sequence[int]],
    pace: Pace,
    password: str = "Zhicheng-2023!",
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> Evening:
    """All of them, and what happens `meanwhile`."""
    random.seed(118)
    files = [paper(n, pace.size) for n in range(len(crowd))]
    seen = Evening()

    async def one(n: int, name: str, key: int) -> None:
        seen.ends[name] = await applicant(n, name, key, Browser(ports, seen), pace, password, files[n])

    async def everybody() -> None:
        people = [one(n, name, key) for n, (name, key) in enumerate(crowd)]
        await asyncio.gather(*people, *([meanwhile()] if meanwhile else []))

    start = time.perf_counter()
    with ThreadPoolExecutor(1) as thread:  # a browser of another test may have a loop running in this one
        thread.submit(asyncio.run, everybody()).result()
    seen.wall = time.perf_counter() - start
    return seen
