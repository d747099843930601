"""Who is who.

Organisations with their names, former names, superiors, mergers; finding them among a hundred thousand;
entering thousands at once; and the blacklist of persons.
"""
