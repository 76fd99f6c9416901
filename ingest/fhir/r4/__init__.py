"""What R4 says of its resources, distilled from its StructureDefinitions: tables, and no word on how the graph names an element."""
