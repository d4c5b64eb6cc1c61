package bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.state.Stores;

/** From the first record of the topic to the standings; the last line printed is what a contender has to tell. */
public final class Main {
    public static void main(String[] words) throws Exception {
        JsonNode place = new ObjectMapper().readTree(words[0]);
        long size = place.get("size").asLong();
        Path folder = Path.of(place.get("folder").asText());
        CompletableFuture<Standings> found = new CompletableFuture<>();

        StreamsBuilder builder = new StreamsBuilder();
        // In memory and without a change log: the fastest store there is.
        builder.addStateStore(
            Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(Fold.STORE), Serdes.String(), Serdes.String())
                .withLoggingDisabled());
        builder.stream(place.get("topic").asText(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
            .process(() -> new Fold(size, found::complete), Fold.STORE);

        Properties settings = new Properties();
        settings.put("application.id", "bench-" + UUID.randomUUID());
        settings.put("bootstrap.servers", place.get("bootstrap").asText());
        settings.put("state.dir", folder.resolve("kafka-streams-state").toString());
        settings.put("auto.offset.reset", "earliest");
        settings.put("num.stream.threads", "1");
        settings.put("max.poll.records", "10000");
        settings.put("max.partition.fetch.bytes", Integer.toString(16 * 1024 * 1024));
        settings.put("fetch.max.bytes", Integer.toString(64 * 1024 * 1024));

        Duration before = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
        long began = System.nanoTime();
        KafkaStreams streams = new KafkaStreams(builder.build(), settings);
        streams.setUncaughtExceptionHandler(error -> {
            found.completeExceptionally(error);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        byte[] lines = (String.join("\n", found.get().lines) + "\n").getBytes(StandardCharsets.UTF_8);
        double seconds = (System.nanoTime() - began) / 1e9;
        Duration processor = ProcessHandle.current().info().totalCpuDuration().orElseThrow().minus(before);
        streams.close(Duration.ofSeconds(10));

        Files.write(folder.resolve("kafka-streams-rows"), lines);
        System.out.println(new ObjectMapper().writeValueAsString(Map.of(
            "seconds", seconds,
            "processor", processor.toNanos() / 1e9,
            "peak", peak(),
            "events", size,
            "digest", "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(lines)))));
    }

    private static long peak() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IllegalStateException("no VmHWM");
    }
}
