"""A declaration from its first word to the committee's desk.

Its lifecycle, form and conditions, submission, audit level by level, returns, paper; what lies on which desk;
quota, and declarations that go over to a changed path.
"""
