package bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** As much of a rulebook as the generated ledger needs; all numbers are hundredths of a point. */
final class Rules {
    private static final Pattern DECIMAL = Pattern.compile("(0|[1-9][0-9]{0,8})(\\.[0-9]{1,2})?");
    static final long REFUSED = -1;
    static final List<String> STAGES = List.of("department", "external", "inspection", "standing", "appeal");

    record Leaf(String id, String group, String stage, Map<String, Long> max) {}

    record Item(long per, long cap) {}

    record Caps(Map<String, Item> items, long total) {}

    record Grade(String id, long least) {}

    final String digest;
    final List<String> areas = new ArrayList<>();
    final Map<String, Leaf> leaves = new LinkedHashMap<>();
    final Map<String, Caps> caps = new HashMap<>();
    final List<Grade> classes = new ArrayList<>();
    final String tieGroup;
    final long step;
    final long floor;
    final long cap;
    /** Of the best class: a fraction of the ranked units in hundredths, and the least number. */
    final long share;
    final int least;

    Rules(JsonNode book, String digest) {
        this.digest = digest;
        step = hundredths(book.at("/number/step").asText());
        floor = hundredths(book.at("/totals/floor").asText());
        cap = hundredths(book.at("/totals/classification_cap").asText());
        book.get("areas").forEach(area -> areas.add(area.get("id").asText()));
        for (JsonNode group : book.get("criteria")) {
            for (JsonNode leaf : group.get("children")) {
                Map<String, Long> max = new HashMap<>();
                leaf.get("max").fields().forEachRemaining(one -> max.put(one.getKey(), hundredths(one.getValue().asText())));
                String id = leaf.get("id").asText();
                leaves.put(id, new Leaf(id, group.get("id").asText(), leaf.get("stage").asText(), max));
            }
        }
        for (String kind : List.of("bonus", "penalty")) {
            Map<String, Item> items = new HashMap<>();
            for (JsonNode item : book.get(kind).get("items")) {
                items.put(item.get("code").asText(), new Item(hundredths(item.get("per").asText()), hundredths(item.get("cap").asText())));
            }
            caps.put(kind, new Caps(items, hundredths(book.get(kind).get("cap_total").asText())));
        }
        for (JsonNode one : book.get("classes")) {
            classes.add(new Grade(one.get("id").asText(), one.has("gte") ? hundredths(one.get("gte").asText()) : Long.MIN_VALUE));
        }
        JsonNode quota = book.get("quotas").get(0);
        share = hundredths(quota.get("fraction").asText());
        least = quota.get("min_per_area").asInt();
        tieGroup = book.at("/tie_breaks/1/by").asText().substring("group:".length());
    }

    /** What a value is worth on a leaf for a unit of an area, or REFUSED. */
    long judged(String area, Leaf leaf, String text) {
        Long max = leaf == null ? null : leaf.max().get(area);
        if (max == null || text == null || !DECIMAL.matcher(text).matches()) {
            return REFUSED;
        }
        long points = hundredths(text);
        return points <= max && points % step == 0 ? points : REFUSED;
    }

    static long hundredths(String text) {
        int point = text.indexOf('.');
        if (point < 0) {
            return Long.parseLong(text) * 100;
        }
        String part = (text.substring(point + 1) + "0").substring(0, 2);
        return Long.parseLong(text.substring(0, point)) * 100 + Long.parseLong(part);
    }

    static String shown(long points) {
        return (points < 0 ? "-" : "") + Math.abs(points) / 100 + "." + String.format("%02d", Math.abs(points) % 100);
    }
}
