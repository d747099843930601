"""Messages that leave the house (外发消息).

Written with the message in the inbox, sent by a worker, worded by the office, wanted by whom they reach.
"""
