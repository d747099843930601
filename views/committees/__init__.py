"""Committees and what they may review.

评委会管理 and 评委会查询, the two trees;
the pool of experts by code.
"""
