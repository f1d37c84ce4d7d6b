"""Files for the desk: the gradebook, answers and numbers of a cohort as its pages show them."""
