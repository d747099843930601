"""Who audits after whom: the audit paths, their drafts and versions, and the route of one declaration."""
