"""A question as it is read: operators, concepts, results that are asked for, people and times."""
