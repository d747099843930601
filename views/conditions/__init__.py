"""What a title asks of a person. The rows as the office keeps and confirms them; what they say of a declaration; and
what anybody could declare."""
