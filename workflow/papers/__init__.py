"""Paper that comes in (纸质材料接收).

A pile is scanned in any order; its pages are known by their codes, compared with what was printed, and received case by
case.
"""
