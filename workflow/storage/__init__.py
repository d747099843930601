"""Kept files.

An upload is opened by the parser of its type before it is kept under its digest;
its pages become pictures in a child process.
"""
