"""What people labeled: manifests, consolidation, reports, review and items of labeled data."""
