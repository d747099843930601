"""Materials of a person. Uploads that are not whole yet, photos that wait to be joined, which rows a file proves; and
the library of what he has to show (成果库).
"""
