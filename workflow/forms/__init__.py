"""The declaration form. Declared in data/declaration_form.toml, typed and checked; what the office lays over it year by
year (申报表版本), and the edition that one declaration is filled in by.
"""
