"""TinkerPop servers, by Gremlin."""
