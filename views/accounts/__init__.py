"""Accounts.

The front door, one's own account, registration pages;
账号管理 and 角色与权限 of the administrators.
"""
