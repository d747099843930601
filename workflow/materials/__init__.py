"""Materials from the telephone to the form. Uploads that go on where they stopped, photos turned and joined into one
PDF, which rows a file proves, and the same content seen twice."""
