"""Item response models, in a process of their own: `python -m quizzes.irt`, JSON in and out.

The numerical libraries take more memory than all the rest of the site, so no process that serves
pages or works through tasks may load them: nothing but `__main__` imports `fitting`.
"""
