// TinkerGraph has no index but on ids: without these, removing a record reads the whole graph.
def globals = [:]
globals << [hook : [ onStartUp: { ctx ->
  [graph, graph2].each { one ->
    one.createIndex('record', Vertex.class)
    one.createIndex('record', Edge.class)
    ['rdf_type', 'prov_wasDerivedFrom', 'prov_wasGeneratedBy', 'skos_inScheme'].each { one.createIndex(it, Vertex.class) }
  }
} ] as LifeCycleHook]
globals << [g : traversal().withEmbedded(graph).withStrategies(ReferenceElementStrategy)]
globals << [h : traversal().withEmbedded(graph2).withStrategies(ReferenceElementStrategy)]
globals << [readonly : traversal().withEmbedded(graph).withStrategies(ReferenceElementStrategy, ReadOnlyStrategy)]
def numbers = new org.apache.commons.configuration2.BaseConfiguration()
numbers.setProperty('gremlin.tinkergraph.vertexIdManager', 'LONG')
globals << [numbered : traversal().withEmbedded(TinkerGraph.open(numbers)).withStrategies(ReferenceElementStrategy)]
