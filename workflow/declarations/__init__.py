"""A declaration from its first word to the committee's desk: form, conditions, audit, quota."""
