"""Bulk loads: jobs of Amazon Neptune's loader, their files in S3, and what became of them."""
