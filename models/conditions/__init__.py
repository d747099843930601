"""What a title asks of a person (申报条件). The rows of the office with who
confirmed them, and what was judged by them."""
