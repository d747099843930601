"""The declaration form as the office edits it (申报表版本).

Its editions with what they change and a preview as an applicant; the rules of an edition, one a page.
"""
