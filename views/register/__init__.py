"""Organisations and the blacklist.

机构管理 with history and mergers;
黑名单管理.
"""
