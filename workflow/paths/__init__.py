"""Who audits after whom.

The five audit paths with their drafts, versions and checks, and the offices where 初定 and 认定 end;
the route of one declaration along them.
"""
