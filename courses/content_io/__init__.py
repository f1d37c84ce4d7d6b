"""Content files in: read, checked as a whole, compared with the site, applied all or nothing."""
