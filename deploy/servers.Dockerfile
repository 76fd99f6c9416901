# syntax=docker/dockerfile:1
# A graph server out of the Maven artifacts that the tests run against; SERVER is a profile of tests/servers/pom.xml.
FROM maven:3.9.9-eclipse-temurin-17 AS libraries
ARG SERVER
COPY tests/servers/pom.xml /build/pom.xml
RUN mvn -q -B -f /build/pom.xml -P "$SERVER" dependency:copy-dependencies -DoutputDirectory=/lib

FROM eclipse-temurin:17.0.15_6-jre
RUN useradd --create-home --uid 10001 graph && install -d -o graph /data
COPY --from=libraries /lib /lib
COPY deploy/gremlin /etc/graph/gremlin
COPY deploy/janusgraph /etc/graph/janusgraph
USER graph
WORKDIR /data
VOLUME /data
ENTRYPOINT ["java"]
