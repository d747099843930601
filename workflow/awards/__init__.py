"""What a result becomes: publicity, filing, certificate, report to the ministry."""
