"""Who is who.

Organisations with their history, persons,
the blacklist.
"""
