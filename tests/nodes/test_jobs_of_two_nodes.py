"""Long work of one province on two nodes: asked at one, seen and done at the other, and a worker may die over it."""

from __future__ import annotations

import csv
import io
import os
import signal
import time

import pytest
from stdnum.cn import uscc

ROWS = 3_000


def table():
    """A table of units that is too long to be looked at while the page waits."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["统一信用代码", "机构名称", "节点类型", "行政区划"])
    for number in range(ROWS):
        body = f"12430102MC{number:07}"
        writer.writerow([body + uscc.calc_check_digit(body), f"长沙市双机第{number}中学", "用人单位", "430102"])
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def crew(office):
    """`crew(node)` starts a worker there; all are gone at the end."""
    workers = []

    def hire(node):
        if node.process.poll() is not None:
            node.start()
            node.wait()
        workers.append(node.run("flask", "--app", "run", "worker"))
        return workers[-1]

    yield hire
    for worker in workers:
        kill(worker)


def kill(worker):
    """As a machine dies: the worker and all its runs at once."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(30)


def until(read, words, seconds=150):
    """Look again and again until the page says so."""
    last = time.monotonic() + seconds
    while words not in (page := read().text):
        assert time.monotonic() < last, page
        time.sleep(0.3)
    return page


def test_what_is_asked_at_one_node_is_seen_at_the_other_and_survives_a_worker(office, crew):
    clerk = office.signs_in("office")
    file = {"file": ("单位.csv", table(), "text/csv")}
    sent = clerk.post(office.one, "/import/new/organisation", form_of=office.other, files=file)
    assert sent.status_code == 302, sent.text
    home = sent.headers["Location"]
    waiting = clerk.get(office.other, home).text
    assert "后台办理程序没有运行" in waiting and "不会丢失" in waiting
    crew(office.other)
    until(lambda: clerk.get(office.one, home), f"成功 {ROWS} 条")
    first = crew(office.one)
    second = crew(office.other)
    assert clerk.post(office.other, home.replace("show", "act") + "/commit", form_of=office.one, page=home)
    until(lambda: clerk.get(office.other, home), "正在写入")
    kill(first)
    until(lambda: clerk.get(office.one, home), "已提交")
    assert second.poll() is None
    page = clerk.get(office.other, home).text
    assert f"新增 {ROWS} 条" in page and "失败 0 条" in page
