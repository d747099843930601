"""What a screen is declared on: list, detail, form, export, query, buttons of a lifecycle."""
