"""Messages that leave the house.

The outbox of the office, the texts, and what each person wants to receive.
"""
