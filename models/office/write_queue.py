"""Two tables without rows, which writers lock on PostgreSQL to wait for each other (`workflow/base/opening.py`)."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Integer
from sqlalchemy.orm import Mapped

from models.base import column


class WriteQueue(Model):
    """Who writes takes his place here, before his transaction sees anything."""

    __tablename__ = "write_queue"
    id: Mapped[int] = column("编号", Integer, primary_key=True)


class LongQueue(Model):
    """Long works come one at a time, on whatever node."""

    __tablename__ = "long_queue"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
