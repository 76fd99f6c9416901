"""Where data lies: files, folders and buckets, read in blocks and lines."""
