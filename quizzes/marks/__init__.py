"""From answers to marks, by rule and by people, and what corrects them."""
