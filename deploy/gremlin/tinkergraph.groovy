// TinkerGraph has no index but on ids: without these, removing a record reads the whole graph.
def globals = [:]
globals << [hook : [ onStartUp: { ctx ->
  graph.createIndex('record', Vertex.class)
  graph.createIndex('record', Edge.class)
  ['rdf_type', 'prov_wasDerivedFrom', 'prov_wasGeneratedBy', 'skos_inScheme'].each { graph.createIndex(it, Vertex.class) }
} ] as LifeCycleHook]
globals << [g : traversal().withEmbedded(graph).withStrategies(ReferenceElementStrategy)]
