"""Figures as plain dictionaries that the browser's Plotly draws. Nothing here imports plotly: the script that draws
comes from the installed package and is served from our own host, so that figures and script always fit."""
