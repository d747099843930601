"""What a result becomes.

Publicity and objections, filing, certificates with their numbers and issuers;
the report to the ministry and its outbox.
"""
