"""Publicity, filing, certificates, deliveries."""
