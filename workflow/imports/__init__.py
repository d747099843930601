"""Tables read at first, then written as a whole (批量导入).

The engine, its guarded reading and the meaning of words; `kinds` declares what can be imported.
Empty on purpose: the child that reads loads `parsing` alone.
"""
