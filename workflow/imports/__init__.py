"""Tables read at first, then written as a whole (批量导入). Empty on purpose: the reading child loads `parsing`
alone."""
