"""What is counted. One file per subject: its rows, its dimensions, their words."""
