"""What every rule stands on.

The unit of work (the only commit) with its journal and trail, lifecycles as tables, the one clock, refusals;
the one row policy, the roles, the settings of the office, messages, and who names a record.
"""
