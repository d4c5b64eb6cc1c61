#!/bin/sh
# Fill in the broker's settings, format its storage the first time, then become the broker.
set -eu
home=/var/lib/kafka
sed -e "s|\${port}|$KAFKA_PORT|g; s|\${bind}|0.0.0.0|; s|\${advertised}|$KAFKA_ADVERTISED|" \
    -e "s|\${controller_port}|9093|g; s|\${log_dir}|$home/log|" \
    /opt/kafka/server.properties > "$home/server.properties"
set -f  # the class path ends in a star that is for java, not for the shell
java="/opt/java/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp /opt/kafka/libs/*"
if [ ! -e "$home/log/meta.properties" ]; then
    cluster=$($java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn kafka.tools.StorageTool random-uuid)
    $java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn kafka.tools.StorageTool format --ignore-formatted \
        -t "$cluster" -c "$home/server.properties"
fi
exec $java "-Xmx$KAFKA_HEAP" kafka.Kafka "$home/server.properties"
