"""Taking a quiz: what is asked of whom, and the attempt from its start to its page of results."""
