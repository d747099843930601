"""What runs in the child process of `workflow.reading`: knows files, nothing of the office, nothing of the rest."""
