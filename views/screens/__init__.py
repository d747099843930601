"""What a screen is declared on.

List, detail, form and export from one declaration; query conditions, pickers, columns;
the buttons of a lifecycle, trees, pages that ask; who is signed in.
"""
