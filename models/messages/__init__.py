"""Messages that leave the house (外发消息).

The outbox, and what each person has chosen.
"""
