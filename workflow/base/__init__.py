"""What every rule stands on: the unit of work, lifecycles as tables, the one row policy, roles, settings, refusals."""
