"""Review committees and what they may review.

Their approval, term and competence, the tree of specialties and the tree of titles;
the pool of experts.
"""
