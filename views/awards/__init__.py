"""What a result becomes.

Publicity and objections, filing and its audit, certificates, numbers, issuers, report;
public verification without an account.
"""
