package bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One ledger's events into a state store.  Keys: {@code U|unit} its area; {@code V|unit|leaf|stage} how many values
 * stand there, with {@code |n} the n-th of them (a withdrawal brings the one before it back); {@code D|unit|kind|n} a
 * decided bonus or penalty; {@code M|unit|ref} a recognised model.
 */
final class Fold implements Processor<String, byte[], Void, Void> {
    static final String STORE = "facts";

    private final ObjectMapper json = new ObjectMapper();
    private final Map<Integer, String> parts = new TreeMap<>();
    private final long size;
    private final Consumer<Standings> done;
    private KeyValueStore<String, String> store;
    private Rules rules;
    private long taken;

    Fold(long size, Consumer<Standings> done) {
        this.size = size;
        this.done = done;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        try {
            take(json.readTree(record.value()));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
        if (++taken == size) {
            done.accept(new Standings(rules, store));
        }
    }

    private void take(JsonNode event) throws IOException {
        JsonNode data = event.get("data");
        String unit = event.get("subject").asText();
        switch (event.get("type").asText()) {
            case "rulebook.part.v1" -> parts.put(data.get("index").asInt(), data.get("text").asText());
            case "rulebook.adopted.v1" -> rules = new Rules(json.readTree(String.join("", parts.values())), data.get("digest").asText());
            case "unit.registered.v1" -> store.put("U|" + unit, data.get("area").asText());
            case "score.recorded.v1" -> score(unit, data);
            case "score.withdrawn.v1" -> withdrawn(unit, data);
            case "decision.score.v1" -> {
                Rules.Leaf leaf = rules.leaves.get(data.get("criterion").asText());
                push(unit, leaf, data.get("stage").asText(), rules.judged(area(unit), leaf, text(data, "points")));
            }
            case "decision.bonus.v1" -> decided(unit, "bonus", data);
            case "decision.penalty.v1" -> decided(unit, "penalty", data);
            case "conclusion.signed.v1" -> concluded(unit, data);
            default -> { }
        }
    }

    private void score(String unit, JsonNode data) {
        Rules.Leaf leaf = rules.leaves.get(data.get("criterion").asText());
        String stage = data.get("stage").asText();
        boolean fits = leaf != null && leaf.stage().equals(stage) && rules.digest.equals(data.get("rulebook").asText());
        push(unit, leaf, stage, fits ? rules.judged(area(unit), leaf, text(data, "value")) : Rules.REFUSED);
    }

    private void withdrawn(String unit, JsonNode data) {
        String cell = "V|" + unit + "|" + data.get("criterion").asText() + "|" + data.get("stage").asText();
        int count = count(cell);
        if (count > 0) {
            store.put(cell, Integer.toString(count - 1));
        }
    }

    private void concluded(String unit, JsonNode data) {
        for (JsonNode one : data.get("scores")) {
            Rules.Leaf leaf = rules.leaves.get(one.get("criterion").asText());
            boolean fits = leaf != null && leaf.stage().equals("inspection");
            push(unit, leaf, "inspection", fits ? rules.judged(area(unit), leaf, text(one, "value")) : Rules.REFUSED);
        }
        for (JsonNode one : data.get("adjustments")) {
            Rules.Leaf leaf = rules.leaves.get(one.get("criterion").asText());
            long before = leaf == null ? Rules.REFUSED : Standings.effective(store, unit, leaf.id());
            String claimed = text(one, "from_effective");
            boolean holds = claimed == null ? before == Rules.REFUSED : before == Rules.hundredths(claimed);
            boolean fits = leaf != null && !leaf.stage().equals("inspection") && holds;
            push(unit, leaf, "inspection", fits ? rules.judged(area(unit), leaf, text(one, "to")) : Rules.REFUSED);
        }
        for (JsonNode one : data.get("recognised_models")) {
            store.put("M|" + unit + "|" + one.get("ref").asText(), "");
        }
    }

    private void decided(String unit, String kind, JsonNode data) {
        String said = data.get("code").asText() + "|" + data.get("occurrence_ref").asText() + "|" + data.get("outcome").asText();
        store.put(String.format("D|%s|%s|%012d", unit, kind, taken), said);
    }

    private void push(String unit, Rules.Leaf leaf, String stage, long points) {
        if (leaf == null) {
            return;
        }
        String cell = "V|" + unit + "|" + leaf.id() + "|" + stage;
        int count = count(cell) + 1;
        store.put(cell + "|" + count, Long.toString(points));
        store.put(cell, Integer.toString(count));
    }

    private int count(String cell) {
        String found = store.get(cell);
        return found == null ? 0 : Integer.parseInt(found);
    }

    private String area(String unit) {
        return store.get("U|" + unit);
    }

    private static String text(JsonNode data, String name) {
        JsonNode found = data.get(name);
        return found == null || found.isNull() ? null : found.asText();
    }
}
