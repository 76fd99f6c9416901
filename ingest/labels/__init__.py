"""Labeled data: SageMaker Ground Truth's files, read into values, mapped into the same graph and search as clinical records."""
