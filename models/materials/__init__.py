"""Materials on their way. Uploads that are not whole yet, photos that wait to be joined, and which rows a file proves."""
