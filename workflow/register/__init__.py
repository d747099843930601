"""Who is who: organisations with their names and history, and the blacklist of persons."""
