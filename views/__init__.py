"""HTTP: thin screens that load, ask, do one verb and answer."""
