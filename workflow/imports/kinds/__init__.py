"""The imports of the product (批量导入), each a declaration beside the verbs it calls."""
