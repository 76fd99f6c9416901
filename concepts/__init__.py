"""What codes and words mean: concepts, their hierarchy, and how a text speaks of them."""
