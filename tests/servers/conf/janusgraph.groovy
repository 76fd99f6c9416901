def globals = [:]
globals << [hook : [ onStartUp: { ctx ->
  def m = graph.openManagement()
  def key = { name, cardinality -> m.getPropertyKey(name) ?: m.makePropertyKey(name).dataType(String.class).cardinality(cardinality).make() }
  def single = org.janusgraph.core.Cardinality.SINGLE, set = org.janusgraph.core.Cardinality.SET
  def iri = key('iri', single), rid = key('rid', single), record = key('record', set)
  key('relation', single); key('kind', set); key('said', set)
  def index = { name, k, type, unique ->
    if (m.getGraphIndex(name) == null) { def b = m.buildIndex(name, type).addKey(k); if (unique) b.unique(); b.buildCompositeIndex() }
  }
  index('byIri', iri, Vertex.class, true)
  index('byRid', rid, Edge.class, false)
  index('byVertexRecord', record, Vertex.class, false)
  index('byEdgeRecord', record, Edge.class, false)
  ['rdf_type', 'prov_wasDerivedFrom', 'prov_wasGeneratedBy', 'skos_inScheme'].each { name -> index('by_' + name, key(name, set), Vertex.class, false) }
  m.commit()
} ] as LifeCycleHook]
globals << [g : traversal().withEmbedded(graph)]
