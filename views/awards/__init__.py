"""Publicity, filing, certificates, public verification."""
