"""What a result becomes.

Publicity and objections, filing, certificates and their numbers,
deliveries to the ministry.
"""
