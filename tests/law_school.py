"""A class that is in the books: five questions of the Law School Admission Test, section 6.

Bock, R. D. and Lieberman, M. (1970), Psychometrika 35, 179-197; Thissen, D. (1982), Psychometrika
47, 175-186. What others work out of it is printed on the page of these data (LSAT6) in the manual
of mirt: Chalmers, R. P. (2012), Journal of Statistical Software 48(6).
"""

# Right and wrong on the five questions, and how many of 1000 answered so.
PATTERNS = [[int(mark) for mark in f"{pattern:05b}"] for pattern in range(32)]
TIMES = [3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15]
TIMES += [10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298]
