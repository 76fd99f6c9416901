"""What a page of hits shows: passages and sentences, patients, facets, what is shared, and how it all is connected."""
