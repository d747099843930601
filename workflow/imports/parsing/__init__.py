"""What runs in the child process of `workflow.imports.reading`: knows files, nothing of the office, nothing of the
rest."""
