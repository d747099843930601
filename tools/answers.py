"""`python tools/answers.py URL`: exit 0 when a database answers there within two seconds."""

import sys

from sqlalchemy import create_engine

try:
    create_engine(sys.argv[1], connect_args={"connect_timeout": 2}).connect().close()
except Exception:
    sys.exit(1)
